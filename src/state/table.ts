import type { EventId, WebhookId } from '../core/random.ts'
import type { TableName, Tables } from './store.ts'
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
  /** No row before this index belongs. */
  #start = 0
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
    this.#start = Math.min(this.#start, place)
    if (this.#rows[place] === row) this.#gone -= 1
    else this.#rows.splice(place, 0, row)
  }

  /** Called once a row that was added no longer belongs. */
  drop(): void {
    this.#gone += 1
    if (this.#gone <= FEW_GONE || this.#gone * 2 <= this.#rows.length) return
    this.#rows = this.#rows.filter(this.#belongs)
    this.#gone = 0
    this.#start = 0
  }

  *newestFirst(before = Number.POSITIVE_INFINITY): Generator<Row<T>> {
    const rows = this.#rows
    for (let at = this.#firstFrom(before) - 1; at >= 0; at--) {
      const row = rows[at] as Row<T>
      if (this.#belongs(row)) yield row
    }
  }

  /** The first is found in constant time, over many calls: rows that no longer belong at the front are skipped once. */
  *oldestFirst(): Generator<Row<T>> {
    const rows = this.#rows
    while (this.#start < rows.length && !this.#belongs(rows[this.#start] as Row<T>)) this.#start += 1
    for (let at = this.#start; at < rows.length; at++) {
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
  #nextSeq: number
  #indexes: ReadonlyMap<Name, Index<T>>

  /** @param before whose numbers this one goes on from */
  constructor(keys: Readonly<Record<Name, KeyOf<T>>>, before?: Table<T, Name>) {
    this.#nextSeq = before === undefined ? 0 : before.#nextSeq
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

  /** The record that was put first. A map would pass all that it had before, again and again. */
  first(): T | undefined {
    for (const { record } of this.#all.oldestFirst()) return record
    return undefined
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

  /** Puts what another one holds in the place of this one's. */
  takeOver(next: Table<T, Name>): void {
    this.#rows = next.#rows
    this.#all = next.#all
    this.#nextSeq = next.#nextSeq
    this.#indexes = next.#indexes
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

interface IndexNames {
  accounts: never
  webhooks: 'live' | 'account' | 'at'
  events: never
  deliveries: 'event' | 'webhook' | 'pending' | 'queue'
  attempts: 'delivery' | 'event' | 'webhook' | 'pair' | 'unfinished'
  counters: never
  answers: never
  tokens: 'account'
}

export type TableSet = { readonly [T in TableName]: Table<Tables[T], IndexNames[T]> }

/** The one key of an index that only has members. */
export const MEMBERS = ''

export function atKey(provider: string, providerId: string): string {
  return `${provider}/${providerId}`
}

export function accountKey(provider: string, account: string): string {
  return `${provider}/${account}`
}

export function pairKey(event: EventId, webhook: WebhookId): string {
  return `${event}/${webhook}`
}

/** @param before whose numbers these go on from */
export function createTables(before?: TableSet): TableSet {
  return {
    accounts: new Table({}, before?.accounts),
    webhooks: new Table(
      {
        live: ({ deletedAt }) => (deletedAt === null ? MEMBERS : undefined),
        account: ({ deletedAt, provider, account }) =>
          deletedAt === null ? accountKey(provider, account) : undefined,
        at: ({ deletedAt, provider, providerId }) =>
          deletedAt === null ? atKey(provider, providerId) : undefined,
      },
      before?.webhooks,
    ),
    events: new Table({}, before?.events),
    deliveries: new Table(
      {
        event: ({ event }) => event,
        webhook: ({ webhook }) => webhook,
        pending: ({ status }) => (status === 'pending' ? MEMBERS : undefined),
        queue: ({ status, webhook }) => (status === 'pending' ? webhook : undefined),
      },
      before?.deliveries,
    ),
    attempts: new Table(
      {
        delivery: ({ delivery }) => delivery,
        event: ({ event }) => event,
        webhook: ({ webhook }) => webhook,
        pair: ({ event, webhook }) => pairKey(event, webhook),
        unfinished: ({ outcome }) => (outcome === null ? MEMBERS : undefined),
      },
      before?.attempts,
    ),
    counters: new Table({}, before?.counters),
    answers: new Table({}, before?.answers),
    tokens: new Table({ account: ({ provider, account }) => accountKey(provider, account) }, before?.tokens),
  }
}
