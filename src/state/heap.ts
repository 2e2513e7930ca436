/** A binary heap whose items can be taken out, or moved when their rank has changed, from anywhere in O(log n). */
export class Heap<T> {
  readonly #items: T[] = []
  readonly #places = new Map<T, number>()
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  /** Puts an item in, or in its new place when it is there already. */
  place(item: T): void {
    const at = this.#places.get(item) ?? this.#items.length
    this.#set(at, item)
    this.#sink(this.#rise(at))
  }

  remove(item: T): void {
    const at = this.#places.get(item)
    if (at === undefined) return
    this.#places.delete(item)
    const last = this.#items.pop() as T
    if (last === item) return
    this.#set(at, last)
    this.#sink(this.#rise(at))
  }

  #set(at: number, item: T): void {
    this.#items[at] = item
    this.#places.set(item, at)
  }

  #at(index: number): T {
    return this.#items[index] as T
  }

  #rise(from: number): number {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (!this.#before(this.#at(at), this.#at(parent))) break
      this.#swap(at, parent)
      at = parent
    }
    return at
  }

  #sink(from: number): void {
    let at = from
    for (;;) {
      let first = at
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.#items.length && this.#before(this.#at(child), this.#at(first))) first = child
      if (first === at) return
      this.#swap(at, first)
      at = first
    }
  }

  #swap(a: number, b: number): void {
    const item = this.#at(a)
    this.#set(a, this.#at(b))
    this.#set(b, item)
  }
}
