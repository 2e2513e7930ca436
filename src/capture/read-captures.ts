import type { Instant } from '../core/clock.ts'
import { isJsonObject, type Json, type JsonObject, parsedJson } from '../core/json.ts'
import type { Capture } from './capture.ts'
import { captureError, FORMS } from './capture-error.ts'
import { readFields } from './read-fields.ts'
import { isRawRequest, readRawRequest } from './read-raw-request.ts'

/**
 * Every request in a file: a raw one, JSON (a single one, a list, the control API's deliveries, JSON lines) or a HAR
 * file. Their bytes are kept as they are.
 * @throws MockError UNREADABLE_CAPTURE that says what the file looks like
 */
export function readCaptures(bytes: Buffer): readonly Capture[] {
  if (bytes.length === 0) throw captureError('it is empty', FORMS)
  if (isRawRequest(bytes)) return [readRawRequest(bytes)]
  const found = find(readJson(bytes), null)
  if (found.length > 0) return found
  throw captureError(
    'it is JSON without any headers',
    'If it is the body alone, give its headers as well: --headers FILE --body FILE.',
  )
}

/**
 * The one request of a file, or the one that `entry` (from 1) names.
 *
 * @param named how a request is called where one has to be chosen
 * @throws MockError where that leaves a choice
 */
export function pickCapture(
  captures: readonly Capture[],
  entry?: number,
  named: (capture: Capture) => string = ({ method, url }) => `${method} ${url}`,
): Capture {
  const [only] = captures
  const chosen = entry === undefined ? (captures.length === 1 ? only : undefined) : captures[entry - 1]
  if (chosen !== undefined) return chosen
  const list = captures.slice(0, MOST_LISTED).map((capture, i) => `${i + 1} is ${named(capture)}`)
  const more = captures.length > MOST_LISTED ? ', …' : ''
  throw captureError(
    entry === undefined ? `it has ${captures.length} requests` : `it has no request number ${entry}`,
    `Choose one with --entry N: ${list.join(', ')}${more}.`,
  )
}

const MOST_LISTED = 10

/** Where captures lie in what tools write: HAR, the control API, request bins, tunnels. */
const CONTAINERS = ['log', 'entries', 'deliveries', 'attempts', 'requests', 'data', 'request'] as const
const TIMES = ['signedAt', 'at', 'startedDateTime', 'created_at', 'start'] as const
const ZONED = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/

function find(value: Json | undefined, at: Instant | null): readonly Capture[] {
  if (Array.isArray(value)) return value.flatMap((one: Json) => find(one, at))
  if (!isJsonObject(value)) return []
  const time = timeOf(value) ?? at
  if (isJsonObject(value.headers) || Array.isArray(value.headers))
    return [{ ...readRequest(value), at: time }]
  return CONTAINERS.flatMap((key) => find(value[key], time))
}

/** Tunnels keep the whole request, in base64, beside what they read in it. */
function readRequest(value: JsonObject): Capture {
  const raw = typeof value.raw === 'string' ? Buffer.from(value.raw, 'base64') : undefined
  return raw !== undefined && isRawRequest(raw) ? readRawRequest(raw) : readFields(value)
}

function timeOf(value: JsonObject): Instant | undefined {
  for (const name of TIMES) {
    const text = value[name]
    // Without its zone a time may be anybody's.
    const time = typeof text === 'string' && ZONED.test(text) ? Date.parse(text) : Number.NaN
    if (!Number.isNaN(time)) return time
  }
  return undefined
}

function readJson(bytes: Buffer): Json {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  const whole = parsedJson(text)
  if (whole !== undefined) return whole
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const values = lines.map(parsedJson).filter((line) => line !== undefined)
  if (lines.length > 1 && values.length === lines.length) return values
  throw captureError('it is neither a raw HTTP request nor JSON', FORMS)
}
