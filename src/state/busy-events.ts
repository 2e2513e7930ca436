import type { Attempt } from '../core/attempt.ts'
import type { Delivery } from '../core/delivery.ts'
import type { EventId } from '../core/ids.ts'

/** Which events still have work to come, and which are at rest: in the order in which they came to rest. */
export class BusyEvents {
  #work = new Map<EventId, number>()
  #resting = new Set<EventId>()

  /** Events that may be let go, the one that has rested longest first. */
  resting(): Iterable<EventId> {
    return this.#resting
  }

  follow(event: EventId, before: boolean, after: boolean): void {
    if (before === after) return
    const work = (this.#work.get(event) ?? 0) + (after ? 1 : -1)
    if (work > 0) {
      this.#work.set(event, work)
      this.#resting.delete(event)
    } else {
      this.#work.delete(event)
      this.#resting.add(event)
    }
  }

  arrived(event: EventId): void {
    if (!this.#work.has(event)) this.#resting.add(event)
  }

  gone(event: EventId): void {
    this.#work.delete(event)
    this.#resting.delete(event)
  }

  clear(): void {
    this.#work = new Map()
    this.#resting = new Set()
  }
}

export function isPending(delivery: Delivery | undefined): boolean {
  return delivery?.status === 'pending'
}

export function isUnfinished(attempt: Attempt | undefined): boolean {
  return attempt !== undefined && attempt.outcome === null
}
