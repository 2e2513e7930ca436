import type { Clock, Instant } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import { type Delivery, type Event, type HeaderLines, toBytes, type Webhook } from '../core/model.ts'
import type { Random, WebhookId } from '../core/random.ts'
import { storelessId } from '../event/compose.ts'
import { newDelivery } from '../event/emit.ts'
import { sourceValue } from '../event/value-sources.ts'
import { type Signed, signDelivery } from '../signature/sign.ts'
import { valueKeyword } from '../spec/document.ts'
import type { EventType, HeaderSchema, Provider } from '../spec/provider.ts'
import type { ValueDetails } from '../spec/vocabulary.ts'

/** What the headers of an attempt can show. */
export interface AttemptFacts {
  readonly event: Event
  readonly webhook: Webhook
  readonly delivery: Delivery
  /** In the provider's own format. */
  readonly attemptId: string
  readonly number: number
  readonly sequence: number
  readonly sentAt: Instant
}

/** The value of a header that an event type declares; undefined when its document does not say where it comes from. */
function declaredValue(
  { schema }: HeaderSchema,
  facts: AttemptFacts,
  environment: string | null,
): string | undefined {
  const details = valueKeyword(schema)
  if (details !== undefined) return headerSource(details, facts, environment)
  return schema.const === undefined || schema.const === null ? undefined : String(schema.const)
}

function headerSource(
  details: ValueDetails,
  {
    event: { providerId, type, occurredAt },
    webhook,
    delivery,
    attemptId,
    number,
    sequence,
    sentAt,
  }: AttemptFacts,
  environment: string | null,
): string | undefined {
  const event = { providerId, type, occurredAt }
  const attempt = { providerId: attemptId, number, sequence, sentAt }
  const value = sourceValue(details, { now: sentAt, environment }, { event, webhook, delivery, attempt })
  return value === undefined ? undefined : String(value)
}

export interface RequestInput {
  readonly provider: Provider
  readonly facts: AttemptFacts
  /** The wall clock. */
  readonly signedAt: Instant
  /** What a fault changes. */
  readonly instead?: RequestChanges
}

export interface RequestChanges {
  readonly body?: Buffer
  /** The event's type, wherever it is shown. */
  readonly type?: string
  /** What signs, the active one first. */
  readonly secrets?: readonly string[]
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
  /** When headers say that it is sent; the mock's clock. */
  readonly sentAt?: Instant
  /** Whether signatures do not hold. */
  readonly corrupt?: boolean
}

export interface BuiltRequest extends Signed {
  readonly body: Buffer
  /** All headers but those of the signature. */
  readonly unsigned: HeaderLines
}

/** Signs an attempt and gives all its headers, in order; `Host` and `Content-Length` are the exchange's. */
export function buildRequest(input: RequestInput): BuiltRequest {
  const { provider, facts, signedAt, instead = {} } = input
  const { webhook, event } = facts
  const type = provider.events.get(event.type)
  const unsigned = plainHeaders(input, type)
  const body = instead.body ?? toBytes(event.body)
  const signed = signDelivery(type?.signature ?? provider.signature, {
    body,
    url: webhook.url,
    method: 'POST',
    event: { id: event.providerId, type: instead.type ?? event.type },
    secrets: instead.secrets ?? signingSecrets(facts),
    fields: instead.fields ?? webhook.fields,
    signedAt,
    headers: unsigned,
    ...(instead.corrupt !== undefined && { corrupt: instead.corrupt }),
  })
  return { ...signed, body, unsigned, headers: merged([...unsigned, ...signed.headers]) }
}

/** Those that are valid now, the newest first. */
export function signingSecrets({
  webhook,
  sentAt,
}: Pick<AttemptFacts, 'webhook' | 'sentAt'>): readonly string[] {
  const retired = webhook.retiredSecrets.filter(({ until }) => until > sentAt)
  return [webhook.secret, ...retired.toReversed().map(({ secret }) => secret)]
}

function plainHeaders(
  { provider, facts, instead = {} }: RequestInput,
  type: EventType | undefined,
): HeaderLines {
  const shown = instead.sentAt === undefined ? facts : { ...facts, sentAt: instead.sentAt }
  const declared = (type?.headers ?? []).flatMap((header) => {
    const value = declaredValue(header, shown, provider.environment)
    if (value === undefined) return []
    return [[header.name, value === facts.event.type ? (instead.type ?? value) : value] as const]
  })
  return merged([
    ['Content-Type', type?.mediaType ?? 'application/json'],
    ['User-Agent', userAgent(provider)],
    ...Object.entries(provider.delivery.headers),
    ...declared,
  ])
}

/** Of a provider whose document says nothing of it: a product token (RFC 9110, section 10.1.5) of its title and version. */
function userAgent({ id, title, version }: Provider): string {
  const token = (text: string) => text.replace(/[^\w.~-]+/g, '-').replace(/^-+|-+$/g, '')
  return [token(title) || id, token(version)].filter((part) => part !== '').join('/')
}

/** A later line takes the place of an earlier one with the same name. */
function merged(lines: HeaderLines): HeaderLines {
  const byName = new Map<string, readonly [string, string]>()
  for (const line of lines) byName.set(line[0].toLowerCase(), line)
  return [...byName.values()]
}

interface UnregisteredWebhook {
  readonly url: string
  /** The newest first. */
  readonly secrets: readonly string[]
  readonly fields?: JsonObject
}

/** The first attempt of an event at a webhook that nobody registered. */
export function unregisteredAttempt(
  provider: Provider,
  event: Event,
  receiver: UnregisteredWebhook,
  parts: { readonly clock: Pick<Clock, 'now' | 'wall'>; readonly rng: Random },
): AttemptFacts {
  const now = parts.clock.now()
  const webhook = unregistered(event, receiver, parts.rng)
  const delivery = newDelivery(event, webhook, { rng: parts.rng, now })
  const attemptId = storelessId(provider.delivery.attemptId, parts)
  return { event, webhook, delivery, attemptId, number: 1, sequence: 1, sentAt: now }
}

function unregistered(
  event: Event,
  { url, secrets: [secret = '', ...older], fields = {} }: UnregisteredWebhook,
  rng: Random,
): Webhook {
  const id: WebhookId = rng.webhook()
  return {
    id,
    providerId: id,
    provider: event.provider,
    account: event.account,
    url,
    secret,
    retiredSecrets: older.toReversed().map((one) => ({ secret: one, until: Number.MAX_SAFE_INTEGER })),
    enabled: true,
    filter: null,
    fields,
    createdAt: event.occurredAt,
    updatedAt: event.occurredAt,
    lastSucceededAt: null,
    deletedAt: null,
    failures: { count: 0, since: null },
    disabledBy: null,
  }
}
