import type { HeaderLines } from '../core/attempt.ts'
import { toBytes } from '../core/body.ts'
import type { Instant } from '../core/clock.ts'
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
}

export interface BuiltRequest extends Signed {
  readonly body: Buffer
}

/** Signs an attempt and gives all its headers, in order; `Host` and `Content-Length` are the exchange's. */
export function buildRequest({ provider, facts, signedAt, version }: RequestInput): BuiltRequest {
  const { webhook, event } = facts
  const type = provider.events.get(event.type)
  const plain = plainHeaders(provider, type, facts, version)
  const body = toBytes(event.body)
  const retired = webhook.retiredSecrets.filter(({ until }) => until > facts.sentAt)
  const signed = signDelivery(type?.signature ?? provider.signature, {
    body,
    url: webhook.url,
    method: 'POST',
    event: { id: event.providerId, type: event.type },
    secrets: [webhook.secret, ...retired.toReversed().map(({ secret }) => secret)],
    fields: webhook.fields,
    signedAt,
    headers: plain,
  })
  return { ...signed, body, headers: merged([...plain, ...signed.headers]) }
}

function plainHeaders(
  provider: Provider,
  type: EventType | undefined,
  facts: AttemptFacts,
  version: string,
): HeaderLines {
  const declared = (type?.headers ?? []).flatMap((header) => {
    const value = declaredValue(header, facts)
    return value === undefined ? [] : [[header.name, value] as const]
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
