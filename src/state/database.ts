import type { Instant } from '../core/clock.ts'
import { isSettled } from '../core/delivery.ts'
import { BusyEvents, isPending, isUnfinished } from './busy-events.ts'
import { inScope } from './clear-scope.ts'
import { DueQueue } from './due-queue.ts'
import { latestInstantOf } from './latest-instant.ts'
import { type Operation, TABLE_NAMES, type TableRecords } from './operation.ts'
import type { TableName, Tables } from './store.ts'
import { createTables } from './tables.ts'

type Follow<T extends TableName> = (
  before: Tables[T] | undefined,
  after: Tables[T] | undefined,
  seq: number,
) => void

/** What lowdb holds: the tables with their indexes, what follows from them, and the commits not yet written. */
export class Database {
  readonly tables = createTables()
  readonly due = new DueQueue()
  readonly busy = new BusyEvents()
  #latest: Instant = 0
  #staged: (readonly Operation[])[] = []

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

  applyStaged(): void {
    for (const operations of this.#staged) for (const operation of operations) this.apply(operation)
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
    const { seq } = rows.put(record)
    this.#latest = Math.max(this.#latest, latestInstantOf(table, record))
    this.#follow[table]?.(before, record, seq)
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

  /** Puts these records in the place of all others. */
  load(records: Partial<TableRecords>): void {
    this.#clear({})
    for (const name of TABLE_NAMES) for (const record of records[name] ?? []) this.put(name, record)
  }

  #clear(scope: { readonly provider?: string | undefined; readonly account?: string | undefined }): void {
    if (scope.provider !== undefined || scope.account !== undefined) {
      for (const { table, id } of inScope(this.tables, scope)) this.remove(table, id)
      return
    }
    for (const name of TABLE_NAMES) this.tables[name].clear()
    this.due.clear()
    this.busy.clear()
    this.#latest = 0
  }

  readonly #follow: { readonly [T in TableName]?: Follow<T> } = {
    events: (before, after) => {
      if (after !== undefined) this.busy.arrived(after.id)
      else if (before !== undefined) this.busy.gone(before.id)
    },
    deliveries: (before, after, seq) => {
      // An attempt may be begun just as its delivery is cancelled: what is settled stays so.
      if (before !== undefined && after !== undefined && isSettled(before) && !isSettled(after)) {
        this.tables.deliveries.put({ ...before, attempts: after.attempts })
        return
      }
      if (after !== undefined) this.due.follow(after, seq)
      else if (before !== undefined) this.due.forget(before.id)
      const event = (after ?? before)?.event
      if (event !== undefined) this.busy.follow(event, isPending(before), isPending(after))
    },
    attempts: (before, after) => {
      const event = (after ?? before)?.event
      if (event !== undefined) this.busy.follow(event, isUnfinished(before), isUnfinished(after))
    },
    counters: (before, after) => {
      // Numbers are given out before they are kept, so a lower one may arrive after a higher one.
      if (before !== undefined && after !== undefined && after.value < before.value)
        this.tables.counters.put(before)
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
  }
}
