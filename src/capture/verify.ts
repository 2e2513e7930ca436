import { type Contract, loadContract } from '../contract/contract.ts'
import type { RuleViolation } from '../contract/messages.ts'
import { hostOf, isLocalName, isLoopback } from '../core/address.ts'
import { createClock, type Instant } from '../core/clock.ts'
import { headerOf } from '../core/headers.ts'
import type { JsonObject } from '../core/json.ts'
import type { ProviderId } from '../core/random.ts'
import { nearest } from '../core/text.ts'
import { eventType } from '../event/compose.ts'
import { needsSecret, recogniseEvent, schemesOf, verifyProviderSignature } from '../receiver/recognise.ts'
import { checkArgument, string } from '../schema/options.ts'
import type { Verdict } from '../signature/verify.ts'
import { knownProvider } from '../spec/load.ts'
import type { EventType, Provider } from '../spec/provider.ts'
import { contractDifferences, headerNotes } from './differences.ts'
import { type Capture, captureOf, type DeliveredRequest, instantOf, type Time } from './read.ts'

// Checks a captured delivery: its event, its contract and its signature.

/** Which provider, and with which secrets: what the calls of the library have in common. */
export interface ProviderInput {
  /** Its id. */
  readonly provider: string
  /** OpenAPI documents of your own, for a provider that does not come with hookproof. */
  readonly specs?: readonly string[]
  /** The webhook's secret; several, newest first, while it is being rotated. */
  readonly secret?: string | readonly string[]
}

export async function providerOf({ provider, specs = [] }: ProviderInput): Promise<Provider> {
  checkArgument('the provider', provider, string)
  return knownProvider(provider, specs)
}

export function secretsOf({ secret = [] }: Pick<ProviderInput, 'secret'>): readonly string[] {
  return typeof secret === 'string' ? [secret] : secret
}

/** The options of verifying a delivery. */
export interface VerifyOptions {
  /** The webhook's; any of them may have signed. None: the signature is not verified. */
  readonly secret?: string | readonly string[]
  /** The event type. Default: recognised in the delivery. */
  readonly event?: string | undefined
  /** The URL that is registered with the provider. Default: derived from the request. */
  readonly url?: string | undefined
  /** When the age of the signature is checked. Default: when the delivery arrived, else now. */
  readonly at?: Time | undefined
  /** Accept a signature of any age. */
  readonly ignoreAge?: boolean
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
}

/** Which delivery {@link verifyDelivery} verifies, and with what. */
export interface VerifyDeliveryOptions extends ProviderInput, VerifyOptions {
  /** The request, or the contents of a file with it: raw HTTP, JSON or HAR. */
  readonly delivery: DeliveredRequest | string | Uint8Array
  /** Which one, from 1, where the contents have several. */
  readonly entry?: number
}

/** What a captured delivery is, and in what it differs from what its provider declares. */
export interface Verification {
  /** No difference, and a valid signature as far as it was verified. */
  readonly ok: boolean
  readonly provider: ProviderId
  readonly event: {
    readonly type: string
    readonly id: string | null
    /** False: no event type fits, and it was compared with the one that is nearest. */
    readonly recognised: boolean
  }
  readonly method: string
  readonly url: string
  /** `location` is `body/data/total`, `header/x-signature`, `method` or `event`; `message` goes on from there. */
  readonly differences: readonly RuleViolation[]
  /** Null: the provider does not sign this, or no secret was given. */
  readonly signature: Verdict | null
  /** When the signature's age was checked. */
  readonly judgedAt: Instant
  /** What is no difference, but worth knowing. */
  readonly notes: readonly string[]
}

/**
 * Checks a delivery against its event's contract and its provider's signature scheme, and says in what it differs.
 *
 * @example const { ok, differences, signature } = await verifyDelivery({ provider: 'acme', secret, delivery: receiver.received[0] })
 * @throws MockError UNKNOWN_PROVIDER, UNKNOWN_EVENT, UNREADABLE_CAPTURE
 */
