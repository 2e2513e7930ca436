import { asText } from '../../core/json.ts'
import type { Attempt, Delivery, Webhook } from '../../core/model.ts'
import { composeEvent } from '../../event/compose.ts'
import { newDelivery } from '../../event/emit.ts'
import { eventTypesOf } from '../../event/match.ts'
import { type PageFacts, sourceValue } from '../../event/value-sources.ts'
import type { Provider } from '../../spec/provider.ts'
import type { ValueSource } from '../../spec/vocabulary.ts'
import { type Change, put, type Store } from '../../state/store.ts'
import { type ActionResult, type Call, LogEntry, problem } from '../context.ts'
import { findWebhook } from '../lookup.ts'

/** A webhook's finished attempts, newest first, as its provider's log has them; `tests`: with those of test deliveries. */
async function loggedAttempts(store: Store, webhook: Webhook, tests = true): Promise<readonly Attempt[]> {
  const { items } = await store.attempts({ webhook: webhook.id }, { limit: Number.MAX_SAFE_INTEGER })
  const finished = items.filter(({ outcome }) => outcome !== null)
  if (tests) return finished
  const causes = await Promise.all(
    finished.map(async ({ delivery }) => (await store.delivery(delivery))?.cause),
  )
  return finished.filter((_, i) => causes[i] !== 'test')
}

/** The lines of the log for these attempts. */
async function logEntries(
  store: Store,
  provider: Provider,
  webhook: Webhook,
  attempts: readonly Attempt[],
): Promise<readonly LogEntry[]> {
  const entries = await Promise.all(attempts.map((attempt) => logEntry(store, provider, webhook, attempt)))
  return entries.filter((entry) => entry !== undefined)
}

async function logEntry(
  store: Store,
  provider: Provider,
  webhook: Webhook,
  attempt: Attempt,
): Promise<LogEntry | undefined> {
  const [event, delivery] = await Promise.all([store.event(attempt.event), store.delivery(attempt.delivery)])
  if (event === undefined || delivery === undefined) return undefined
  return new LogEntry({ attempt, delivery, event, webhook, provider })
}

/** The page of a list that the request asks for, or the whole list where the operation has no pages. */
export function pageOf<T>(
  { mock, query }: Pick<Call, 'mock' | 'query'>,
  all: readonly T[],
): { readonly items: readonly T[]; readonly page?: PageFacts } {
  if (mock.page === undefined) return { items: mock.most === undefined ? all : all.slice(0, mock.most) }
  const { number, size } = mock.page
  const page: PageFacts = {
    number: asNumber(query[number.param], number.base),
    size: Math.min(asNumber(query[size.param], size.default), size.maximum),
    total: all.length,
    base: number.base,
  }
  const start = (page.number - page.base) * page.size
  return { items: all.slice(start, start + page.size), page }
}

function asNumber(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback
}

export async function listAttempts(call: Call): Promise<ActionResult> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider, mock } = call
  const attempts = await loggedAttempts(parts.store, found.webhook, mock.tests)
  const entriesOf = (some: readonly Attempt[]) => logEntries(parts.store, provider, found.webhook, some)
  const wanted = wantedValues(call)
  if (wanted.length > 0) {
    const left = (await entriesOf(attempts)).filter((entry) =>
      wanted.every(({ from, text }) => asText(sourceValue({ from }, {}, entry) ?? '') === text),
    )
    const { items, page } = pageOf(call, left)
    return { result: items, ...(page && { page }) }
  }
  const { items, page } = pageOf(call, attempts)
  return { result: await entriesOf(items), ...(page && { page }) }
}

/** What the query asks the entries of a log to have. */
function wantedValues({
  mock,
  query,
}: Call): readonly { readonly from: ValueSource; readonly text: string }[] {
  return Object.entries(mock.filters ?? {}).flatMap(([name, from]) => {
    const value = query[name]
    return value === undefined ? [] : [{ from, text: asText(value) }]
  })
}

export async function listEventTypes({ provider, account }: Call): Promise<ActionResult> {
  return { result: eventTypesOf(provider, account) }
}

