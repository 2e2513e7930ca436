import type { Instant } from '../core/clock.ts'
import { type Attempt, type Delivery, isSettled } from '../core/model.ts'
import { createSlices } from '../core/slices.ts'
import { DueQueue } from './due-queue.ts'
import { EventRetention } from './retention.ts'
import { callerOfCounter } from './sequences.ts'
import {
  CLOCK_COUNTER,
  type Operation,
  TABLE_NAMES,
  type TableName,
  type TableRecords,
  type Tables,
} from './store.ts'
import { accountKey, createTables, type RowList, type Table, type TableSet } from './table.ts'

function isPending(delivery: Delivery | undefined): boolean {
  return delivery?.status === 'pending'
}

function isUnfinished(attempt: Attempt | undefined): boolean {
  return attempt !== undefined && attempt.outcome === null
}

interface Located {
  readonly table: TableName
  readonly id: string
}

interface Owner {
  readonly provider?: string | undefined
  readonly account?: string | undefined
}

/** Everything that belongs to a provider, an account, or both; what refers to an event before the event itself. */
function* inScope(tables: TableSet, scope: Owner): Generator<Located | null> {
  const owned = ({ provider, account }: Owner) =>
    (scope.provider === undefined || provider === scope.provider) &&
    (scope.account === undefined || account === scope.account)
  const attempts = new Set<string>()
  /** Null for what stays, so that going through many records takes many steps, too. */
  const one = (table: TableName, record: Owner & { readonly id: string }): Located | null =>
    owned(record) ? { table, id: record.id } : null
  const attemptsOf = function* (rows: RowList<Attempt> | undefined) {
    for (const { record } of rows?.newestFirst() ?? []) {
      const isNew = record !== undefined && !attempts.has(record.id)
      if (isNew) attempts.add(record.id)
      yield isNew ? { table: 'attempts' as const, id: record.id } : null
    }
  }
  for (const record of tables.webhooks.records())
    if (owned(record)) yield* attemptsOf(tables.attempts.list('webhook', record.id))
  for (const record of tables.deliveries.records()) {
    if (owned(record)) yield* attemptsOf(tables.attempts.list('delivery', record.id))
    yield one('deliveries', record)
  }
  // An account that the scope names has no owner itself: it stays with its access tokens, and all else that belongs to it goes.
  for (const record of tables.accounts.records()) {
    if (owned(record))
      for (const { record: token } of tables.tokens.list('account', record.id)?.newestFirst() ?? [])
        yield token === undefined ? null : { table: 'tokens', id: token.id }
    yield one('accounts', record)
  }
  for (const record of tables.webhooks.records()) yield one('webhooks', record)
  for (const record of tables.events.records()) yield one('events', record)
  for (const { id } of tables.answers.records()) {
    const [provider, account] = id.split('/')
    yield one('answers', { id, provider, account })
  }
  for (const { id } of tables.counters.records()) {
    const caller = callerOfCounter(id)
    if (caller !== undefined) yield one('counters', { id, ...caller })
  }
}

function isEverything({ provider, account }: Owner): boolean {
  return provider === undefined && account === undefined
}

/** Access tokens beyond which the oldest go. */
const MOST_TOKENS = 10_000

/** Records that are removed one by one faster than all others are put together anew. */
const FEW = 5_000

type InstantsOf = { readonly [T in TableName]: (record: Tables[T]) => readonly (Instant | null)[] }

/** What has happened, by the mock's clock; neither what is planned nor times of the wall clock. */
const INSTANTS: InstantsOf = {
  accounts: () => [],
  webhooks: (webhook) => [
    webhook.createdAt,
    webhook.updatedAt,
    webhook.lastSucceededAt,
    webhook.deletedAt,
    webhook.failures.since,
    webhook.disabledBy?.at ?? null,
    webhook.switchedOffAt ?? null,
  ],
  // An event's time may have been given; its deliveries show when it was made.
  events: () => [],
  deliveries: (delivery) => [delivery.createdAt, delivery.settledAt],
  attempts: (attempt) => [attempt.sentAt],
  counters: ({ id, value }) => [id === CLOCK_COUNTER ? value : null],
  answers: () => [],
  tokens: ({ issuedAt }) => [issuedAt],
}

/** The latest instant in a record; 0 when it has none. */
function latestInstantOf<T extends TableName>(table: T, record: Tables[T]): Instant {
  return INSTANTS[table](record).reduce<number>((latest, instant) => Math.max(latest, instant ?? 0), 0)
}

function takeOverTable<T extends TableName>(tables: TableSet, next: TableSet, name: T): void {
  const table: Table<Tables[T]> = tables[name]
  table.takeOver(next[name])
}

type Become<T extends TableName> = (before: Tables[T], put: Tables[T]) => Tables[T]

/** Tables in which a record that is put does not simply take the place of the one before. */
const BECOMES: { readonly [T in TableName]?: Become<T> } = {
  // An attempt may be begun just as its delivery is cancelled: what is settled stays so.
  deliveries: (before, put) =>
    isSettled(before) && !isSettled(put) ? { ...before, attempts: put.attempts } : put,
  // Numbers are given out before they are kept, so a lower one may arrive after a higher one.
  counters: (before, put) => (put.value < before.value ? before : put),
}

/** What a table holds once this is put in it: what is written to the journal is relative to that. */
export function recordAfterPut<T extends TableName>(
  table: T,
  before: Tables[T] | undefined,
  put: Tables[T],
): Tables[T] {
  return before === undefined ? put : (BECOMES[table]?.(before, put) ?? put)
}

type Follow<T extends TableName> = (
  before: Tables[T] | undefined,
  after: Tables[T] | undefined,
  seq: number,
) => void

