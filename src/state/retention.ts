import type { Attempt, Event } from '../core/model.ts'
import type { EventId } from '../core/random.ts'
import { type Change, EVICTED_COUNTER, type Operation, put } from './store.ts'
import type { TableSet } from './table.ts'

/** How much may be kept of events and their attempts. */
export interface LogBounds {
  /** Most attempts, and most events. */
  readonly attempts: number
  /** Most characters of their bodies. */
  readonly characters: number
}

/** About how much of memory and file a record takes, beside what each of them does: characters of bodies, in both directions. */
function sizeOf(record: Event | Attempt | undefined): number {
  if (record === undefined) return 0
  if ('body' in record) return record.body.text.length
  const { request, signature, outcome } = record
  const answer = outcome?.kind === 'responded' ? outcome.body.text.length : 0
  return (request.body?.text.length ?? 0) + (signature?.content.length ?? 0) + answer
}

/** Which events may be removed: those without pending deliveries and unfinished attempts. */
export class EventRetention {
  /** How many pending deliveries and unfinished attempts an event has. */
  #work = new Map<EventId, number>()
  #evictable = new Set<EventId>()
  #characters = 0

  /** Of all events and attempts. */
  get characters(): number {
    return this.#characters
  }

  sizeChanged(before: Event | Attempt | undefined, after: Event | Attempt | undefined): void {
    this.#characters += sizeOf(after) - sizeOf(before)
  }

  /** The one that has been settled longest first. */
  evictable(): Iterable<EventId> {
    return this.#evictable
  }

  /** A delivery or attempt of the event began or ended. */
  workChanged(event: EventId, before: boolean, after: boolean): void {
    if (before === after) return
    const work = (this.#work.get(event) ?? 0) + (after ? 1 : -1)
    if (work > 0) {
      this.#work.set(event, work)
      this.#evictable.delete(event)
    } else {
      this.#work.delete(event)
      this.#evictable.add(event)
    }
  }

  added(event: EventId): void {
    if (!this.#work.has(event)) this.#evictable.add(event)
  }

  removed(event: EventId): void {
    this.#work.delete(event)
    this.#evictable.delete(event)
  }

  takeOver(next: EventRetention): void {
    this.#work = next.#work
    this.#evictable = next.#evictable
    this.#characters = next.#characters
  }

  clear(): void {
    this.#work = new Map()
    this.#evictable = new Set()
    this.#characters = 0
  }
}

/** Records after which the rest is left to another commit: so few that removing them holds nothing up. */
export const EVICTED_AT_ONCE = 1_000

/**
 * What must be removed, before these commits are kept, for the log to stay within its bounds: whole events with their
 * deliveries and attempts, those first that have been settled longest. With {@link EVICTED_AT_ONCE} or more there may be
 * others, once these are removed.
 */
export function evictionFor(
  { tables, retention }: { readonly tables: TableSet; readonly retention: EventRetention },
  commits: readonly (readonly Operation[])[],
  bounds: LogBounds,
): readonly Change[] {
  const most = commits.reduce((sum, operations) => sum + operations.length, 0)
  const isFar = retention.characters <= bounds.characters / 2
  if (isFar && Math.max(tables.attempts.size, tables.events.size) + most <= bounds.attempts) return []
  const arriving = incoming(tables, commits)
  let attempts = tables.attempts.size + arriving.attempts - bounds.attempts
  let events = tables.events.size + arriving.events - bounds.attempts
  let characters = retention.characters + arriving.characters - bounds.characters
  const isWithin = () => attempts <= 0 && events <= 0 && characters <= 0
  if (isWithin()) return []
  const changes: Change[] = []
  let evicted = tables.counters.get(EVICTED_COUNTER)?.value ?? 0
  for (const event of retention.evictable()) {
    if (isWithin() || changes.length >= EVICTED_AT_ONCE) break
    if (arriving.touched.has(event)) continue
    const kept = tables.events.get(event)
    if (kept !== undefined) {
      changes.push({ table: 'events', remove: event })
      events -= 1
      characters -= sizeOf(kept)
    }
    for (const { record } of tables.deliveries.list('event', event)?.newestFirst() ?? [])
      if (record !== undefined) changes.push({ table: 'deliveries', remove: record.id })
    for (const { record } of tables.attempts.list('event', event)?.newestFirst() ?? []) {
      if (record === undefined) continue
      changes.push({ table: 'attempts', remove: record.id })
      attempts -= 1
      characters -= sizeOf(record)
      evicted += 1
    }
  }
  return changes.length === 0 ? [] : [...changes, put('counters', { id: EVICTED_COUNTER, value: evicted })]
}

function incoming({ attempts, events }: TableSet, commits: readonly (readonly Operation[])[]) {
  const touched = new Set<EventId>()
  const counts = { attempts: new Set<string>(), events: new Set<string>() }
  let characters = 0
  for (const operation of commits.flat()) {
    if (!('put' in operation)) continue
    if (operation.table === 'events') {
      touched.add(operation.put.id)
      characters += sizeOf(operation.put) - sizeOf(events.get(operation.put.id))
      if (events.get(operation.put.id) === undefined) counts.events.add(operation.put.id)
    }
    if (operation.table === 'deliveries') touched.add(operation.put.event)
    if (operation.table === 'attempts') {
      touched.add(operation.put.event)
      characters += sizeOf(operation.put) - sizeOf(attempts.get(operation.put.id))
      if (attempts.get(operation.put.id) === undefined) counts.attempts.add(operation.put.id)
    }
  }
  return { touched, attempts: counts.attempts.size, events: counts.events.size, characters }
}
