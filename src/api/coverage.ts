import type { Count, Coverage } from '../core/coverage.ts'
import type { FeedEntry } from '../core/feed.ts'
import type { Attempt } from '../core/model.ts'
import { FAULTS } from '../fault/catalogue.ts'
import type { Provider } from '../spec/provider.ts'

/** Counts what a run exercises, from the feed. A reset does not clear it: it covers the whole run. */
export interface CoverageLog {
  /** To be subscribed to the feed. */
  readonly note: (entry: FeedEntry) => void
  coverage(): Coverage
}

/** @param providers those that are served, asked for anew each time: documents may be read again */
export function createCoverageLog(providers: { values(): Iterable<Provider> }): CoverageLog {
  const counts = new Map<string, number>()
  const count = (...key: readonly (string | number)[]) => {
    const name = key.join('\n')
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const countOf = (...key: readonly (string | number)[]) => counts.get(key.join('\n')) ?? 0
  /** Each name with its count, 0 included. */
  const named = (names: readonly (string | number)[], ...key: readonly string[]): readonly Count[] =>
    names.map((name) => ({ name: String(name), count: countOf(...key, name) }))
  /** Counted names that are not among these. */
  const others = (names: readonly (string | number)[], ...key: readonly string[]): readonly Count[] => {
    const start = `${key.join('\n')}\n`
    const known = new Set(names.map(String))
    return [...counts].flatMap(([name, times]) => {
      const last = name.slice(start.length)
      return name.startsWith(start) && !known.has(last) ? [{ name: last, count: times }] : []
    })
  }

  return {
    note(entry) {
      if (entry.type === 'request') {
        const { provider, operation, status, faults = [] } = entry.request
        if (operation === null) return
        // An answer that a fault cut off has no status; the fault is counted.
        if (status > 0) count('status', provider, operation, status)
        for (const fault of faults) count('api', provider, operation, fault)
      } else if (entry.type === 'event') {
        const { provider, type } = entry.event
        count('event', provider, type)
      } else if (entry.type === 'attempt') {
        const { event, attempt } = entry
        const outcome = outcomeName(attempt)
        if (outcome !== null) count('outcome', event.provider, event.type, outcome)
        for (const fault of attempt.faults) count('delivery', event.provider, event.type, fault)
      } else if (entry.type === 'settled') {
        const { event, delivery } = entry
        count('settled', event.provider, event.type, delivery.status)
      }
    },
    coverage: () => ({
      operations: [...providers.values()].flatMap(({ id: provider, operations }) =>
        operations.map(({ id, method, path, responses }) => {
          const declared = [...responses.keys()].sort((a, b) => a - b)
          return {
            provider,
            operation: id,
            method,
            path,
            statuses: named(declared, 'status', provider, id),
            undeclared: others(declared, 'status', provider, id),
            faults: named(API_FAULTS, 'api', provider, id),
          }
        }),
      ),
      events: [...providers.values()].flatMap(({ id: provider, events }) =>
        [...events.keys()].map((type) => ({
          provider,
          event: type,
          count: countOf('event', provider, type),
          outcomes: named(OUTCOMES, 'outcome', provider, type),
          settled: named(SETTLED, 'settled', provider, type),
          faults: named(DELIVERY_FAULTS, 'delivery', provider, type),
        })),
      ),
    }),
  }
}

const OUTCOMES = ['2xx', '3xx', '4xx', '5xx', 'timed-out', 'connection-failed', 'tls-failed'] as const

const SETTLED = ['succeeded', 'exhausted', 'cancelled', 'blocked'] as const

const API_FAULTS = Object.keys(FAULTS.api)

const DELIVERY_FAULTS = Object.keys(FAULTS.delivery)

/** Null: in flight, interrupted by the mock's own end, or never sent, which says nothing about a receiver. */
function outcomeName({ outcome }: Attempt): string | null {
  if (outcome === null) return null
  if (outcome.kind === 'responded') return `${Math.floor(outcome.status / 100)}xx`
  return (OUTCOMES as readonly string[]).includes(outcome.kind) ? outcome.kind : null
}