/** What the same request made before the mock ended. */
async function begunDelivery({ parts, keeping }: Call): Promise<Delivery | undefined> {
  return keeping.begun === null ? undefined : parts.store.delivery(keeping.begun)
}

/** The first attempt of a delivery that was not cut off: made now unless there was one. */
async function firstAttempt(
  { store, queue }: Call['parts'],
  delivery: Delivery,
): Promise<{ readonly delivery: Delivery; readonly attempt: Attempt }> {
  const { items } = await store.attempts({ delivery: delivery.id }, { limit: Number.MAX_SAFE_INTEGER })
  const attempt = items.findLast(({ outcome }) => outcome !== null && outcome.kind !== 'interrupted')
  return attempt === undefined ? queue.attemptNow(delivery) : { delivery, attempt }
}

/** A new delivery of a logged event; answered once its first attempt is over. */
export async function resend(call: Call): Promise<ActionResult> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider, mock, keeping } = call
  const name = mock.attempt ?? 'delivery'
  const id = String(call.path[name])
  const attempts = await loggedAttempts(parts.store, found.webhook, mock.tests)
  const named = attempts.find(({ providerId }) => providerId === id)
  const entry = named && (await logEntry(parts.store, provider, found.webhook, named))
  if (entry === undefined)
    return { problem: problem('not-found', { place: `path/${name}`, id, reason: 'does not exist' }) }
  const begun = await begunDelivery(call)
  const { delivery, attempt } =
    begun === undefined
      ? await parts.queue.resendNow(entry.delivery, keeping.begins)
      : await firstAttempt(parts, begun)
  return { result: new LogEntry({ attempt, delivery, event: entry.event, webhook: found.webhook, provider }) }
}

export async function sendTest(call: Call): Promise<ActionResult> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const entry = (await begunTest(call)) ?? (await testDelivery(call, found.webhook))
  return { result: entry }
}

/** What became of the test delivery that the same request made before the mock ended. */
export async function begunTest(call: Call): Promise<LogEntry | undefined> {
  const { parts, provider } = call
  const begun = await begunDelivery(call)
  if (begun === undefined) return undefined
  const [event, webhook] = await Promise.all([
    parts.store.event(begun.event),
    parts.store.webhook(begun.webhook),
  ])
  if (event === undefined || webhook === undefined) return undefined
  const { delivery, attempt } = await firstAttempt(parts, begun)
  return new LogEntry({ attempt, delivery, event, webhook, provider })
}

/** One attempt of a test event at this webhook alone, whatever it watches and even when it is switched off. */
async function testDelivery(call: Call, webhook: Webhook): Promise<LogEntry> {
  const test = await composeTest(call, webhook.filter)
  const delivery = test.deliveryTo(webhook)
  await call.parts.store.commit(test.changes(delivery))
  return test.attempt(delivery, webhook)
}

/** A test event for a webhook with this filter, and how it is kept and sent. */
export async function composeTest(call: Call, filter: Webhook['filter']) {
  const { parts, provider, account, mock, keeping } = call
  const { event, changes } = await composeEvent(parts, {
    provider,
    account: account.name,
    type: mock.event ?? watchedType(provider, filter),
    ...(mock.payload !== undefined && { payload: mock.payload }),
  })
  return {
    deliveryTo: (webhook: Webhook): Delivery =>
      newDelivery(event, webhook, { rng: parts.rng, now: parts.clock.now(), cause: 'test' }),
    changes: (pending: Delivery): readonly Change[] => [
      ...changes,
      put('events', event),
      put('deliveries', pending),
      ...keeping.begins(pending),
    ],
    /** Once the changes are kept. */
    async attempt(pending: Delivery, webhook: Webhook): Promise<LogEntry> {
      parts.feed.publish({ type: 'event', event, deliveries: [pending], skipped: [] })
      const { delivery, attempt } = await parts.queue.attemptNow(pending)
      return new LogEntry({ attempt, delivery, event, webhook, provider })
    },
  }
}

/** The first event type that a webhook watches. */
function watchedType({ events }: Provider, filter: Webhook['filter']): string {
  const known = [...events.keys()]
  return filter?.find((type) => events.has(type)) ?? known[0] ?? ''
}
