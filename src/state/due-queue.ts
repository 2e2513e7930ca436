import type { Instant } from '../core/clock.ts'
import type { Delivery } from '../core/delivery.ts'
import type { DeliveryId, WebhookId } from '../core/ids.ts'
import { Heap } from './heap.ts'

interface Due {
  readonly id: DeliveryId
  readonly webhook: WebhookId
  readonly at: Instant
  readonly seq: number
}

type Line = Heap<Due>

/**
 * Pending deliveries by when they fall due: one line for each webhook, and the lines by their heads, so that a webhook
 * that must wait costs one step however many deliveries stand behind it.
 */
export class DueQueue {
  #due = new Map<DeliveryId, Due>()
  #lines = new Map<WebhookId, Line>()
  #heads = new Heap<Line>(lineBefore)
  readonly #claimed = new Set<DeliveryId>()

  /** Follows a delivery as it is put. */
  follow(delivery: Delivery, seq: number): void {
    const at = delivery.status === 'pending' ? delivery.nextAttemptAt : null
    const old = this.#due.get(delivery.id)
    if (old !== undefined && old.at === at && old.webhook === delivery.webhook) return
    this.forget(delivery.id)
    if (at === null) return
    const due = { id: delivery.id, webhook: delivery.webhook, at, seq }
    this.#due.set(due.id, due)
    if (!this.#claimed.has(due.id)) this.#enter(due)
  }

  forget(id: DeliveryId): void {
    const due = this.#due.get(id)
    if (due === undefined) return
    this.#due.delete(id)
    this.#leave(due)
  }

  /** Claims outlive it: who holds one gives it back. */
  clear(): void {
    this.#due = new Map()
    this.#lines = new Map()
    this.#heads = new Heap<Line>(lineBefore)
  }

  claim(now: Instant, limit: number, refuse: (webhook: WebhookId) => boolean): DeliveryId[] {
    const claimed: DeliveryId[] = []
    const waiting: Line[] = []
    while (claimed.length < limit) {
      const line = this.#heads.peek()
      const due = line?.peek()
      if (line === undefined || due === undefined || due.at > now) break
      if (refuse(due.webhook)) {
        this.#heads.remove(line)
        waiting.push(line)
      } else {
        this.#claimed.add(due.id)
        this.#leave(due)
        claimed.push(due.id)
      }
    }
    for (const line of waiting) this.#heads.place(line)
    return claimed
  }

  release(id: DeliveryId): void {
    if (!this.#claimed.delete(id)) return
    const due = this.#due.get(id)
    if (due !== undefined) this.#enter(due)
  }

  nextDueAt(): Instant | null {
    return this.#heads.peek()?.peek()?.at ?? null
  }

  #enter(due: Due): void {
    let line = this.#lines.get(due.webhook)
    if (line === undefined) {
      line = new Heap<Due>(dueBefore)
      this.#lines.set(due.webhook, line)
    }
    line.place(due)
    this.#heads.place(line)
  }

  #leave(due: Due): void {
    const line = this.#lines.get(due.webhook)
    if (line === undefined) return
    line.remove(due)
    if (line.size > 0) {
      this.#heads.place(line)
      return
    }
    this.#heads.remove(line)
    this.#lines.delete(due.webhook)
  }
}

function dueBefore(a: Due, b: Due): boolean {
  return a.at === b.at ? a.seq < b.seq : a.at < b.at
}

function lineBefore(a: Line, b: Line): boolean {
  const [first, second] = [a.peek(), b.peek()]
  return first !== undefined && (second === undefined || dueBefore(first, second))
}
