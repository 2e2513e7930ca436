import type { Call, Done } from '../call.ts'
import { pageOf } from '../page-of.ts'
import { webhookView } from '../webhook-view.ts'

export async function list(call: Call): Promise<Done> {
  const { parts, provider, account } = call
  const webhooks = await parts.store.webhooks({ provider: provider.id, account: account.name })
  const { items, page } = pageOf(call, webhooks)
  return { result: items.map((webhook) => webhookView(provider, webhook)), ...(page && { page }) }
}
