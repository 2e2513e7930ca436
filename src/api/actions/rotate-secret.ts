import type { Instant } from '../../core/clock.ts'
import { parseDuration } from '../../core/duration.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Call, Done } from '../call.ts'
import { changeWebhook } from '../change-webhook.ts'
import { findWebhook } from '../find-webhook.ts'
import { newSecret } from '../new-webhook.ts'
import { webhookView } from '../webhook-view.ts'

/** Attempts from now on are signed with the new secret, and with the old one only as long as the provider lets both count. */
export async function rotateSecret(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider } = call
  const secret = newSecret(provider, parts.chance)
  const updatedAt = parts.clock.now()
  const { overlap } = provider.resource.secret
  const webhook = await changeWebhook(parts, found.webhook.id, (current) => ({
    ...current,
    secret,
    retiredSecrets: retired(current, overlap, updatedAt),
    updatedAt,
  }))
  return webhook === undefined ? findWebhookGone(call) : { result: webhookView(provider, webhook) }
}

function retired(
  { secret, retiredSecrets }: Webhook,
  overlap: string | undefined,
  now: Instant,
): Webhook['retiredSecrets'] {
  if (overlap === undefined) return []
  return [
    ...retiredSecrets.filter(({ until }) => until > now),
    { secret, until: now + parseDuration(overlap) },
  ]
}

async function findWebhookGone(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  return 'problem' in found ? found : rotateSecret(call)
}
