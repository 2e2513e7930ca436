import type { Attempt } from '../../core/attempt.ts'
import type { Delivery } from '../../core/delivery.ts'
import type { Event } from '../../core/event.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { Webhook } from '../../core/webhook.ts'
import { attemptView } from './attempt-view.ts'
import type { DeliveryView } from './view-shapes.ts'

/** @param attempts those of the delivery, in any order */
export function deliveryView(
  delivery: Delivery,
  event: Event,
  webhook: Pick<Webhook, 'id' | 'providerId' | 'url'>,
  attempts: readonly Attempt[],
): DeliveryView {
  const { id, provider, account, cause, status, reason, resendOf } = delivery
  return {
    id,
    provider,
    account,
    event: { id: event.id, providerId: event.providerId, type: event.type },
    webhook: { id: webhook.id, providerId: webhook.providerId, url: webhook.url },
    cause,
    status,
    reason,
    attempts: attempts.toSorted((a, b) => a.number - b.number).map((attempt) => attemptView(attempt, event)),
    nextAttemptAt: timeOrNull(delivery.nextAttemptAt),
    resendOf,
    createdAt: isoTime(delivery.createdAt),
    settledAt: timeOrNull(delivery.settledAt),
  }
}

export function timeOrNull(instant: number | null): string | null {
  return instant === null ? null : isoTime(instant)
}
