import { type Contract, headerViolations, ruleViolation } from '../contract/contract.ts'
import type { RuleViolation } from '../contract/messages.ts'
import { undeclaredProperties } from '../contract/strict.ts'
import { MISSING, UNDECLARED, validateValue } from '../contract/validate.ts'
import { headerOf, headersByName } from '../core/headers.ts'
import { atPointer, type Json, parseJson, toPointer } from '../core/json.ts'
import type { HeaderLines } from '../core/model.ts'
import { listSome, shorten } from '../core/text.ts'
import { schemesOf } from '../receiver/recognise.ts'
import type { EventType, Provider } from '../spec/provider.ts'
import type { Capture } from './read.ts'

type Captured = Pick<Capture, 'method' | 'headers' | 'body'>

/**
 * All in which a request differs from what its event type declares: the body as strictly as it is written down, the
 * declared headers, the method. Headers that are not declared come from the network, and are no difference.
 */
export function contractDifferences(
  contract: Contract,
  type: EventType,
  { method, headers, body }: Captured,
): readonly RuleViolation[] {
  const read = readBody(body)
  // The headers of a body that cannot be read are checked all the same, beside a body that is right.
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
    ].map((violation) => [key(violation), violation.message]),
  )
  return distinct([
    ...methodDifference(type, method),
    ...('json' in read ? markDifference(body) : [read.difference]),
    // The branch of an "if" that fails names its own violations.
    ...found
      .filter(({ rule }) => rule !== 'if')
      .map((violation) =>
        worded({ ...violation, message: own.get(key(violation)) ?? violation.message }, seen),
      ),
  ])
}

/** The schema and the stricter check may both find one thing. */
function distinct(violations: readonly RuleViolation[]): readonly RuleViolation[] {
  const byText = violations.map((one) => [`${key(one)} ${one.message}`, one] as const)
  return [...new Map(byText).values()]
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
    return { json: parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
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

/** Of the strict check, and of names. */
const MORE_UNDECLARED = ['undeclared', 'propertyNames']

/** The message without the place that it is about: `is missing`, `must be string; it is 5`. */
function worded({ location, rule, message }: RuleViolation, body: Json): RuleViolation {
  if (MISSING.has(rule)) return { location, rule, message: 'is missing' }
  if (UNDECLARED.has(rule) || MORE_UNDECLARED.includes(rule))
    return { location, rule: 'undeclared', message: 'is not declared' }
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

/** Headers of the connection, of proxies and of tracing, which nobody declares. */
const TRANSPORT_HEADERS = [
  /^(?:accept|accept-.*|cache-control|connection|content-length|content-type|cookie|date|expect|forwarded)$/,
  /^(?:host|keep-alive|pragma|te|transfer-encoding|upgrade|user-agent|via|priority|sec-.*)$/,
  /^(?:x-forwarded-.*|x-real-ip|x-request-id|cf-.*|cdn-loop|true-client-ip|x-amz.*|fly-.*|ngrok-.*)$/,
  /^(?:traceparent|tracestate|baggage|sentry-trace|x-b3-.*|b3|x-datadog-.*|newrelic|x-cloud-trace-context)$/,
]

/** What to know about headers that no contract covers: undeclared ones, and fixed ones with another value. */
export function headerNotes(
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
    .filter((name) => !known.has(name) && !TRANSPORT_HEADERS.some((pattern) => pattern.test(name)))
  const changed = fixed.flatMap(([name, value]) => {
    const arrived = headerOf(headers, name)
    if (arrived === undefined) return [`The document has ${name} as "${value}"; it did not arrive.`]
    return arrived === value ? [] : [`The document has ${name} as "${value}"; "${arrived}" arrived.`]
  })
  const undeclared =
    others.length === 0 ? [] : [`Headers that are not declared: ${listSome([...new Set(others)])}.`]
  return [...changed, ...undeclared]
}
