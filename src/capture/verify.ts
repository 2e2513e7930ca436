import { type Contract, headerViolations, ruleViolation } from '../contract/contract.ts'
import type { RuleViolation } from '../contract/messages.ts'
import { undeclaredProperties } from '../contract/strict.ts'
import { validateValue } from '../contract/validate.ts'
import type { Instant } from '../core/clock.ts'
import { headerOf, headersByName } from '../core/headers.ts'
import { atPointer, type Json, type JsonObject, toPointer } from '../core/json.ts'
import type { HeaderLines } from '../core/model.ts'
import type { ProviderId } from '../core/random.ts'
import { nearest, shorten } from '../core/text.ts'
import { eventType } from '../event/compose.ts'
import { needsSecret, recogniseEvent, schemesOf, signatureVerdict } from '../receiver/recognise.ts'
import type { Verdict } from '../signature/verify.ts'
import type { EventType, Provider } from '../spec/provider.ts'
import type { Capture } from './read.ts'

type Captured = Pick<Capture, 'method' | 'headers' | 'body'>

/**
 * All in which a request differs from what its event type declares: the body as strictly as it is written down, the
 * declared headers, the method. Headers that are not declared are the network's, and no difference.
 */
function contractDifferences(
  contract: Contract,
  type: EventType,
  { method, headers, body }: Captured,
): readonly RuleViolation[] {
  const read = readBody(body)
  // A body that cannot be read says nothing of the headers: they are judged beside one that is right.
  const seen = 'json' in read ? read.json : type.sample
  const record = headersByName(headers)
  const found = [
    ...contract.delivery(type, { headers: record, body: seen }),
    ...undeclaredProperties([type.schema], seen, 'body'),
  ]
  const own = new Map(
    [
      ...headerViolations(type.headers, record, 'request'),
      ...validateValue(type.schema, seen, 'request').map(ruleViolation),
    ].map((finding) => [key(finding), finding.message]),
  )
  return [
    ...methodDifference(type, method),
    ...('json' in read ? markDifference(body) : [read.difference]),
    // The branch of an "if" that fails names its own violations.
    ...found
      .filter(({ rule }) => rule !== 'if')
      .map((finding) => inWords({ ...finding, message: own.get(key(finding)) ?? finding.message }, seen)),
  ]
}

function methodDifference({ http }: EventType, method: string): readonly RuleViolation[] {
  const declared = http.method.toUpperCase()
  if (method.toUpperCase() === declared) return []
  return [{ location: 'method', rule: 'method', message: `must be ${declared}; it is ${method}` }]
}

function readBody(bytes: Buffer): { readonly json: Json } | { readonly difference: RuleViolation } {
  const different = (rule: string, message: string) => ({ difference: { location: 'body', rule, message } })
  if (bytes.length === 0) return different('required', 'is missing')
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json }
  } catch (error) {
    return different('json', `is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff')

/** RFC 8259, section 8.1: JSON that is sent must not begin with one; readers may take it. */
function markDifference(bytes: Buffer): readonly RuleViolation[] {
  if (!bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) return []
  return [{ location: 'body', rule: 'json', message: 'begins with a byte order mark, which JSON must not' }]
}

const MISSING = ['required', 'dependentRequired']

const UNDECLARED = ['additionalProperties', 'unevaluatedProperties', 'undeclared', 'propertyNames']

/** What is said of a place, without the place: `is missing`, `must be string; it is 5`. */
function inWords({ location, rule, message }: RuleViolation, body: Json): RuleViolation {
  if (MISSING.includes(rule)) return { location, rule, message: 'is missing' }
  if (UNDECLARED.includes(rule)) return { location, rule: 'undeclared', message: 'is not declared' }
  const bare = message.startsWith(`${location} `) ? message.slice(location.length + 1) : message
  const text = rule === 'type' ? bare.replaceAll(',', ' or ') : bare
  const [place, ...steps] = location.split('/')
  const value = place === 'body' ? atPointer(body, toPointer(steps)) : undefined
  return {
    location,
    rule,
    message: value === undefined ? text : `${text}; it is ${shorten(JSON.stringify(value))}`,
  }
}

function key({ location, rule }: RuleViolation): string {
  return `${location} ${rule}`
}

/** Of the connection, of proxies and of tracing: nobody declares them. */
const EVERYDAYS = [
  /^(?:accept|accept-.*|cache-control|connection|content-length|content-type|cookie|date|expect|forwarded)$/,
  /^(?:host|keep-alive|pragma|te|transfer-encoding|upgrade|user-agent|via|priority|sec-.*)$/,
  /^(?:x-forwarded-.*|x-real-ip|x-request-id|cf-.*|cdn-loop|true-client-ip|x-amz.*|fly-.*|ngrok-.*)$/,
  /^(?:traceparent|tracestate|baggage|sentry-trace|x-b3-.*|b3|x-datadog-.*|newrelic|x-cloud-trace-context)$/,
]

/** What is to be said of headers that no contract judges: undeclared ones, and fixed ones with another value. */
function headerNotes(
  provider: Pick<Provider, 'delivery' | 'signature'>,
  type: EventType,
  headers: HeaderLines,
): readonly string[] {
  const fixed = Object.entries(provider.delivery.headers)
  const signing = schemesOf(provider, type).flatMap((scheme) =>
    'headers' in scheme ? Object.keys(scheme.headers) : scheme.scheme === 'basic' ? ['authorization'] : [],
  )
  const known = new Set(
    [...type.headers.map(({ name }) => name), ...fixed.map(([name]) => name), ...signing].map((name) =>
      name.toLowerCase(),
    ),
  )
  const others = headers
    .map(([name]) => name.toLowerCase())
    .filter((name) => !known.has(name) && !EVERYDAYS.some((pattern) => pattern.test(name)))
  const changed = fixed.flatMap(([name, value]) => {
    const arrived = headerOf(headers, name)
    if (arrived === undefined) return [`The document has ${name} as "${value}"; it did not arrive.`]
    return arrived === value ? [] : [`The document has ${name} as "${value}"; "${arrived}" arrived.`]
  })
  const undeclared =
    others.length === 0 ? [] : [`Headers that are not declared: ${[...new Set(others)].join(', ')}.`]
  return [...changed, ...undeclared]
}

interface JudgeWith {
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
  readonly differences: readonly RuleViolation[]
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
  readonly differences: readonly RuleViolation[]
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
