import type { DeliveryId, WebhookId } from '../core/ids.ts'

export interface LaneLimits {
  readonly perWebhook: number
  readonly overall: number
}

export interface Turn {
  readonly id: DeliveryId
  readonly webhook: WebhookId
}

interface Lane {
  running: number
  readonly waiting: Set<DeliveryId>
}

/** Deliveries that are due, in a lane for each webhook, so that a slow receiver holds up only its own. */
export class Lanes {
  readonly #limits: LaneLimits
  readonly #lanes = new Map<WebhookId, Lane>()
  readonly #running = new Set<DeliveryId>()

  constructor(limits: LaneLimits) {
    this.#limits = limits
  }

  get running(): number {
    return this.#running.size
  }

  /** Puts a delivery at the end of its lane; one that is under way stays where it is. */
  add({ id, webhook }: Turn): void {
    if (!this.#running.has(id)) this.#lane(webhook).waiting.add(id)
  }

  /** Begins the next delivery that may run, the lanes in turn. @param limitOf narrower limits of single webhooks. */
  next(limitOf: (webhook: WebhookId) => number = () => this.#limits.perWebhook): Turn | undefined {
    if (this.#running.size >= this.#limits.overall) return undefined
    for (const [webhook, lane] of this.#lanes) {
      const [id] = lane.waiting
      if (id === undefined || lane.running >= Math.min(limitOf(webhook), this.#limits.perWebhook)) continue
      this.#lanes.delete(webhook)
      this.#lanes.set(webhook, lane)
      this.begin({ id, webhook })
      return { id, webhook }
    }
    return undefined
  }

  /** Begins a delivery whatever the limits say; false when it is under way already. */
  begin({ id, webhook }: Turn): boolean {
    if (this.#running.has(id)) return false
    const lane = this.#lane(webhook)
    lane.waiting.delete(id)
    lane.running++
    this.#running.add(id)
    return true
  }

  end({ id, webhook }: Turn): void {
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
