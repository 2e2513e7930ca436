import type { Call, Done } from '../call.ts'
import { findWebhook } from '../find-webhook.ts'
import { webhookView } from '../webhook-view.ts'

export async function read(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  return 'problem' in found ? found : { result: webhookView(call.provider, found.webhook) }
}
