/** Lets pieces of work pass beside each other, and holds them all up while one piece needs the place to itself. */
export class Gate {
  #inside = 0
  #shut: Promise<void> | undefined
  #left: () => void = () => {}

  async pass<T>(work: () => Promise<T>): Promise<T> {
    while (this.#shut !== undefined) await this.#shut
    this.#inside++
    try {
      return await work()
    } finally {
      this.#inside--
      if (this.#inside === 0) this.#left()
    }
  }

  /** Waits until nothing is inside, and lets nothing in until the work is done. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#shut !== undefined) await this.#shut
    let open = () => {}
    this.#shut = new Promise((resolve) => {
      open = resolve
    })
    try {
      if (this.#inside > 0)
        await new Promise<void>((resolve) => {
          this.#left = resolve
        })
      return await work()
    } finally {
      this.#left = () => {}
      this.#shut = undefined
      open()
    }
  }
}
