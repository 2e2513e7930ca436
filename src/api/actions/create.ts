import { activeLimitProblem } from '../active-limit-problem.ts'
import type { Call, Done } from '../call.ts'
import { createWebhook } from '../new-webhook.ts'
import { tlsProblem } from '../tls-problem.ts'
import { urlProblem } from '../url-problem.ts'
import { defaultFilter, readWebhookInput } from '../webhook-input.ts'
import { webhookView } from '../webhook-view.ts'
import { wrapped } from '../wrapped.ts'

export async function create(call: Call): Promise<Done> {
  const { parts, provider, account } = call
  const {
    url = '',
    enabled = true,
    filter = defaultFilter(provider),
    fields = {},
  } = readWebhookInput(provider, call.input)
  const wrongUrl = urlProblem(provider, url, parts) ?? (await tlsProblem(provider, url, parts))
  if (wrongUrl !== null) return { problem: wrapped(call, wrongUrl) }
  return parts.inTurn(`${provider.id}/${account.name}`, async (): Promise<Done> => {
    const tooMany = enabled ? await activeLimitProblem(call) : null
    if (tooMany !== null) return { problem: wrapped(call, tooMany) }
    const webhook = await createWebhook(parts, { provider, account, url, filter, enabled, fields })
    return { result: webhookView(provider, webhook) }
  })
}
