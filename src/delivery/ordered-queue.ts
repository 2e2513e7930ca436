import type { DeliveryId, WebhookId } from '../core/random.ts'
import type { Store } from '../state/store.ts'
import type { Job } from './concurrency.ts'

/** For providers that deliver in order: a webhook's first unsettled delivery goes, the later ones wait behind it. */
export class OrderedQueue {
  readonly #store: Store
  readonly #isHeld: (job: Job) => boolean
  readonly #heads = new Map<WebhookId, DeliveryId>()
  readonly #waiting = new Map<WebhookId, Set<DeliveryId>>()

  /** @param isHeld whether a fault lets later deliveries overtake this one. */
  constructor(store: Store, isHeld: (job: Job) => boolean) {
    this.#store = store
    this.#isHeld = isHeld
  }

  /** Whether a delivery may go now; otherwise it waits until {@link next} returns it. */
  async admit({ id, webhook }: Job): Promise<boolean> {
    const known = this.#heads.get(webhook)
    const isKnown = known !== undefined && (await this.#store.delivery(known))?.status === 'pending'
    const head = isKnown ? known : ((await this.#oldestPending(webhook)) ?? id)
    this.#heads.set(webhook, head)
    if (head === id) return true
    const waiting = this.#waiting.get(webhook) ?? new Set()
    this.#waiting.set(webhook, waiting.add(id))
    return false
  }

  /** The delivery that may go now that this one is settled; none where this one was attempted before its turn. */
  next({ id, webhook }: Job): Job | undefined {
    if (this.#heads.get(webhook) !== id) {
      this.#waiting.get(webhook)?.delete(id)
      return undefined
    }
    this.#heads.delete(webhook)
    const waiting = this.#waiting.get(webhook) ?? new Set<DeliveryId>()
    const [next] = waiting
    if (next === undefined) return undefined
    waiting.delete(next)
    if (waiting.size === 0) this.#waiting.delete(webhook)
    this.#heads.set(webhook, next)
    return { id: next, webhook }
  }

  /** Forgets a webhook; returns the deliveries that waited. */
  remove(webhook: WebhookId): readonly DeliveryId[] {
    const waiting = [...(this.#waiting.get(webhook) ?? [])]
    this.#waiting.delete(webhook)
    this.#heads.delete(webhook)
    return waiting
  }

  /** Forgets everything; returns the deliveries that waited. */
  clear(): readonly DeliveryId[] {
    const waiting = [...this.#waiting.values()].flatMap((ids) => [...ids])
    this.#waiting.clear()
    this.#heads.clear()
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