/** What lowdb holds: the tables with their indexes, what follows from them, and the commits not yet written. */
export class Database {
  readonly tables: TableSet
  readonly due = new DueQueue()
  readonly retention = new EventRetention()
  #latest: Instant = 0
  #staged: (readonly Operation[])[] = []

  /** @param before whose records get lower numbers: a cursor into them never points into these. */
  constructor(before?: TableSet) {
    this.tables = createTables(before)
  }

  get latestInstant(): Instant {
    return this.#latest
  }

  /** Commits to be written; readers see them once they are. */
  get staged(): readonly (readonly Operation[])[] {
    return this.#staged
  }

  stage(commits: readonly (readonly Operation[])[]): void {
    this.#staged = [...commits]
  }

  /** Nothing else may be applied meanwhile. */
  async applyStaged(): Promise<void> {
    for (const operations of this.#staged)
      for (const operation of operations) {
        const isPart = 'clear' in operation && !isEverything(operation.clear)
        if (isPart) await this.#clearInSlices(operation.clear)
        else this.apply(operation)
      }
    this.#staged = []
  }

  apply(operation: Operation): void {
    if ('clear' in operation) this.#clear(operation.clear)
    else if ('put' in operation) this.put(operation.table, operation.put)
    else this.remove(operation.table, operation.remove)
  }

  put<T extends TableName>(table: T, record: Tables[T]): void {
    const rows = this.tables[table]
    const before = rows.get(record.id)
    const after = recordAfterPut(table, before, record)
    const { seq } = rows.put(after)
    this.#latest = Math.max(this.#latest, latestInstantOf(table, after))
    this.#follow[table]?.(before, after, seq)
  }

  remove<T extends TableName>(table: T, id: string): void {
    const before = this.tables[table].remove(id)
    if (before !== undefined) this.#follow[table]?.(before, undefined, 0)
  }

  /** All records as they are now. Records are immutable, so what is done later does not show in it. */
  records(): TableRecords {
    const entries = TABLE_NAMES.map((name) => [name, this.tables[name].records()])
    return Object.fromEntries(entries) as TableRecords
  }

  /** Another one with these records, made in slices, for {@link takeOver}. Nothing may be applied to this one meanwhile. */
  async prepare(
    records: TableRecords,
    without?: ReadonlyMap<TableName, ReadonlySet<string>>,
  ): Promise<Database> {
    const slices = createSlices()
    const next = new Database(this.tables)
    for (const name of TABLE_NAMES)
      for (const record of records[name]) {
        if (without?.get(name)?.has(record.id) !== true) next.put(name, record)
        if (slices.isOver()) await slices.next()
      }
    return next
  }

  /** Puts everything that another one holds in the place of what this one holds. */
  takeOver(next: Database): void {
    for (const name of TABLE_NAMES) takeOverTable(this.tables, next.tables, name)
    this.due.takeOver(next.due)
    this.retention.takeOver(next.retention)
    this.#latest = next.#latest
  }

  #clear(scope: Owner): void {
    if (!isEverything(scope)) {
      for (const found of [...inScope(this.tables, scope)])
        if (found !== null) this.remove(found.table, found.id)
      return
    }
    // Tokens are credentials: as long as an account is there, what it has got stays good.
    const tokens = this.tables.tokens
      .records()
      .filter(
        ({ provider, account }) => this.tables.accounts.get(accountKey(provider, account)) === undefined,
      )
    for (const name of TABLE_NAMES) this.tables[name].clear()
    this.due.clear()
    this.retention.clear()
    this.#latest = 0
    for (const token of tokens) this.put('tokens', token)
  }

  /** As {@link #clear}, of a part: readers see it all at once, and others have their turn meanwhile. */
  async #clearInSlices(scope: Owner): Promise<void> {
    const slices = createSlices()
    const found = new Map(TABLE_NAMES.map((name) => [name, new Set<string>()]))
    let count = 0
    for (const one of inScope(this.tables, scope)) {
      if (one !== null) {
        found.get(one.table)?.add(one.id)
        count += 1
      }
      if (slices.isOver()) await slices.next()
    }
    if (count <= FEW) {
      for (const [table, ids] of found) for (const id of ids) this.remove(table, id)
      return
    }
    const latest = this.#latest
    this.takeOver(await this.prepare(this.records(), found))
    this.#latest = latest
  }

  readonly #follow: { readonly [T in TableName]?: Follow<T> } = {
    events: (before, after) => {
      this.retention.sizeChanged(before, after)
      if (after !== undefined) this.retention.added(after.id)
      else if (before !== undefined) this.retention.removed(before.id)
    },
    deliveries: (before, after, seq) => {
      if (after !== undefined) this.due.follow(after, seq)
      else if (before !== undefined) this.due.forget(before.id)
      const event = (after ?? before)?.event
      if (event !== undefined) this.retention.workChanged(event, isPending(before), isPending(after))
    },
    attempts: (before, after) => {
      this.retention.sizeChanged(before, after)
      const event = (after ?? before)?.event
      if (event !== undefined) this.retention.workChanged(event, isUnfinished(before), isUnfinished(after))
    },
    answers: (_before, after) => {
      if (after === undefined) return
      for (
        let oldest = this.tables.answers.first();
        oldest !== undefined;
        oldest = this.tables.answers.first()
      ) {
        if (oldest.expiresAt > this.#latest || oldest.id === after.id) return
        this.tables.answers.remove(oldest.id)
      }
    },
    tokens: (_before, after) => {
      if (after === undefined) return
      const { tokens } = this.tables
      for (let oldest = tokens.first(); oldest !== undefined; oldest = tokens.first()) {
        if (oldest.expiresAt > this.#latest && tokens.size <= MOST_TOKENS) return
        if (oldest.id === after.id) return
        tokens.remove(oldest.id)
      }
    },
  }
}
