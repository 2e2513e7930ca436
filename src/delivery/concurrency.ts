import type { DeliveryId, WebhookId } from '../core/random.ts'

export interface ConcurrencyLimits {
  readonly perWebhook: number
  readonly overall: number
}

/** A delivery that is due. */
export interface Job {
  readonly id: DeliveryId
  readonly webhook: WebhookId
}

interface Lane {
  running: number
  readonly waiting: Set<DeliveryId>
}

/** Bounds how many jobs run at a time, for each webhook and overall: a slow receiver holds up only its own. */
export class ConcurrencyLimiter {
  readonly #limits: ConcurrencyLimits
  readonly #lanes = new Map<WebhookId, Lane>()
  readonly #running = new Set<DeliveryId>()

  constructor(limits: ConcurrencyLimits) {
    this.#limits = limits
  }

  get running(): number {
    return this.#running.size
  }

  /** Puts a job at the end of its webhook's lane; one that is running stays where it is. */
  add({ id, webhook }: Job): void {
    if (!this.#running.has(id)) this.#lane(webhook).waiting.add(id)
  }

  /** Starts the next job that the limits allow, taking webhooks in turn. @param limitOf narrower limits of single webhooks. */
  next(limitOf: (webhook: WebhookId) => number = () => this.#limits.perWebhook): Job | undefined {
    if (this.#running.size >= this.#limits.overall) return undefined
    for (const [webhook, lane] of this.#lanes) {
      const [id] = lane.waiting
      if (id === undefined || lane.running >= Math.min(limitOf(webhook), this.#limits.perWebhook)) continue
      this.#lanes.delete(webhook)
      this.#lanes.set(webhook, lane)
      this.start({ id, webhook })
      return { id, webhook }
    }
    return undefined
  }

  /** Starts a job whatever the limits say; false when it is running already. */
  start({ id, webhook }: Job): boolean {
    if (this.#running.has(id)) return false
    const lane = this.#lane(webhook)
    lane.waiting.delete(id)
    lane.running++
    this.#running.add(id)
    return true
  }

  end({ id, webhook }: Job): void {
    if (!this.#running.delete(id)) return
    const lane = this.#lane(webhook)
    lane.running--
    if (lane.running === 0 && lane.waiting.size === 0) this.#lanes.delete(webhook)
  }

  #lane(webhook: WebhookId): Lane {
    const lane = this.#lanes.get(webhook) ?? { running: 0, waiting: new Set() }
    this.#lanes.set(webhook, lane)
    return lane
  }
}
