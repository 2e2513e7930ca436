import type { Call, Done } from '../call.ts'
import { findWebhook } from '../find-webhook.ts'
import { logEntry, loggedAttempts } from '../log-entries.ts'
import { LogEntry } from '../log-entry.ts'
import { problem } from '../problem.ts'

/** A new delivery of the event that a log entry tells of; answered once its first attempt is over. */
export async function resend(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider, mock } = call
  const name = mock.attempt ?? 'delivery'
  const id = String(call.path[name])
  const attempts = await loggedAttempts(parts.store, found.webhook, mock.tests)
  const named = attempts.find(({ providerId }) => providerId === id)
  const entry = named && (await logEntry(parts.store, provider, found.webhook, named))
  if (entry === undefined)
    return { problem: problem('not-found', { place: `path/${name}`, id, reason: 'does not exist' }) }
  const { delivery, attempt } = await parts.queue.resendNow(entry.delivery)
  return { result: new LogEntry({ attempt, delivery, event: entry.event, webhook: found.webhook, provider }) }
}
