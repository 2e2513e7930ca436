import type { DeliveryId, WebhookId } from '../core/random.ts'
import type { Store } from '../state/store.ts'
import type { Job } from './concurrency.ts'

/**
 * For providers that deliver in order: a webhook's oldest pending delivery goes, the later ones wait behind it, also while
 * it is not due again yet.
 */
export class OrderedQueue {
  readonly #store: Store
  readonly #isHeld: (job: Job) => boolean
  readonly #waiting = new Map<WebhookId, Set<DeliveryId>>()

  /** @param isHeld whether a fault lets later deliveries overtake this one. */
  constructor(store: Store, isHeld: (job: Job) => boolean) {
    this.#store = store
    this.#isHeld = isHeld
  }

  /** Whether a pending delivery may go now; otherwise it waits until {@link next} returns it. */
  async admit({ id, webhook }: Job): Promise<boolean> {
    const first = await this.#store.oldestPending(webhook, this.#isHeld)
    if (first === undefined || first.id === id) return true
    const waiting = this.#waiting.get(webhook) ?? new Set()
    this.#waiting.set(webhook, waiting.add(id))
    return false
  }

  /** The delivery whose turn it is, where any wait for theirs. */
  async first(webhook: WebhookId): Promise<DeliveryId | undefined> {
    if (!this.#waiting.has(webhook)) return undefined
    return (await this.#store.oldestPending(webhook, this.#isHeld))?.id
  }

  /**
   * The waiting delivery that goes on from an attempt that has ended.
   * @param first the one whose turn it is; where it does not wait, it comes by itself when it is due.
   */
  next({ id, webhook }: Job, first: DeliveryId | undefined): Job | undefined {
    // Attempted before its turn: it is due again at another time.
    this.#leave(webhook, id)
    return first !== undefined && this.#leave(webhook, first) ? { id: first, webhook } : undefined
  }

  /** Forgets a webhook; returns the deliveries that waited. */
  remove(webhook: WebhookId): readonly DeliveryId[] {
    const waiting = [...(this.#waiting.get(webhook) ?? [])]
    this.#waiting.delete(webhook)
    return waiting
  }

  /** Forgets everything; returns the deliveries that waited. */
  clear(): readonly DeliveryId[] {
    const waiting = [...this.#waiting.values()].flatMap((ids) => [...ids])
    this.#waiting.clear()
    return waiting
  }

  #leave(webhook: WebhookId, id: DeliveryId): boolean {
    const waiting = this.#waiting.get(webhook)
    if (waiting?.delete(id) !== true) return false
    if (waiting.size === 0) this.#waiting.delete(webhook)
    return true
  }
}
