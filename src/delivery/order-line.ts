import type { DeliveryId, WebhookId } from '../core/ids.ts'
import type { Store } from '../state/store.ts'
import type { Turn } from './lanes.ts'

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
