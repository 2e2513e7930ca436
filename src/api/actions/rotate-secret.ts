import type { Call, Done } from '../call.ts'
import { changeWebhook } from '../change-webhook.ts'
import { findWebhook } from '../find-webhook.ts'
import { newSecret } from '../new-webhook.ts'
import { webhookView } from '../webhook-view.ts'

/** The old secret stops at once: attempts from now on are signed with the new one. */
export async function rotateSecret(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider } = call
  const secret = newSecret(provider, parts.chance)
  const updatedAt = parts.clock.now()
  const webhook = await changeWebhook(parts, found.webhook.id, (current) => ({
    ...current,
    secret,
    updatedAt,
  }))
  return webhook === undefined ? findWebhookGone(call) : { result: webhookView(provider, webhook) }
}

async function findWebhookGone(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  return 'problem' in found ? found : rotateSecret(call)
}
