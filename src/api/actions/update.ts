import type { Webhook } from '../../core/webhook.ts'
import { activeLimitProblem } from '../active-limit-problem.ts'
import type { Call, Done } from '../call.ts'
import { changeWebhook } from '../change-webhook.ts'
import { findWebhook } from '../find-webhook.ts'
import { tlsProblem } from '../tls-problem.ts'
import { urlProblem } from '../url-problem.ts'
import { readWebhookInput, updatedWebhook } from '../webhook-input.ts'
import { webhookView } from '../webhook-view.ts'
import { wrapped } from '../wrapped.ts'

export async function update(call: Call): Promise<Done> {
  const { parts, provider, account } = call
  const untrusted = await receiverProblem(call)
  if (untrusted !== null) return { problem: wrapped(call, untrusted) }
  return parts.inTurn(`${provider.id}/${account.name}`, async (): Promise<Done> => {
    const found = await findWebhook(call)
    if ('problem' in found) return found
    const given = readWebhookInput(provider, call.input)
    const wrong = await updateProblem(call, found.webhook, given)
    if (wrong !== null) return { problem: wrapped(call, wrong) }
    const webhook = await changeWebhook(parts, found.webhook.id, (current) =>
      updatedWebhook(current, given, parts.clock.now()),
    )
    if (webhook === undefined) return findWebhook(call).then(gone)
    if (!webhook.enabled) await parts.queue.cancel(webhook.id, 'the webhook was switched off')
    return { result: webhookView(provider, webhook) }
  })
}

/** Before anything waits for this update: a receiver may take its time. */
async function receiverProblem(call: Call) {
  const { url } = readWebhookInput(call.provider, call.input)
  if (url === undefined || urlProblem(call.provider, url, call.parts) !== null) return null
  return 'problem' in (await findWebhook(call)) ? null : tlsProblem(call.provider, url, call.parts)
}

async function updateProblem(call: Call, webhook: Webhook, given: ReturnType<typeof readWebhookInput>) {
  const wrongUrl = given.url === undefined ? null : urlProblem(call.provider, given.url, call.parts)
  if (wrongUrl !== null) return wrongUrl
  return given.enabled === true && !webhook.enabled ? activeLimitProblem(call) : null
}

function gone(found: Awaited<ReturnType<typeof findWebhook>>): Done {
  if ('problem' in found) return found
  throw new Error(`the webhook ${found.webhook.id} changed while it was being changed`)
}
