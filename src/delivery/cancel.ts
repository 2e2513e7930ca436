import type { Delivery, Webhook } from '../core/model.ts'
import type { WebhookId } from '../core/random.ts'
import { type Page, put } from '../state/store.ts'
import type { DeliveryContext } from './context.ts'
import { settled } from './retry.ts'

/** Why a pending delivery is not attempted; null when it is. A test goes to a webhook that is switched off, too. */
export function cancelReason(
  webhook: Webhook | undefined,
  { cause }: Pick<Delivery, 'cause'>,
): string | null {
  if (webhook === undefined) return 'the webhook is gone'
  const by = webhook.disabledBy === null ? '' : `: ${webhook.disabledBy.reason}`
  if (webhook.deletedAt !== null) return `the webhook was deleted${by}`
  return webhook.enabled || cause === 'test' ? null : `the webhook is switched off${by}`
}

/** Cancels a webhook's pending deliveries, and publishes that. */
export async function cancelPending(
  { store, clock, feed, mutex }: DeliveryContext,
  id: WebhookId,
  reason: string,
): Promise<void> {
  const cancelled = await mutex(id, async () => {
    const now = clock.now()
    const pending: Delivery[] = []
    let cursor: string | undefined
    do {
      const page: Page<Delivery> = await store.deliveries(
        { webhook: id, status: 'pending' },
        { limit: 1000, cursor },
      )
      pending.push(...page.items)
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
    const done = pending.reverse().map((delivery) => settled(delivery, 'cancelled', reason, now))
    if (done.length > 0) await store.commit(done.map((delivery) => put('deliveries', delivery)))
    return done
  })
  const webhook = await store.webhook(id)
  for (const delivery of cancelled) {
    const event = await store.event(delivery.event)
    if (event !== undefined && webhook !== undefined)
      feed.publish({ type: 'settled', delivery, event, webhook })
  }
}
