import type { Instant } from '../core/clock.ts'
import { asText, type Json } from '../core/json.ts'
import {
  type Account,
  type AccountIdentity,
  type Attempt,
  accountId,
  type Delivery,
  type Event,
  type Failure,
  type Webhook,
} from '../core/model.ts'
import { written } from '../core/number-text.ts'
import { isoTime, monthOf, startOfMonth } from '../core/units.ts'
import type { Provider } from '../spec/provider.ts'
import type {
  AttemptState,
  FailureToken,
  FailureWord,
  IdFormat,
  ValueDetails,
  ValueSource,
} from '../spec/vocabulary.ts'

export interface PageFacts {
  readonly number: number
  readonly size: number
  readonly total: number
  /** The first page's number. */
  readonly base: number
}

export interface ErrorFacts {
  readonly status: number
  readonly code: string | undefined
  readonly title: string | undefined
  readonly message: string | undefined
  readonly details: Json | undefined
}

/** An access token that was just made. */
export interface TokenFacts {
  readonly value: string
  readonly expiresInMs: number
  readonly scopes: readonly string[] | null
}

/** What one message tells as a whole. */
export interface ValueContext {
  readonly now?: Instant
  /** Of the account; null where its provider knows none. */
  readonly environment?: string | null
  readonly requestId?: string
  readonly requestPath?: string
  readonly requestRoute?: string
  readonly sunset?: string | undefined
  /** Who calls. */
  readonly account?: (AccountIdentity & Partial<Pick<Account, 'scopes'>>) | undefined
  readonly calls?: number | undefined
  readonly page?: PageFacts | undefined
  readonly filtersChanged?: number | undefined
  readonly token?: TokenFacts | undefined
  readonly error?: ErrorFacts | undefined
}

/** What an event, its delivery or an entry of a delivery log tells. */
export interface ValueRecord {
  /** For ids that are numbers on its wire; without it all are text. */
  readonly provider?: Pick<Provider, 'resource' | 'delivery'>
  readonly event?: Pick<Event, 'providerId' | 'type' | 'occurredAt'> & Partial<Pick<Event, 'body'>>
  readonly webhook?: Pick<Webhook, 'providerId' | 'url'>
  readonly delivery?: Pick<Delivery, 'id'>
  readonly attempt?: Pick<Attempt, 'providerId' | 'number' | 'sequence' | 'sentAt'> &
    Partial<Pick<Attempt, 'outcome' | 'durationMs' | 'request'>>
  /** Of the attempt, once it is over. */
  readonly state?: AttemptState
  /** Null where it did not fail. */
  readonly failure?: Failure | null
}

type Source = (context: ValueContext, record: ValueRecord, details: ValueDetails) => Json | bigint | undefined

const time = (at: Instant | undefined, { precision }: ValueDetails) =>
  at === undefined ? undefined : isoTime(at, precision)

const pages = ({ total, size }: PageFacts, least = 1) => Math.max(least, Math.ceil(total / size))

