import type { FeedEntry, RequestRecord } from '../core/feed.ts'
import type { JsonObject } from '../core/json.ts'
import type {
  Account,
  Attempt,
  Body,
  Delivery,
  DeliveryCause,
  DeliveryStatus,
  Event,
  HeaderLines,
  KeptViolation,
  Outcome,
  OutcomeKind,
  Violation,
  Webhook,
} from '../core/model.ts'
import { isoTime } from '../core/units.ts'
import type { Provider } from '../spec/provider.ts'
export function attemptView(attempt: Attempt, event: Pick<Event, 'body'>): AttemptView {
  const { id, providerId, number, sequence, request, signature, outcome, durationMs, faults } = attempt
  const { method, url, sentTo, headers } = request
  const body = request.body ?? event.body
  return {
    id,
    providerId,
    number,
    sequence,
    sentAt: isoTime(attempt.sentAt),
    signedAt: isoTime(attempt.signedAt),
    request: { method, url, sentTo, headers, body: body.text, bodyEncoding: body.encoding },
    signature,
    outcome: outcome === null ? null : outcomeView(outcome),
    durationMs,
    faults,
  }
}

const NOTHING: Omit<OutcomeView, 'kind'> = {
  status: null,
  headers: [],
  body: null,
  bodyEncoding: null,
  truncated: false,
  error: null,
  code: null,
  hint: null,
}

function outcomeView(outcome: Outcome): OutcomeView {
  const { kind } = outcome
  if (outcome.kind === 'responded') {
    const { status, headers, body, truncated } = outcome
    return { kind, ...NOTHING, status, headers, body: body.text, bodyEncoding: body.encoding, truncated }
  }
  const code = 'code' in outcome && outcome.code !== '' ? outcome.code : null
  return { kind, ...NOTHING, error: outcome.error, code, hint: 'hint' in outcome ? outcome.hint : null }
}

/** @param attempts those of the delivery, in any order */
export function deliveryView(
  delivery: Delivery,
  event: Event,
  webhook: Pick<Webhook, 'id' | 'providerId' | 'url'>,
  attempts: readonly Attempt[],
): DeliveryView {
  const { id, provider, account, cause, status, reason, resendOf } = delivery
  return {
    id,
    provider,
    account,
    event: { id: event.id, providerId: event.providerId, type: event.type },
    webhook: { id: webhook.id, providerId: webhook.providerId, url: webhook.url },
    cause,
    status,
    reason,
    attempts: attempts.toSorted((a, b) => a.number - b.number).map((attempt) => attemptView(attempt, event)),
    nextAttemptAt: timeOrNull(delivery.nextAttemptAt),
    resendOf,
    createdAt: isoTime(delivery.createdAt),
    settledAt: timeOrNull(delivery.settledAt),
  }
}

export function timeOrNull(instant: number | null): string | null {
  return instant === null ? null : isoTime(instant)
}

export function eventView(event: Event): EventView {
  const { id, providerId, provider, account, type, occurredAt, body } = event
  return {
    id,
    providerId,
    provider,
    account,
    type,
    occurredAt: isoTime(occurredAt),
    body: body.text,
    bodyEncoding: body.encoding,
  }
}

type Entry<T extends FeedEntry['type']> = Extract<FeedEntry, { type: T }>

type Views = { readonly [T in FeedEntry['type']]: (entry: Entry<T>) => object }

const VIEWS: Views = {
  request: ({ request }) => ({ request: requestView(request) }),
  event: ({ event, deliveries, skipped }) => ({
    event: eventView(event),
    deliveries: deliveries.map(({ id, webhook, status }) => ({ id, webhook, status })),
    skipped,
  }),
  attempt: ({ attempt, delivery, event, webhook, attemptLimit, delayMs }) => ({
    attempt: attemptView(attempt, event),
    delivery: deliveryView(delivery, event, webhook, []),
    attemptLimit,
    delayMs,
  }),
  settled: ({ delivery, event, webhook }) => ({ delivery: deliveryView(delivery, event, webhook, []) }),
  violation: ({ violation }) => ({ violation: violationView(violation) }),
  notice: ({ text }) => ({ text }),
}

