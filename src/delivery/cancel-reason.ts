import type { Delivery } from '../core/delivery.ts'
import type { Webhook } from '../core/webhook.ts'

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
