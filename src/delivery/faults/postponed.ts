import type { Clock, Instant } from '../../core/clock.ts'
import type { Delivery } from '../../core/delivery.ts'
import { formatDuration } from '../../core/duration.ts'
import type { DeliveryId, WebhookId } from '../../core/ids.ts'
import type { DeliveryAction } from '../../fault/fault.ts'
import type { Turn } from '../lanes.ts'

/** When a delivery goes that is not sent now, and why, in words for people. */
export interface Postponement {
  readonly until: Instant
  readonly reason: string
  /** Whether later deliveries go first where the provider keeps their order. */
  readonly outOfOrder: boolean
}

interface Hold {
  readonly id: DeliveryId
  readonly order: number
  readonly until: Instant
  left: number
}

/** Nobody waits longer than that, by the mock's clock, for deliveries that may never come. */
const LONGEST_HOLD = 30_000

/** Deliveries that wait until others have overtaken them, or for some time. */
export class Postponed {
  readonly #clock: Pick<Clock, 'now'>
  readonly #holds = new Map<WebhookId, Hold[]>()
  /** Those that came up while another was held back, and when. */
  readonly #later = new Map<DeliveryId, number>()
  #count = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** What the first of these actions that is about time makes of a delivery; null when none is. */
  postpone({ id, webhook }: Turn, actions: readonly DeliveryAction[]): Postponement | null {
    const action = actions.find(({ name }) => name === 'delay' || name === 'reorder')
    if (action?.name === 'delay') {
      const until = this.#clock.now() + action.byMs
      return { until, reason: `waits ${formatDuration(action.byMs)}: fault delay`, outOfOrder: false }
    }
    if (action?.name !== 'reorder') return null
    const until = this.#clock.now() + LONGEST_HOLD
    const hold: Hold = { id, order: this.#orderOf(id), until, left: action.behind }
    this.#holds.set(webhook, [...(this.#holds.get(webhook) ?? []), hold])
    const count = action.behind === 1 ? 'a later delivery' : `${action.behind} later deliveries`
    const reason = `waits for ${count}, ${formatDuration(LONGEST_HOLD)} at most: fault reorder`
    return { until, reason, outOfOrder: true }
  }

  /** A delivery is about to be sent for the first time, and may overtake others. */
  comesUp({ id, webhook }: Turn, { attempts }: Pick<Delivery, 'attempts'>): void {
    if (attempts === 0 && this.#holds.has(webhook)) this.#later.set(id, this.#orderOf(id))
  }

  /** Those that have now been overtaken often enough. */
  overtaken({ id, webhook }: Turn): readonly DeliveryId[] {
    const order = this.#later.get(id)
    this.#later.delete(id)
    const holds = this.#holds.get(webhook)
    if (order === undefined || holds === undefined) return []
    for (const hold of holds) if (hold.order < order) hold.left--
    const free = holds.filter(({ left }) => left <= 0).map((hold) => hold.id)
    for (const one of free) this.letGo({ id: one, webhook })
    return free
  }

  isHeld({ id, webhook }: Turn): boolean {
    const hold = this.#holds.get(webhook)?.find((one) => one.id === id)
    return hold !== undefined && hold.until > this.#clock.now()
  }

  /** It waits no longer, whatever it waited for. */
  letGo({ id, webhook }: Turn): void {
    const holds = this.#holds.get(webhook)
    if (holds === undefined) return
    const [hold] = holds.filter((one) => one.id === id)
    // It is earlier than what came up while it waited, and is not taken for one that overtakes.
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