/** A path as a client wrote it, as one that a URI may have (RFC 3986, section 3.3). */
const uriPath = (path: string) =>
  path.replaceAll(/%(?![\da-f]{2})|[^\w\-.~!$&'()*+,;=:@/%]/gi, encodeURIComponent)

/** Every source but `result`, which is the operation's own and belongs to the renderer of answers. */
const SOURCES: Readonly<Record<Exclude<ValueSource, 'result'>, Source>> = {
  now: ({ now }, _, details) => time(now, details),
  'request.id': ({ requestId }) => requestId,
  'request.path': ({ requestPath }) => requestPath && uriPath(requestPath),
  'request.route': ({ requestRoute }) => requestRoute && uriPath(requestRoute),
  'operation.sunset': ({ sunset }) => sunset,
  'account.id': ({ account }) => account && accountId(account),
  'account.scopes': ({ account }) => account?.scopes ?? undefined,
  'account.calls': ({ calls }) => calls,
  'month.end': ({ now }, _, details) =>
    now === undefined ? undefined : time(startOfMonth(monthOf(now) + 1), details),
  'page.number': ({ page }) => page?.number,
  'page.size': ({ page }) => page?.size,
  'page.total': ({ page }) => page?.total,
  'page.pages': ({ page }, _, { least }) => page && pages(page, least),
  'page.has-next': ({ page }) => page && page.number - page.base + 1 < pages(page),
  'page.has-previous': ({ page }) => page && page.number > page.base,
  'token.value': ({ token }) => token?.value,
  'token.expires-in': ({ token }) => token && Math.floor(token.expiresInMs / 1_000),
  'token.scope': ({ token }) => token?.scopes?.join(' '),
  'filters.changed': ({ filtersChanged }) => filtersChanged,
  'error.status': ({ error }) => error?.status,
  'error.code': ({ error }) => error?.code,
  'error.title': ({ error }) => error?.title,
  'error.message': ({ error }) => error?.message,
  'error.details': ({ error }) => error?.details,
  'account.environment': ({ environment }, _, { words }) =>
    environment && (words?.[environment] ?? environment),
  'event.id': (_, { event }) => event?.providerId,
  'event.type': (_, { event }) => event?.type,
  'event.occurred-at': (_, { event }, details) => time(event?.occurredAt, details),
  'event.body': (_, { event }) => event?.body?.text,
  'webhook.id': (_, { webhook, provider }) => webhook && wireId(provider?.resource.id, webhook.providerId),
  'webhook.url': (_, { webhook }) => webhook?.url,
  'delivery.id': (_, { delivery }) => delivery?.id,
  'attempt.id': (_, { attempt, provider }) =>
    attempt && wireId(provider?.delivery.attemptId, attempt.providerId),
  'attempt.number': (_, { attempt }) => attempt?.number,
  'attempt.sequence': (_, { attempt }) => attempt?.sequence,
  'attempt.status': (_, { state }, { words }) => state && (words?.[state] ?? state),
  'attempt.code': (_, { attempt }) => ofOutcome(attempt?.outcome, ({ status }) => status),
  'attempt.succeeded': (_, { state }) => state && state === 'delivered',
  'attempt.error': (_, { failure }, { words }) => failure && failureText(failure, { ...ERRORS, ...words }),
  'attempt.cause': (_, { failure }, { words }) => failure && failureText(failure, words ?? {}),
  'attempt.duration': (_, { attempt }) =>
    typeof attempt?.durationMs === 'number' ? Math.round(attempt.durationMs) : attempt?.durationMs,
  'attempt.sent-at': (_, { attempt }, details) => time(attempt?.sentAt, details),
  'attempt.request-headers': (_, { attempt }) =>
    attempt?.request && Object.fromEntries(attempt.request.headers),
  'attempt.response-body': (_, { attempt }) => ofOutcome(attempt?.outcome, ({ body }) => body.text),
}

type Outcome = Attempt['outcome']

/** Null where there was no response. */
function ofOutcome(
  outcome: Outcome | undefined,
  read: (response: Extract<Outcome, { kind: 'responded' }>) => Json,
): Json | undefined {
  return outcome?.kind === 'responded' ? read(outcome) : outcome === undefined ? undefined : null
}

/** What a log says where its document has no words: of the network as its provider would see it, not as it is here. */
const ERRORS: Readonly<Partial<Record<FailureWord, string>>> = {
  connect: 'Connection failed',
  dns: 'DNS lookup failed',
  tls: 'TLS handshake failed',
  timeout: 'Request timed out',
  '1xx': 'HTTP {status}',
  '2xx': 'HTTP {status}',
  '3xx': 'HTTP {status}',
  '4xx': 'HTTP {status}',
  '5xx': 'HTTP {status}',
  'invalid-url': 'Invalid URL',
  'forbidden-target': 'Target address is not allowed',
  unknown: 'Unknown error',
}

/** The words for the most specific name that has some; for none, the most general name. */
function failureText(
  { names, status, host }: Failure,
  words: Readonly<Partial<Record<FailureWord, string>>>,
): string {
  const tokens: Readonly<Record<FailureToken, string>> = { status: String(status ?? ''), host }
  const name = names.find((one) => words[one as FailureWord] !== undefined)
  const text = name === undefined ? names.at(-1) : words[name as FailureWord]
  return (text ?? 'unknown').replace(
    /\{(\w+)\}/g,
    (token, key: string) => tokens[key as FailureToken] ?? token,
  )
}

const NO_RECORD: ValueRecord = {}

/** The value that `x-mock-value` gives; undefined where what it draws on is not at hand. */
export function sourceValue(
  details: ValueDetails,
  context: ValueContext,
  record = NO_RECORD,
): Json | bigint | undefined {
  const { from } = details
  const value = from === 'result' ? undefined : SOURCES[from](context, record, details)
  if (value === undefined) return undefined
  if (details.equals !== undefined) return value === details.equals
  if (details.as === 'json-string') return written(value).text
  return details.prefix === undefined || value === null ? value : `${details.prefix}${asText(value)}`
}

/** Numbered ids are numbers on the wire, whatever their length; all others are strings. */
export function wireId(format: IdFormat | undefined, id: string): Json | bigint {
  if (format?.format !== 'sequence') return id
  const number = Number(id)
  return Number.isSafeInteger(number) || !/^\d+$/.test(id) ? number : BigInt(id)
}
