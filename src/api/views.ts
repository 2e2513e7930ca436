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
  SentRequest,
  Skip,
  Violation,
  ViolationSource,
  Webhook,
} from '../core/model.ts'
import type { DeliveryId } from '../core/random.ts'
import { isoTime } from '../core/units.ts'
import type { Emission } from '../event/emit.ts'
import type { Provider } from '../spec/provider.ts'
import type { Store } from '../state/store.ts'

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

type DeliveryStore = Pick<Store, 'event' | 'webhook' | 'attempts'>

/** A delivery with all its attempts. Undefined when its event or webhook was cleared meanwhile. */
export async function loadDelivery(
  store: DeliveryStore,
  delivery: Delivery,
): Promise<DeliveryView | undefined> {
  const [event, webhook, attempts] = await Promise.all([
    store.event(delivery.event),
    store.webhook(delivery.webhook),
    allAttempts(store, delivery.id),
  ])
  if (event === undefined || webhook === undefined) return undefined
  return deliveryView(delivery, event, webhook, attempts)
}

export async function loadDeliveries(
  store: DeliveryStore,
  deliveries: readonly Delivery[],
): Promise<readonly DeliveryView[]> {
  const views = await Promise.all(deliveries.map((delivery) => loadDelivery(store, delivery)))
  return views.filter((view) => view !== undefined)
}

async function allAttempts(store: DeliveryStore, delivery: DeliveryId): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  let cursor: string | undefined
  do {
    const page = await store.attempts({ delivery }, { limit: 1_000, cursor })
    attempts.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return attempts
}

/** What a trigger comes to: the event, its deliveries so far, and why the other webhooks do not get it. */
export async function loadEmission(
  store: DeliveryStore,
  { event, deliveries, skipped }: Emission,
): Promise<EmissionView> {
  return { event: eventView(event), deliveries: await loadDeliveries(store, deliveries), skipped }
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

export function requestView(request: RequestRecord): RequestView {
  return { ...request, at: isoTime(request.at) }
}

/** Violations with the request that they were found in; it may be large, and stands with the first of them alone. */
export function violationViews(violations: readonly KeptViolation[]): readonly ViolationView[] {
  const shown = new Set<SentRequest>()
  return violations.map((violation) => {
    const { sent } = violation
    if (sent === null || !shown.has(sent)) {
      if (sent !== null) shown.add(sent)
      return violationView(violation)
    }
    return { ...violation, sent: null }
  })
}

export function violationView(violation: KeptViolation): ViolationView {
  if (violation.sent === null) return { ...violation, sent: null }
  const { body, ...sent } = violation.sent
  return { ...violation, sent: { ...sent, body: body.text, bodyEncoding: body.encoding } }
}

export function providerView(provider: Provider, accounts: readonly Account[], origin: string): object {
  const { id, name, variant, title, version, basePath, events } = provider
  return {
    id,
    name,
    variant,
    title,
    version,
    baseUrl: `${origin}${basePath}`,
    openapi: `${origin}/${id}/openapi.json`,
    credentials: accounts[0]?.credentials ?? {},
    ...(accounts[0]?.login !== undefined && { login: accounts[0].login }),
    accounts: accounts.map((account) => ({
      name: account.name,
      credentials: account.credentials,
      scopes: account.scopes,
      environment: account.environment,
      ...(account.login !== undefined && { login: account.login }),
    })),
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
  /** The exact text that is sent; base64 where it is not text. */
  readonly body: string
  readonly bodyEncoding: Body['encoding']
}

export interface OutcomeView {
  readonly kind: OutcomeKind
  readonly status: number | null
  readonly headers: HeaderLines
  readonly body: string | null
  readonly bodyEncoding: Body['encoding'] | null
  /** Whether more of the body arrived than is shown. */
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

export interface EmissionView {
  readonly event: EventView
  readonly deliveries: readonly DeliveryView[]
  readonly skipped: readonly Skip[]
}

export interface RequestView extends Omit<RequestRecord, 'at'> {
  readonly at: string
}

/** A violation, with the request that it was found in, where that is known and stands with no other. */
export interface ViolationView extends Violation, Omit<ViolationSource, 'sent'> {
  readonly sent:
    | (Omit<SentRequest, 'body'> & { readonly body: string; readonly bodyEncoding: Body['encoding'] })
    | null
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
