import type { Attempt } from '../core/attempt.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Provider } from '../spec/provider.ts'
import type { Store } from '../state/store.ts'
import { LogEntry } from './log-entry.ts'

/** A webhook's finished attempts, newest first, as its provider's log tells them. */
export async function logEntries(
  store: Store,
  provider: Provider,
  webhook: Webhook,
  tests = true,
): Promise<readonly LogEntry[]> {
  const { items } = await store.attempts({ webhook: webhook.id }, { limit: Number.MAX_SAFE_INTEGER })
  const entries = await Promise.all(
    items
      .filter(({ outcome }) => outcome !== null)
      .map((attempt) => logEntry(store, provider, webhook, attempt)),
  )
  return entries
    .filter((entry) => entry !== undefined)
    .filter(({ delivery }) => tests || delivery.cause !== 'test')
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