export async function verifyDelivery(options: VerifyDeliveryOptions): Promise<Verification> {
  const capture = captureOf(options.delivery, options.entry)
  return verifyCapture(await loadContract(), await providerOf(options), capture, options)
}

/** As {@link verifyDelivery}, for a request that was read. @param options `now`: the wall clock */
export function verifyCapture(
  contract: Contract,
  provider: Provider,
  capture: Capture,
  options: VerifyOptions & { readonly now?: Instant },
): Verification {
  const { at, now = createClock().wall(), ignoreAge = false, fields = {} } = options
  const found = findEvent(contract, provider, capture, options.event)
  const url = options.url ?? wholeUrl(capture)
  const { method, headers, body } = capture
  const judgedAt = at === undefined ? (capture.at ?? now) : instantOf(at)
  const signature = verifyProviderSignature(
    provider,
    { method, url: URL.canParse(url) ? url : NOWHERE, headers, body },
    { secrets: secretsOf(options), now: judgedAt, event: found, fields, ignoreAge },
  )
  return {
    ok: found.differences.length === 0 && signature?.ok !== false,
    provider: provider.id,
    event: { type: found.type.type, id: found.id ?? null, recognised: found.recognised },
    method,
    url,
    differences: found.differences,
    signature,
    judgedAt,
    notes: [
      ...capture.notes,
      ...headerNotes(provider, found.type, headers),
      ...(signature === null && needsSecret(schemesOf(provider, found.type))
        ? ['The signature was not verified: no secret was given.']
        : []),
    ],
  }
}

interface FoundEvent {
  readonly type: EventType
  readonly id: string | undefined
  readonly recognised: boolean
  readonly differences: readonly RuleViolation[]
}

function findEvent(
  contract: Contract,
  provider: Provider,
  capture: Capture,
  name: string | undefined,
): FoundEvent {
  const compared = (type: EventType, recognised: boolean): FoundEvent => {
    const alone = { ...provider, events: new Map([[type.type, type]]) }
    const { id } = recogniseEvent(alone, capture)
    return { type, id, recognised, differences: contractDifferences(contract, type, capture) }
  }
  if (name !== undefined) return compared(eventType(provider, name), true)
  const { type } = recogniseEvent(provider, capture)
  if (type !== undefined) return compared(type, true)
  const closest = namedAlmost(provider, capture)
    .map((one) => compared(one, false))
    .reduce((best, one) => (one.differences.length < best.differences.length ? one : best))
  const unknown = {
    location: 'event',
    rule: 'event-type',
    message: `is none of ${[...provider.events.keys()].join(', ')}; compared with the nearest, ${closest.type.type}`,
  }
  return { ...closest, differences: [unknown, ...closest.differences] }
}

/** The event types whose names are almost in the request, or all of them. */
function namedAlmost({ events }: Provider, { headers, body }: Capture): readonly EventType[] {
  const text = body.toString('utf8')
  const words = [...(text.match(/(?<=")[^"\\]{3,100}(?=")/g) ?? []), ...headers.map(([, value]) => value)]
  const names = words.flatMap((word) => nearest(word, [...events.keys()]) ?? [])
  const named = [...events.values()].filter(({ type }) => names.includes(type))
  return named.length > 0 ? named : [...events.values()]
}

/** In place of a URL that is not known; schemes that do not sign the URL work all the same. */
const NOWHERE = 'http://localhost/'

/** The URL that the provider called: behind a tunnel or a proxy, the one that it was called with. */
function wholeUrl({ url, headers }: Capture): string {
  if (URL.canParse(url)) return url
  const host = headerOf(headers, 'x-forwarded-host') ?? headerOf(headers, 'host')
  if (host === undefined) return url
  const scheme = headerOf(headers, 'x-forwarded-proto') ?? (isOnThisMachine(host) ? 'http' : 'https')
  return `${scheme}://${host}${url.startsWith('/') ? '' : '/'}${url}`
}

function isOnThisMachine(host: string): boolean {
  const url = URL.parse(`http://${host}`)
  return url !== null && (isLocalName(hostOf(url)) || isLoopback(hostOf(url)))
}
