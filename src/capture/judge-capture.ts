import type { Contract } from '../contract/contract.ts'
import type { Finding } from '../contract/messages.ts'
import type { Instant } from '../core/clock.ts'
import type { ProviderId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import { eventType } from '../event/emit-event.ts'
import { headerOf } from '../receiver/received-delivery.ts'
import { recogniseEvent } from '../receiver/recognise-event.ts'
import { needsSecret, schemesOf, signatureVerdict } from '../receiver/signature-verdict.ts'
import type { Verdict } from '../signature/verdict.ts'
import type { EventType, Provider } from '../spec/provider.ts'
import type { Capture } from './capture.ts'
import { contractDifferences } from './contract-differences.ts'
import { headerNotes } from './header-notes.ts'

export interface JudgeWith {
  /** The event type; found in the delivery unless given. */
  readonly event?: string | undefined
  /** Any of them may have signed; none: the signature is not verified. */
  readonly secrets: readonly string[]
  /** As it was registered with the provider; worked out from the capture unless given. */
  readonly url?: string | undefined
  /** The time at which the age of the signature is judged; the capture's own, else `now`, unless given. */
  readonly at?: Instant | undefined
  readonly now: Instant
  /** Whether a signature may be of any age. */
  readonly anyAge?: boolean
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
}

/** What a captured delivery is, and in what it differs from what its provider declares. */
export interface Judgement {
  /** No difference, and a signature that holds as far as it was verified. */
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
  readonly differences: readonly Finding[]
  /** Null: the provider does not sign this, or no secret was given. */
  readonly signature: Verdict | null
  /** When the signature's age was judged. */
  readonly judgedAt: Instant
  /** What is no difference, but worth knowing. */
  readonly notes: readonly string[]
}

/** @throws MockError UNKNOWN_EVENT for an event type that the provider does not have */
export function judgeCapture(
  contract: Contract,
  provider: Provider,
  capture: Capture,
  options: JudgeWith,
): Judgement {
  const { secrets, fields = {}, anyAge = false } = options
  const found = findEvent(contract, provider, capture, options.event)
  const url = options.url ?? wholeUrl(capture)
  const { method, headers, body } = capture
  const judgedAt = options.at ?? capture.at ?? options.now
  const signature = signatureVerdict(
    provider,
    { method, url: URL.canParse(url) ? url : NOWHERE, headers, body },
    { secrets, now: judgedAt, event: found, fields, anyAge },
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
  readonly differences: readonly Finding[]
}

function findEvent(
  contract: Contract,
  provider: Provider,
  capture: Capture,
  name: string | undefined,
): FoundEvent {
  const judged = (type: EventType, recognised: boolean): FoundEvent => {
    const alone = { ...provider, events: new Map([[type.type, type]]) }
    const { id } = recogniseEvent(alone, capture)
    return { type, id, recognised, differences: contractDifferences(contract, type, capture) }
  }
  if (name !== undefined) return judged(eventType(provider, name), true)
  const { type } = recogniseEvent(provider, capture)
  if (type !== undefined) return judged(type, true)
  const closest = namedAlmost(provider, capture)
    .map((one) => judged(one, false))
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

/** For schemes that do not sign it. */
const NOWHERE = 'http://localhost/'
const LOOPBACK = /^(?:localhost|127\.|\[::1\])/i

/** The URL that the provider called: behind a tunnel or a proxy, the one that it forwarded. */
function wholeUrl({ url, headers }: Capture): string {
  if (URL.canParse(url)) return url
  const host = headerOf(headers, 'x-forwarded-host') ?? headerOf(headers, 'host')
  if (host === undefined) return url
  const scheme = headerOf(headers, 'x-forwarded-proto') ?? (LOOPBACK.test(host) ? 'http' : 'https')
  return `${scheme}://${host}${url.startsWith('/') ? '' : '/'}${url}`
}
