import type { Instant } from '../core/clock.ts'
import type { Delivery } from '../core/model.ts'
import type { DeliveryId, WebhookId } from '../core/random.ts'

/** A binary heap whose items can be taken out, or moved when their rank has changed, from anywhere in O(log n). */
export class Heap<T> {
  readonly #items: T[] = []
  readonly #places = new Map<T, number>()
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  /** Puts an item in, or in its new place when it is there already. */
  place(item: T): void {
    const at = this.#places.get(item) ?? this.#items.length
    this.#set(at, item)
    this.#sink(this.#rise(at))
  }

  remove(item: T): void {
    const at = this.#places.get(item)
    if (at === undefined) return
    this.#places.delete(item)
    const last = this.#items.pop() as T
    if (last === item) return
    this.#set(at, last)
    this.#sink(this.#rise(at))
  }

  #set(at: number, item: T): void {
    this.#items[at] = item
    this.#places.set(item, at)
  }

  #at(index: number): T {
    return this.#items[index] as T
  }

  #rise(from: number): number {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (!this.#before(this.#at(at), this.#at(parent))) break
      this.#swap(at, parent)
      at = parent
    }
    return at
  }

  #sink(from: number): void {
    let at = from
    for (;;) {
      let first = at
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.#items.length && this.#before(this.#at(child), this.#at(first))) first = child
      if (first === at) return
      this.#swap(at, first)
      at = first
    }
  }

  #swap(a: number, b: number): void {
    const item = this.#at(a)
    this.#set(a, this.#at(b))
    this.#set(b, item)
  }
}

interface Due {
  readonly id: DeliveryId
  readonly webhook: WebhookId
  readonly at: Instant
  readonly seq: number
}

type WebhookHeap = Heap<Due>

/**
 * Pending deliveries by when they fall due: one heap for each webhook, and a heap of those by their heads, so that a webhook
 * that must wait costs one step however many deliveries stand behind it.
 */
export class DueQueue {
  #due = new Map<DeliveryId, Due>()
  #byWebhook = new Map<WebhookId, WebhookHeap>()
  #heads = new Heap<WebhookHeap>(headBefore)
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
    this.#byWebhook = new Map()
    this.#heads = new Heap<WebhookHeap>(headBefore)
  }

  /** Puts what another one holds in the place of this one's. Claims stay, here too. */
  takeOver(next: DueQueue): void {
    this.#due = next.#due
    this.#byWebhook = next.#byWebhook
    this.#heads = next.#heads
    for (const id of this.#claimed) {
      const due = this.#due.get(id)
      if (due !== undefined) this.#leave(due)
    }
  }

  claim(now: Instant, limit: number, refuse: (webhook: WebhookId) => boolean): DeliveryId[] {
    const claimed: DeliveryId[] = []
    const waiting: WebhookHeap[] = []
    while (claimed.length < limit) {
      const heap = this.#heads.peek()
      const due = heap?.peek()
      if (heap === undefined || due === undefined || due.at > now) break
      if (refuse(due.webhook)) {
        this.#heads.remove(heap)
        waiting.push(heap)
      } else {
        this.#claimed.add(due.id)
        this.#leave(due)
        claimed.push(due.id)
      }
    }
    for (const heap of waiting) this.#heads.place(heap)
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
    let heap = this.#byWebhook.get(due.webhook)
    if (heap === undefined) {
      heap = new Heap<Due>(dueBefore)
      this.#byWebhook.set(due.webhook, heap)
    }
    heap.place(due)
    this.#heads.place(heap)
  }

  #leave(due: Due): void {
    const heap = this.#byWebhook.get(due.webhook)
    if (heap === undefined) return
    heap.remove(due)
    if (heap.size > 0) {
      this.#heads.place(heap)
      return
    }
    this.#heads.remove(heap)
    this.#byWebhook.delete(due.webhook)
  }
}

function dueBefore(a: Due, b: Due): boolean {
  return a.at === b.at ? a.seq < b.seq : a.at < b.at
}

function headBefore(a: WebhookHeap, b: WebhookHeap): boolean {
  const [first, second] = [a.peek(), b.peek()]
  return first !== undefined && (second === undefined || dueBefore(first, second))
}
