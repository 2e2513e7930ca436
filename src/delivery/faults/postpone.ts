import { type Clock, type Instant, later } from '../../core/clock.ts'
import type { Delivery } from '../../core/model.ts'
import type { DeliveryId, WebhookId } from '../../core/random.ts'
import { formatDuration } from '../../core/units.ts'
import { type DeliveryAction, waitOf } from '../../fault/delivery-catalogue.ts'
import type { Job } from '../concurrency.ts'

/** Until when, and why, a delivery is not sent. */
export interface Postponement {
  readonly until: Instant
  readonly reason: string
}

/** A delivery that waits until `left` later ones of its webhook have been sent. */
interface Hold {
  readonly id: DeliveryId
  readonly order: number
  readonly until: Instant
  left: number
}

/** How long a delivery waits at most, by the mock's clock, for later ones that may never come. */
const MAX_HOLD = 30_000

/** The deliveries that faults delay, and those that they hold back until later ones of the same webhook have overtaken them. */
export class PostponedDeliveries {
  readonly #clock: Pick<Clock, 'now'>
  readonly #holds = new Map<WebhookId, Hold[]>()
  /** Deliveries that were started while another was held back, by their order. */
  readonly #later = new Map<DeliveryId, number>()
  #count = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Applies the first of these actions that postpones a delivery; null when none does. */
  postpone({ id, webhook }: Job, actions: readonly DeliveryAction[]): Postponement | null {
    const [action] = actions.filter((one) => waitOf(one) !== null)
    const wait = action === undefined ? null : waitOf(action)
    if (action === undefined || wait === null) return null
    if (wait.kind === 'time') {
      const reason = `waits ${formatDuration(wait.ms)}: fault ${action.name}`
      return { until: later(this.#clock.now(), wait.ms), reason }
    }
    const until = later(this.#clock.now(), MAX_HOLD)
    const hold: Hold = { id, order: this.#orderOf(id), until, left: wait.by }
    this.#holds.set(webhook, [...(this.#holds.get(webhook) ?? []), hold])
    const count = wait.by === 1 ? 'a later delivery' : `${wait.by} later deliveries`
    const reason = `waits for ${count}, ${formatDuration(MAX_HOLD)} at most: fault ${action.name}`
    return { until, reason }
  }

  /** A delivery is about to be sent for the first time, and may overtake others. */
  start({ id, webhook }: Job, { attempts }: Pick<Delivery, 'attempts'>): void {
    if (attempts === 0 && this.#holds.has(webhook)) this.#later.set(id, this.#orderOf(id))
  }

  /** Called when a delivery has been sent: releases and returns those that have now been overtaken often enough. */
  overtaken({ id, webhook }: Job): readonly DeliveryId[] {
    const order = this.#later.get(id)
    this.#later.delete(id)
    const holds = this.#holds.get(webhook)
    if (order === undefined || holds === undefined) return []
    for (const hold of holds) if (hold.order < order) hold.left--
    const free = holds.filter(({ left }) => left <= 0).map((hold) => hold.id)
    for (const one of free) this.release({ id: one, webhook })
    return free
  }

  isHeld({ id, webhook }: Job): boolean {
    const hold = this.#holds.get(webhook)?.find((one) => one.id === id)
    return hold !== undefined && hold.until > this.#clock.now()
  }

  /** Ends the wait of a delivery. */
  release({ id, webhook }: Job): void {
    const holds = this.#holds.get(webhook)
    if (holds === undefined) return
    const [hold] = holds.filter((one) => one.id === id)
    // It keeps its order, so that it does not count as one that overtakes those started while it waited.
    if (hold !== undefined) this.#later.set(id, hold.order)
    const rest = holds.filter((one) => one.id !== id)
    if (rest.length > 0) this.#holds.set(webhook, rest)
    else this.#holds.delete(webhook)
    if (this.#holds.size === 0) this.#later.clear()
  }

  #orderOf(id: DeliveryId): number {
    return this.#later.get(id) ?? ++this.#count
  }
}
