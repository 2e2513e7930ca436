import type { Contract } from '../contract/contract.ts'
import { headerFindings, problemFinding } from '../contract/findings.ts'
import type { Finding } from '../contract/messages.ts'
import { undeclaredProperties } from '../contract/strict-findings.ts'
import { valueProblems } from '../contract/value-problems.ts'
import type { HeaderLines } from '../core/attempt.ts'
import { atPointer, type Json, toPointer } from '../core/json.ts'
import type { EventType } from '../spec/provider.ts'
import type { Capture } from './capture.ts'

type Captured = Pick<Capture, 'method' | 'headers' | 'body'>

/**
 * All in which a request differs from what its event type declares: the body as strictly as it is written down, the
 * declared headers, the method. Headers that are not declared are the network's, and no difference.
 */
export function contractDifferences(
  contract: Contract,
  type: EventType,
  { method, headers, body }: Captured,
): readonly Finding[] {
  const read = readBody(body)
  // A body that cannot be read says nothing of the headers: they are judged beside one that is right.
  const seen = 'json' in read ? read.json : type.sample
  const record = headerRecord(headers)
  const found = [
    ...contract.delivery(type, { headers: record, body: seen }),
    ...undeclaredProperties([type.schema], seen, 'body'),
  ]
  const own = new Map(
    [
      ...headerFindings(type.headers, record, 'request'),
      ...valueProblems(type.schema, seen, 'request').map(problemFinding),
    ].map((finding) => [key(finding), finding.message]),
  )
  return [
    ...methodDifference(type, method),
    ...('json' in read ? markDifference(body) : [read.difference]),
    // The branch of an "if" that fails names its own findings.
    ...found
      .filter(({ rule }) => rule !== 'if')
      .map((finding) => inWords({ ...finding, message: own.get(key(finding)) ?? finding.message }, seen)),
  ]
}

/** As a receiver's framework hands them out: names in lower case, lines of one name joined. */
export function headerRecord(headers: HeaderLines): Readonly<Record<string, string>> {
  const record: Record<string, string> = {}
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    const before = record[name]
    record[name] = before === undefined ? value : `${before}, ${value}`
  }
  return record
}

function methodDifference({ http }: EventType, method: string): readonly Finding[] {
  const declared = http.method.toUpperCase()
  if (method.toUpperCase() === declared) return []
  return [{ location: 'method', rule: 'method', message: `must be ${declared}; it is ${method}` }]
}

function readBody(bytes: Buffer): { readonly json: Json } | { readonly difference: Finding } {
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
function markDifference(bytes: Buffer): readonly Finding[] {
  if (!bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) return []
  return [{ location: 'body', rule: 'json', message: 'begins with a byte order mark, which JSON must not' }]
}

const MISSING = ['required', 'dependentRequired']
const UNDECLARED = ['additionalProperties', 'unevaluatedProperties', 'undeclared', 'propertyNames']
const LONGEST_VALUE = 60

/** What is said of a place, without the place: `is missing`, `must be string; it is 5`. */
function inWords({ location, rule, message }: Finding, body: Json): Finding {
  if (MISSING.includes(rule)) return { location, rule, message: 'is missing' }
  if (UNDECLARED.includes(rule)) return { location, rule: 'undeclared', message: 'is not declared' }
  const bare = message.startsWith(`${location} `) ? message.slice(location.length + 1) : message
  const text = rule === 'type' ? bare.replaceAll(',', ' or ') : bare
  const [place, ...steps] = location.split('/')
  const value = place === 'body' ? atPointer(body, toPointer(steps)) : undefined
  return { location, rule, message: value === undefined ? text : `${text}; it is ${shown(value)}` }
}

function shown(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}

function key({ location, rule }: Finding): string {
  return `${location} ${rule}`
}
