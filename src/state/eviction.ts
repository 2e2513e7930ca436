import type { EventId } from '../core/ids.ts'
import type { Database } from './database.ts'
import type { Operation } from './operation.ts'
import { type Change, put } from './store.ts'

/** Kept as a counter, so that it survives a restart. */
export const EVICTED = 'log/evicted'

/**
 * What must go, before these commits are kept, for the log to stay within `limit` attempts (and as many events). Whole
 * events go, the longest at rest first, with their deliveries and attempts; none that has anything still to come.
 */
export function evictionFor(
  database: Database,
  commits: readonly (readonly Operation[])[],
  limit: number,
): readonly Change[] {
  const { tables, busy } = database
  const most = commits.reduce((sum, operations) => sum + operations.length, 0)
  if (Math.max(tables.attempts.size, tables.events.size) + most <= limit) return []
  const arriving = incoming(database, commits)
  let attempts = tables.attempts.size + arriving.attempts - limit
  let events = tables.events.size + arriving.events - limit
  if (attempts <= 0 && events <= 0) return []
  const changes: Change[] = []
  let evicted = tables.counters.get(EVICTED)?.value ?? 0
  for (const event of busy.resting()) {
    if (attempts <= 0 && events <= 0) break
    if (arriving.touched.has(event)) continue
    if (tables.events.get(event) !== undefined) {
      changes.push({ table: 'events', remove: event })
      events -= 1
    }
    for (const { record } of tables.deliveries.list('event', event)?.newestFirst() ?? [])
      if (record !== undefined) changes.push({ table: 'deliveries', remove: record.id })
    for (const { record } of tables.attempts.list('event', event)?.newestFirst() ?? []) {
      if (record === undefined) continue
      changes.push({ table: 'attempts', remove: record.id })
      attempts -= 1
      evicted += 1
    }
  }
  return changes.length === 0 ? [] : [...changes, put('counters', { id: EVICTED, value: evicted })]
}

function incoming(database: Database, commits: readonly (readonly Operation[])[]) {
  const { attempts, events } = database.tables
  const touched = new Set<EventId>()
  const counts = { attempts: new Set<string>(), events: new Set<string>() }
  for (const operation of commits.flat()) {
    if (!('put' in operation)) continue
    if (operation.table === 'events') {
      touched.add(operation.put.id)
      if (events.get(operation.put.id) === undefined) counts.events.add(operation.put.id)
    }
    if (operation.table === 'deliveries') touched.add(operation.put.event)
    if (operation.table === 'attempts') {
      touched.add(operation.put.event)
      if (attempts.get(operation.put.id) === undefined) counts.attempts.add(operation.put.id)
    }
  }
  return { touched, attempts: counts.attempts.size, events: counts.events.size }
}
