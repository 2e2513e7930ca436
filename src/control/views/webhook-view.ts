import { isoTime } from '../../core/iso-time.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { WebhookView } from './view-shapes.ts'

export function webhookView(webhook: Webhook): WebhookView {
  const { id, providerId, provider, account, url, secret, enabled, filter, fields, createdAt } = webhook
  return {
    id,
    providerId,
    provider,
    account,
    url,
    secret,
    enabled,
    filter,
    fields,
    createdAt: isoTime(createdAt),
  }
}
