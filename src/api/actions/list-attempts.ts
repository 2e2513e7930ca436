import type { Call, Done } from '../call.ts'
import { findWebhook } from '../find-webhook.ts'
import { logEntries } from '../log-entries.ts'
import { pageOf } from '../page-of.ts'

export async function listAttempts(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const entries = await logEntries(call.parts.store, call.provider, found.webhook, call.mock.tests)
  const { items, page } = pageOf(call, entries)
  return { result: items, ...(page && { page }) }
}
