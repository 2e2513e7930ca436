import type { Instant } from '../core/clock.ts'
import type { Delivery, Outcome, Webhook } from '../core/model.ts'
import { formatDuration } from '../core/units.ts'
import type { DeliveryPolicy } from '../spec/provider.ts'
import { failureOf } from './retry.ts'

interface WebhookAfterInput {
  readonly webhook: Webhook
  /** After the step that the attempt led to. */
  readonly delivery: Delivery
  readonly outcome: Outcome
  readonly disable: DeliveryPolicy['disable']
  readonly now: Instant
}

/** The webhook after an attempt: its health, and whether the provider switches it off. The same object when nothing changed. */
export function webhookAfter({ webhook, delivery, outcome, disable, now }: WebhookAfterInput): Webhook {
  if (webhook.deletedAt !== null) return webhook
  if (delivery.status === 'succeeded') return withSuccess(webhook, delivery, now)
  const counted = counts(delivery) ? withFailure(webhook, outcome, now) : webhook
  const reason = disable === null || !webhook.enabled ? null : disableReason(counted, outcome, disable, now)
  return reason === null || disable === null ? counted : switchedOff(counted, reason, disable.how, now)
}

/** A delivery that was given up counts once, however many attempts it had; a test does not count. */
function counts({ status, cause }: Delivery): boolean {
  return status === 'exhausted' && cause !== 'test'
}

function withSuccess(webhook: Webhook, { cause }: Delivery, now: Instant): Webhook {
  const { disabledBy } = webhook
  const passed = disabledBy !== null && cause === 'test'
  return {
    ...webhook,
    lastSucceededAt: now,
    failures: { count: 0, since: null },
    ...(passed && { disabledBy: { ...disabledBy, tested: true } }),
  }
}

function withFailure(webhook: Webhook, outcome: Outcome, now: Instant): Webhook {
  const { count, since } = webhook.failures
  const last = failureOf(outcome, webhook.url)
  return { ...webhook, failures: { count: count + 1, since: since ?? now, last } }
}

function disableReason(
  { failures }: Webhook,
  outcome: Outcome,
  { after, window, statuses }: NonNullable<DeliveryPolicy['disable']>,
  now: Instant,
): string | null {
  if (outcome.kind === 'responded' && statuses.includes(outcome.status))
    return `the receiver answered ${outcome.status}, at which this provider switches a webhook off`
  if ((after === null && window === null) || failures.since === null) return null
  const enough = after === null || failures.count >= after
  const longEnough = window === null || now - failures.since >= window
  if (!enough || !longEnough) return null
  const since = window === null ? '' : ` over ${formatDuration(now - failures.since)}`
  return `${failures.count} deliveries in a row failed${since}`
}

function switchedOff(webhook: Webhook, reason: string, how: 'disable' | 'delete', now: Instant): Webhook {
  return {
    ...webhook,
    enabled: false,
    updatedAt: now,
    disabledBy: { reason, at: now },
    deletedAt: how === 'delete' ? now : webhook.deletedAt,
  }
}
