import type { Attempt } from '../core/attempt.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Provider } from '../spec/provider.ts'
import type { Store } from '../state/store.ts'
import { LogEntry } from './log-entry.ts'

/** A webhook's finished attempts, newest first, as its provider's log has them; `tests`: with those of test deliveries. */
export async function loggedAttempts(
  store: Store,
  webhook: Webhook,
  tests = true,
): Promise<readonly Attempt[]> {
  const { items } = await store.attempts({ webhook: webhook.id }, { limit: Number.MAX_SAFE_INTEGER })
  const finished = items.filter(({ outcome }) => outcome !== null)
  if (tests) return finished
  const causes = await Promise.all(
    finished.map(async ({ delivery }) => (await store.delivery(delivery))?.cause),
  )
  return finished.filter((_, i) => causes[i] !== 'test')
}

/** The lines that tell of these attempts. */
export async function logEntries(
  store: Store,
  provider: Provider,
  webhook: Webhook,
  attempts: readonly Attempt[],
): Promise<readonly LogEntry[]> {
  const entries = await Promise.all(attempts.map((attempt) => logEntry(store, provider, webhook, attempt)))
  return entries.filter((entry) => entry !== undefined)
}

export async function logEntry(
  store: Store,
  provider: Provider,
  webhook: Webhook,
  attempt: Attempt,
): Promise<LogEntry | undefined> {
  const [event, delivery] = await Promise.all([store.event(attempt.event), store.delivery(attempt.delivery)])
  if (event === undefined || delivery === undefined) return undefined
  return new LogEntry({ attempt, delivery, event, webhook, provider })
}