/** One entry in the control API's shapes. The delivery of an attempt is shown without its attempts. */
export function feedView(entry: FeedEntry): { readonly type: FeedEntry['type'] } & object {
  const view = VIEWS[entry.type] as (entry: FeedEntry) => object
  return { type: entry.type, ...view(entry) }
}

export function requestView(request: RequestRecord): object {
  return { ...request, at: isoTime(request.at) }
}

/** With the request that it was found in, where that is known. */
export function violationView(violation: Violation | KeptViolation): object {
  if (!('sent' in violation) || violation.sent === null) return violation
  const { body, ...sent } = violation.sent
  return { ...violation, sent: { ...sent, body: body.text, bodyEncoding: body.encoding } }
}

export function providerView(provider: Provider, accounts: readonly Account[], origin: string): object {
  const { id, title, version, basePath, events } = provider
  return {
    id,
    title,
    version,
    baseUrl: `${origin}${basePath}`,
    credentials: accounts[0]?.credentials ?? {},
    accounts: accounts.map(({ name, credentials, scopes }) => ({ name, credentials, scopes })),
    events: [...events.keys()],
  }
}

/** What the control API shows. Times are ISO 8601 with milliseconds and Z. */
export interface EventView {
  readonly id: string
  readonly providerId: string
  readonly provider: string
  readonly account: string
  readonly type: string
  readonly occurredAt: string
  /** The exact text that is sent; base64 where it is no text. */
  readonly body: string
  readonly bodyEncoding: Body['encoding']
}

export interface OutcomeView {
  readonly kind: OutcomeKind
  readonly status: number | null
  readonly headers: HeaderLines
  readonly body: string | null
  readonly bodyEncoding: Body['encoding'] | null
  /** Whether more than the body shown came. */
  readonly truncated: boolean
  readonly error: string | null
  /** Of a failure of the network, such as `ECONNREFUSED`. */
  readonly code: string | null
  /** What would let a blocked attempt through. */
  readonly hint: string | null
}

export interface AttemptView {
  readonly id: string
  readonly providerId: string
  readonly number: number
  readonly sequence: number
  readonly sentAt: string
  readonly signedAt: string
  readonly request: {
    readonly method: string
    readonly url: string
    readonly sentTo: string | null
    readonly headers: HeaderLines
    readonly body: string
    readonly bodyEncoding: Body['encoding']
  }
  readonly signature: { readonly scheme: string; readonly content: string } | null
  /** Null while it is in flight. */
  readonly outcome: OutcomeView | null
  readonly durationMs: number | null
  readonly faults: readonly string[]
}

export interface DeliveryView {
  readonly id: string
  readonly provider: string
  readonly account: string
  readonly event: { readonly id: string; readonly providerId: string; readonly type: string }
  readonly webhook: { readonly id: string; readonly providerId: string; readonly url: string }
  readonly cause: DeliveryCause
  readonly status: DeliveryStatus
  readonly reason: string | null
  readonly attempts: readonly AttemptView[]
  readonly nextAttemptAt: string | null
  readonly resendOf: string | null
  readonly createdAt: string
  readonly settledAt: string | null
}

export interface WebhookView {
  readonly id: string
  readonly providerId: string
  readonly provider: string
  readonly account: string
  readonly url: string
  readonly secret: string
  readonly enabled: boolean
  /** Null: everything. */
  readonly filter: readonly string[] | null
  readonly fields: JsonObject
  readonly createdAt: string
}

export function webhookView(webhook: Webhook): WebhookView {
  const { id, providerId, provider, account, url, secret, enabled, filter, fields, createdAt } = webhook
  return {
    id,
    providerId,
    provider,
    account,
    url,
    secret,
    enabled,
    filter,
    fields,
    createdAt: isoTime(createdAt),
  }
}
