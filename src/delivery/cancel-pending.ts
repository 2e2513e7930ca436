import type { Delivery } from '../core/delivery.ts'
import type { WebhookId } from '../core/ids.ts'
import { type Page, put } from '../state/store.ts'
import type { DeliveryParts } from './delivery-parts.ts'
import { settled } from './next-step.ts'

/** Cancels what is still to come for a webhook, and tells of it. */
export async function cancelPending(
  { store, clock, feed, inTurn }: DeliveryParts,
  id: WebhookId,
  reason: string,
): Promise<readonly Delivery[]> {
  const cancelled = await inTurn(id, async () => {
    const now = clock.now()
    const pending = await allPending((cursor) =>
      store.deliveries({ webhook: id, status: 'pending' }, { limit: 1000, cursor }),
    )
    const done = pending.map((delivery) => settled(delivery, 'cancelled', reason, now))
    if (done.length > 0) await store.commit(done.map((delivery) => put('deliveries', delivery)))
    return done
  })
  const webhook = await store.webhook(id)
  for (const delivery of cancelled) {
    const event = await store.event(delivery.event)
    if (event !== undefined && webhook !== undefined)
      feed.publish({ type: 'settled', delivery, event, webhook })
  }
  return cancelled
}

async function allPending(
  page: (cursor: string | undefined) => Promise<Page<Delivery>>,
): Promise<Delivery[]> {
  const items: Delivery[] = []
  let cursor: string | undefined
  do {
    const { items: more, next } = await page(cursor)
    items.push(...more)
    cursor = next ?? undefined
  } while (cursor !== undefined)
  return items.reverse()
}
