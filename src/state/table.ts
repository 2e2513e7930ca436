import { type Row, RowList } from './row-list.ts'

/** What a record is found under in an index; undefined leaves it out. */
type KeyOf<T> = (record: T) => string | undefined

interface Index<T> {
  readonly keyOf: KeyOf<T>
  /** Most keys have one row, which needs no list of its own. */
  readonly entries: Map<string, Row<T> | RowList<T>>
}

/** Records of one kind, by id and in the order of their making, with an ordered list for each key of each index. */
export class Table<T extends { readonly id: string }, Name extends string = string> {
  #rows = new Map<string, Row<T>>()
  #all = new RowList<T>(isKept)
  #nextSeq = 0
  readonly #indexes: ReadonlyMap<Name, Index<T>>

  constructor(keys: Readonly<Record<Name, KeyOf<T>>>) {
    const entries = Object.entries(keys) as [Name, KeyOf<T>][]
    this.#indexes = new Map(entries.map(([name, keyOf]) => [name, { keyOf, entries: new Map() }]))
  }

  get size(): number {
    return this.#rows.size
  }

  get all(): RowList<T> {
    return this.#all
  }

  get(id: string): T | undefined {
    return this.#rows.get(id)?.record
  }

  row(id: string): Row<T> | undefined {
    return this.#rows.get(id)
  }

  /** The record that was put first. */
  first(): T | undefined {
    return this.#rows.values().next().value?.record
  }

  /** The rows under a key, or none. */
  list(index: Name, key: string): RowList<T> | undefined {
    const found = this.#indexes.get(index)
    const entry = found?.entries.get(key)
    if (found === undefined || entry === undefined) return undefined
    return entry instanceof RowList ? entry : listOf(found.keyOf, key, entry)
  }

  records(): T[] {
    return this.#all.records()
  }

  put(record: T): Row<T> {
    const old = this.#rows.get(record.id)
    const before = old?.record
    const row = old ?? { seq: this.#nextSeq++, record }
    row.record = record
    if (old === undefined) {
      this.#rows.set(record.id, row)
      this.#all.add(row)
    }
    this.#reindex(row, before, record)
    return row
  }

  remove(id: string): T | undefined {
    const row = this.#rows.get(id)
    const before = row?.record
    if (row === undefined || before === undefined) return undefined
    row.record = undefined
    this.#rows.delete(id)
    this.#all.drop()
    this.#reindex(row, before, undefined)
    return before
  }

  /** Numbers go on, so that an old cursor never points into new records. */
  clear(): void {
    this.#rows = new Map()
    this.#all = new RowList<T>(isKept)
    for (const { entries } of this.#indexes.values()) entries.clear()
  }

  #reindex(row: Row<T>, before: T | undefined, after: T | undefined): void {
    for (const { keyOf, entries } of this.#indexes.values()) {
      const old = before === undefined ? undefined : keyOf(before)
      const now = after === undefined ? undefined : keyOf(after)
      if (old === now) continue
      if (old !== undefined) dropFrom(entries, old)
      if (now === undefined) continue
      const entry = entries.get(now)
      if (entry === undefined) entries.set(now, row)
      else if (entry instanceof RowList) entry.add(row)
      else entries.set(now, listOf(keyOf, now, entry, row))
    }
  }
}

function isKept(row: Row<unknown>): boolean {
  return row.record !== undefined
}

function listOf<T>(keyOf: KeyOf<T>, key: string, ...rows: readonly Row<T>[]): RowList<T> {
  const list = new RowList<T>(({ record }) => record !== undefined && keyOf(record) === key)
  for (const row of rows) list.add(row)
  return list
}

function dropFrom<T>(entries: Map<string, Row<T> | RowList<T>>, key: string): void {
  const entry = entries.get(key)
  if (entry instanceof RowList) entry.drop()
  if (!(entry instanceof RowList) || entry.size === 0) entries.delete(key)
}
