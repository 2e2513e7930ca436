import type { Instant } from '../core/clock.ts'
import type { Delivery, DeliveryCause } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import type { Chance, DeliveryId } from '../core/ids.ts'
import type { Webhook } from '../core/webhook.ts'

/** A pending delivery of an event to a webhook, due at once. */
export function newDelivery(
  event: Event,
  webhook: Webhook,
  {
    chance,
    now,
    cause = 'event',
    resendOf = null,
  }: {
    readonly chance: Chance
    readonly now: Instant
    readonly cause?: DeliveryCause
    readonly resendOf?: DeliveryId | null
  },
): Delivery {
  return {
    id: chance.delivery(),
    provider: event.provider,
    account: event.account,
    event: event.id,
    webhook: webhook.id,
    cause,
    status: 'pending',
    reason: null,
    attempts: 0,
    delaysUsed: 0,
    nextAttemptAt: now,
    resendOf,
    createdAt: now,
    settledAt: null,
  }
}
