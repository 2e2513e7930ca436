import type { HeaderLines } from '../core/attempt.ts'
import { toBytes } from '../core/body.ts'
import type { Instant } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import { type Signed, signDelivery } from '../signature/sign-delivery.ts'
import type { EventType, Provider } from '../spec/provider.ts'
import { type AttemptFacts, declaredValue } from './header-value.ts'

export interface RequestInput {
  readonly provider: Provider
  readonly facts: AttemptFacts
  /** The wall clock. */
  readonly signedAt: Instant
  /** Of hookproof, for the User-Agent where the provider declares none. */
  readonly version: string
  /** What a fault puts in the place of what is so. */
  readonly instead?: RequestChanges
}

export interface RequestChanges {
  readonly body?: Buffer
  /** The event's type, wherever it is told. */
  readonly type?: string
  /** What signs, the active one first. */
  readonly secrets?: readonly string[]
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
  /** When headers say that it is sent; the mock's clock. */
  readonly sentAt?: Instant
  /** Whether signatures do not hold. */
  readonly spoilt?: boolean
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
  const unsigned = plainHeaders(provider, type, told(facts, instead), input.version)
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
    ...(instead.spoilt !== undefined && { spoilt: instead.spoilt }),
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

interface Told extends AttemptFacts {
  /** Where it is not the event's own. */
  readonly type: string | undefined
}

function told(facts: AttemptFacts, { type, sentAt = facts.sentAt }: RequestChanges): Told {
  return { ...facts, sentAt, type }
}

function plainHeaders(
  provider: Provider,
  type: EventType | undefined,
  facts: Told,
  version: string,
): HeaderLines {
  const declared = (type?.headers ?? []).flatMap((header) => {
    const value = declaredValue(header, facts)
    if (value === undefined) return []
    return [[header.name, value === facts.event.type ? (facts.type ?? value) : value] as const]
  })
  return merged([
    ['Content-Type', 'application/json'],
    ['User-Agent', `hookproof/${version}`],
    ...Object.entries(provider.delivery.headers),
    ...declared,
  ])
}

/** A later line takes the place of an earlier one with the same name. */
function merged(lines: HeaderLines): HeaderLines {
  const byName = new Map<string, readonly [string, string]>()
  for (const line of lines) byName.set(line[0].toLowerCase(), line)
  return [...byName.values()]
}
