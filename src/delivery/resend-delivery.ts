import type { Delivery } from '../core/delivery.ts'
import { MockError } from '../core/errors.ts'
import { newDelivery } from '../event/new-delivery.ts'
import { put } from '../state/store.ts'
import type { DeliveryParts } from './delivery-parts.ts'

/** A new delivery of an old one's event, kept and due at once. */
export async function resendDelivery(
  { store, clock, chance }: DeliveryParts,
  old: Delivery,
): Promise<Delivery> {
  const event = await store.event(old.event)
  const webhook = await store.webhook(old.webhook)
  if (event === undefined || webhook === undefined || webhook.deletedAt !== null) {
    const what = event === undefined ? 'its event is no longer kept' : 'its webhook was deleted'
    throw new MockError('input', 'CANNOT_RESEND', `Failed to resend delivery ${old.id}: ${what}.`, {
      hint: 'Register a webhook and trigger a new event.',
    })
  }
  const delivery = newDelivery(event, webhook, {
    chance,
    now: clock.now(),
    cause: 'resend',
    resendOf: old.id,
  })
  await store.commit([put('deliveries', delivery)])
  return delivery
}
