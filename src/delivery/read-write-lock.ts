/** Many readers at a time, or one writer alone. A waiting writer keeps later readers out. */
export class ReadWriteLock {
  #readers = 0
  #writing: Promise<void> | undefined
  #drained: () => void = () => {}

  async read<T>(work: () => Promise<T>): Promise<T> {
    while (this.#writing !== undefined) await this.#writing
    this.#readers++
    try {
      return await work()
    } finally {
      this.#readers--
      if (this.#readers === 0) this.#drained()
    }
  }

  /** Waits for the readers inside, and lets nobody in until the work is done. */
  async write<T>(work: () => Promise<T>): Promise<T> {
    while (this.#writing !== undefined) await this.#writing
    let unlock = () => {}
    this.#writing = new Promise((resolve) => {
      unlock = resolve
    })
    try {
      if (this.#readers > 0)
        await new Promise<void>((resolve) => {
          this.#drained = resolve
        })
      return await work()
    } finally {
      this.#drained = () => {}
      this.#writing = undefined
      unlock()
    }
  }
}
