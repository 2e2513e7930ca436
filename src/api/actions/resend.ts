import type { Call, Done } from '../call.ts'
import { findWebhook } from '../find-webhook.ts'
import { logEntries } from '../log-entries.ts'
import { LogEntry } from '../log-entry.ts'
import { problem } from '../problem.ts'

/** A new delivery of the event that a log entry tells of; answered once its first attempt is over. */
export async function resend(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider, mock } = call
  const name = mock.attempt ?? 'delivery'
  const id = String(call.path[name])
  const entries = await logEntries(parts.store, provider, found.webhook, mock.tests)
  const entry = entries.find(({ attempt }) => attempt.providerId === id)
  if (entry === undefined)
    return { problem: problem('not-found', { place: `path/${name}`, id, reason: 'does not exist' }) }
  const { delivery, attempt } = await parts.queue.resendNow(entry.delivery)
  return { result: new LogEntry({ attempt, delivery, event: entry.event, webhook: found.webhook, provider }) }
}
