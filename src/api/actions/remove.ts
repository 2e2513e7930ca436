import type { Call, Done } from '../call.ts'
import { changeWebhook } from '../change-webhook.ts'
import { findWebhook } from '../find-webhook.ts'
import { webhookView } from '../webhook-view.ts'

export async function remove(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider } = call
  const deletedAt = parts.clock.now()
  const webhook = await changeWebhook(parts, found.webhook.id, (current) => ({ ...current, deletedAt }))
  await parts.queue.cancel(found.webhook.id, 'the webhook was deleted')
  return { result: webhookView(provider, webhook ?? found.webhook) }
}
