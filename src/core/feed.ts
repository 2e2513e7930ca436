import type { Instant } from './clock.ts'
import { callListener } from './listener.ts'
import type { Attempt, Delivery, Event, KeptViolation, Skip, Violation, Webhook } from './model.ts'
/** A request of a client to a provider's API, and what it was answered. */
export interface RequestRecord {
  readonly id: string
  readonly at: Instant
  readonly provider: string
  readonly account: string | null
  readonly operation: string | null
  readonly method: string
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly violations: readonly Violation[]
  /** The faults that were applied to it, by name. */
  readonly faults?: readonly string[]
  /** An unknown route, query parameters and properties that no document declares: violations under `strict` alone. */
  readonly undeclared?: readonly Violation[]
}

/** What happens in a mock, in the order in which it was stored. Nothing is published before it is stored. */
export type FeedEntry =
  | { readonly type: 'request'; readonly request: RequestRecord }
  | {
      readonly type: 'event'
      readonly event: Event
      readonly deliveries: readonly Delivery[]
      readonly skipped: readonly Skip[]
    }
  | {
      readonly type: 'attempt'
      readonly attempt: Attempt
      readonly delivery: Delivery
      readonly event: Event
      readonly webhook: Webhook
      /** How many attempts the schedule allows; null when it has no such limit. */
      readonly attemptLimit: number | null
      /** Milliseconds of the mock's clock from the end of this attempt to the next; null when none follows. */
      readonly delayMs: number | null
    }
  | {
      readonly type: 'settled'
      readonly delivery: Delivery
      readonly event: Event
      readonly webhook: Webhook
    }
  | { readonly type: 'violation'; readonly violation: KeptViolation }
  | { readonly type: 'notice'; readonly text: string }

/** Where a mock publishes what happens. */
export interface Feed {
  publish(entry: FeedEntry): void
  /** Calls `listener` for every later entry; returns how to stop. The first error of each listener is a notice. */
  subscribe(listener: (entry: FeedEntry) => void): () => void
}

export function createFeed(): Feed {
  const listeners = new Set<(entry: FeedEntry) => void>()
  const publish = (entry: FeedEntry) => {
    for (const listener of listeners)
      callListener(
        listener,
        entry,
        `a listener of the feed, with an entry of the type "${entry.type}"`,
        (text) => publish({ type: 'notice', text }),
      )
  }
  return {
    publish,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
