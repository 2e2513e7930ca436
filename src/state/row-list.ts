/** A record in its table. It keeps its place in all lists while the record in it is replaced. */
export interface Row<T> {
  /** Counts up in the order in which records were first put. */
  readonly seq: number
  /** Undefined once it is removed. */
  record: T | undefined
}

const FEW_GONE = 32

/** Rows in the order of their making. Those that no longer belong are skipped, and swept out when they outweigh. */
export class RowList<T> {
  #rows: Row<T>[] = []
  #gone = 0
  readonly #belongs: (row: Row<T>) => boolean

  constructor(belongs: (row: Row<T>) => boolean) {
    this.#belongs = belongs
  }

  get size(): number {
    return this.#rows.length - this.#gone
  }

  /** Called once the row belongs. */
  add(row: Row<T>): void {
    const last = this.#rows.at(-1)
    if (last === undefined || last.seq < row.seq) {
      this.#rows.push(row)
      return
    }
    const place = this.#firstFrom(row.seq)
    if (this.#rows[place] === row) this.#gone -= 1
    else this.#rows.splice(place, 0, row)
  }

  /** Called once a row that was added no longer belongs. */
  drop(): void {
    this.#gone += 1
    if (this.#gone <= FEW_GONE || this.#gone * 2 <= this.#rows.length) return
    this.#rows = this.#rows.filter(this.#belongs)
    this.#gone = 0
  }

  *newestFirst(before = Number.POSITIVE_INFINITY): Generator<Row<T>> {
    const rows = this.#rows
    for (let at = this.#firstFrom(before) - 1; at >= 0; at--) {
      const row = rows[at] as Row<T>
      if (this.#belongs(row)) yield row
    }
  }

  /** A copy, oldest first. */
  records(): T[] {
    const rows = this.#rows
    const out = new Array<T>(this.size)
    let at = 0
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as Row<T>
      if (row.record !== undefined && this.#belongs(row)) out[at++] = row.record
    }
    return out
  }

  /** The index of the first row whose `seq` is at least this. */
  #firstFrom(seq: number): number {
    let low = 0
    let high = this.#rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#rows[middle] as Row<T>).seq < seq) low = middle + 1
      else high = middle
    }
    return low
  }
}
