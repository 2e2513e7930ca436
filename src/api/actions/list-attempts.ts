import type { Call, Done } from '../call.ts'
import { findWebhook } from '../find-webhook.ts'
import { logEntries, loggedAttempts } from '../log-entries.ts'
import { pageOf } from '../page-of.ts'

export async function listAttempts(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider, mock } = call
  const attempts = await loggedAttempts(parts.store, found.webhook, mock.tests)
  const { items, page } = pageOf(call, attempts)
  const result = await logEntries(parts.store, provider, found.webhook, items)
  return { result, ...(page && { page }) }
}
