import type { DeliveryId, WebhookId } from '../core/random.ts'
import type { Store } from '../state/store.ts'
/** Lets pieces of work pass beside each other, and holds them all up while one piece needs the place to itself. */
export class Gate {
  #inside = 0
  #shut: Promise<void> | undefined
  #left: () => void = () => {}

  async pass<T>(work: () => Promise<T>): Promise<T> {
    while (this.#shut !== undefined) await this.#shut
    this.#inside++
    try {
      return await work()
    } finally {
      this.#inside--
      if (this.#inside === 0) this.#left()
    }
  }

  /** Waits until nothing is inside, and lets nothing in until the work is done. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#shut !== undefined) await this.#shut
    let open = () => {}
    this.#shut = new Promise((resolve) => {
      open = resolve
    })
    try {
      if (this.#inside > 0)
        await new Promise<void>((resolve) => {
          this.#left = resolve
        })
      return await work()
    } finally {
      this.#left = () => {}
      this.#shut = undefined
      open()
    }
  }
}

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

/** For providers that deliver in order: a webhook's first unsettled delivery goes, the later ones wait behind it. */
export class OrderLine {
  readonly #store: Store
  readonly #isHeld: (turn: Turn) => boolean
  readonly #heads = new Map<WebhookId, DeliveryId>()
  readonly #behind = new Map<WebhookId, Set<DeliveryId>>()

  /** @param isHeld whether a delivery is not waited for: a fault has the later ones overtake it. */
  constructor(store: Store, isHeld: (turn: Turn) => boolean) {
    this.#store = store
    this.#isHeld = isHeld
  }

  /** Whether a delivery may go now; otherwise it waits until {@link settle} names it. */
  async admit({ id, webhook }: Turn): Promise<boolean> {
    const known = this.#heads.get(webhook)
    const isKnown = known !== undefined && (await this.#store.delivery(known))?.status === 'pending'
    const head = isKnown ? known : ((await this.#oldestPending(webhook)) ?? id)
    this.#heads.set(webhook, head)
    if (head === id) return true
    const behind = this.#behind.get(webhook) ?? new Set()
    this.#behind.set(webhook, behind.add(id))
    return false
  }

  /** The delivery whose turn it is now that this one is settled. */
  settle({ id, webhook }: Turn): Turn | undefined {
    if (this.#heads.get(webhook) !== id) return undefined
    this.#heads.delete(webhook)
    const behind = this.#behind.get(webhook) ?? new Set<DeliveryId>()
    const [next] = behind
    if (next === undefined) return undefined
    behind.delete(next)
    if (behind.size === 0) this.#behind.delete(webhook)
    this.#heads.set(webhook, next)
    return { id: next, webhook }
  }

  /** Forgets a webhook; gives the deliveries that waited. */
  leave(webhook: WebhookId): readonly DeliveryId[] {
    const waiting = [...(this.#behind.get(webhook) ?? [])]
    this.#behind.delete(webhook)
    this.#heads.delete(webhook)
    return waiting
  }

  async #oldestPending(webhook: WebhookId): Promise<DeliveryId | undefined> {
    let oldest: DeliveryId | undefined
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<Store['deliveries']>> = await this.#store.deliveries(
        { webhook, status: 'pending' },
        { limit: 1000, cursor: cursor ?? undefined },
      )
      oldest = page.items.findLast((one) => !this.#isHeld(one))?.id ?? oldest
      cursor = page.next
    } while (cursor !== null)
    return oldest
  }
}
