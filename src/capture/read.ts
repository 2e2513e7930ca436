import { type Instant, isInstant } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { headerOf, trimHeader } from '../core/headers.ts'
import { asText, isJsonObject, type Json, type JsonObject, parsedJson, parseJson } from '../core/json.ts'
import type { HeaderLines } from '../core/model.ts'
import { shorten } from '../core/text.ts'
import { readInstant } from '../core/units.ts'
import { anything, checkArgument, either, listOf, object, string } from '../schema/options.ts'

/** For what has no captured request, or none with the bytes that were signed. */
function captureError(reason: string, hint: string): MockError {
  return new MockError('input', 'UNREADABLE_CAPTURE', `Failed to read the captured request: ${reason}.`, {
    hint,
  })
}

function parsedBody(): MockError {
  return captureError(
    'its body was parsed, so the bytes that were signed are gone',
    'Keep the raw body, before anything parses it.',
  )
}

const FORMS = 'A capture is a raw HTTP request, JSON with method, url, headers and body, or a HAR file.'

/** One HTTP request that somebody kept, as it was sent: nothing parsed, nothing normalised. */
export interface Capture {
  readonly method: string
  /** A whole URL, or path and query as in the request line. */
  readonly url: string
  readonly headers: HeaderLines
  readonly body: Buffer
  /** When it was sent or arrived, where the file says so. */
  readonly at: Instant | null
  /** What is odd about the capture itself, in words for people: a length that does not fit, a broken connection. */
  readonly notes: readonly string[]
}

/** What a chunked body (RFC 9112, section 7.1) decodes to; undefined where the bytes are not chunked. */
function dechunked(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  let place = 0
  for (;;) {
    const end = bytes.indexOf('\r\n', place)
    const [, size] = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(bytes.toString('latin1', place, end)) ?? []
    if (end < 0 || size === undefined) return undefined
    const length = Number.parseInt(size, 16)
    const from = end + 2
    if (length === 0) return Buffer.concat(parts)
    if (bytes.toString('latin1', from + length, from + length + 2) !== '\r\n') return undefined
    parts.push(bytes.subarray(from, from + length))
    place = from + length + 2
  }
}

/** One request out of JSON, under the names that tools give its parts. */
function readFields(value: JsonObject): Capture {
  const headers = readHeaders(value.headers)
  const authority = headers.find(([name]) => name === ':authority')?.[1]
  const lines = headers.filter(([name]) => !name.startsWith(':'))
  return {
    method: textOf(value, ['method', 'httpMethod']) ?? 'POST',
    url: textOf(value, ['url', 'uri', 'path', 'rawPath']) ?? '/',
    // HTTP/2 has the host in a line of its own.
    headers: authority === undefined ? lines : [...lines, ['host', authority]],
    body: readBody(value),
    at: null,
    notes: value.complete === false ? ['The sender broke off before its body was complete.'] : [],
  }
}

function textOf(value: JsonObject, names: readonly string[]): string | undefined {
  return names.map((name) => value[name]).find((text): text is string => typeof text === 'string')
}

/** Pairs, objects with name and value, names and values in turn, or one object with a text or texts for each name. */
function readHeaders(value: Json | undefined): HeaderLines {
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([name, one]) =>
      (Array.isArray(one) ? (one as readonly Json[]) : [one]).map((text) => [name, asText(text)] as const),
    )
  const list = Array.isArray(value) ? (value as readonly Json[]) : []
  if (list.every((one) => typeof one === 'string'))
    return list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1] ?? ''] as const] : []))
  return list.map((one) => {
    const [name, text] = Array.isArray(one) ? one : isJsonObject(one) ? [one.name, one.value] : []
    if (typeof name === 'string' && text !== undefined) return [name, asText(text)] as const
    throw captureError(
      `${shorten(JSON.stringify(one))} is no header`,
      'Write headers as {"Name": "value"}, [["Name", "value"]] or [{"name": "Name", "value": "value"}].',
    )
  })
}

const BODY_NAMES = ['body', 'content', 'rawBody'] as const

function readBody(value: JsonObject): Buffer {
  const { postData } = value
  const name = BODY_NAMES.find((one) => value[one] !== undefined)
  const body = isJsonObject(postData) ? postData.text : name === undefined ? undefined : value[name]
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body !== 'string') throw parsedBody()
  return Buffer.from(body, isBase64(value) ? 'base64' : 'utf8')
}

function isBase64({ bodyEncoding, isBase64Encoded, postData }: JsonObject): boolean {
  const encoding = isJsonObject(postData) ? postData.encoding : bodyEncoding
  return encoding === 'base64' || isBase64Encoded === true
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~\w-]+) (\S+) HTTP\/\d(?:\.\d)?$/

const HEADER_LINE = /^([!#$%&'*+.^_`|~\w-]+):(.*)$/

function isRawRequest(bytes: Buffer): boolean {
  return REQUEST_LINE.test(lineAt(bytes, 0).text)
}

/**
 * Reads `POST /path HTTP/1.1`, header lines, an empty line, and then the body: every byte that follows.
 * @throws MockError UNREADABLE_CAPTURE that names the line that is no header
 */
function readRawRequest(bytes: Buffer): Capture {
  const { first, headers, end } = readHead(bytes)
  const [, method = 'POST', url = '/'] = REQUEST_LINE.exec(first ?? '') ?? []
  return withBody({ method, url, headers }, bytes.subarray(end))
}

/** The lines of headers, with or without a request line before them, and a body from a file of its own. */
export function readHeadersAndBody(head: Buffer, body: Buffer): Capture {
  const { first, headers } = readHead(head)
  const [, method = 'POST', url = '/'] = REQUEST_LINE.exec(first ?? '') ?? []
  return withBody({ method, url, headers }, body)
}

function withBody(
  { method, url, headers }: Pick<Capture, 'method' | 'url' | 'headers'>,
  rest: Buffer,
): Capture {
  const isChunked = /\bchunked\s*$/i.test(headerOf(headers, 'transfer-encoding') ?? '')
  // Some tools keep the body as it went over the wire, others what it decoded to, both with the same headers.
  const body = (isChunked ? dechunked(rest) : undefined) ?? rest
  return { method, url, headers, body, at: null, notes: lengthNotes(headers, body) }
}

function lengthNotes(headers: HeaderLines, body: Buffer): readonly string[] {
  const declared = headerOf(headers, 'content-length')
  if (declared === undefined || Number(declared) === body.length) return []
  return [
    `Content-Length says ${declared} bytes and the body has ${body.length}: the capture is not what was sent, byte for byte.`,
  ]
}

interface Head {
  /** The request line, where there is one. */
  readonly first: string | undefined
  readonly headers: HeaderLines
  /** Where the body begins. */
  readonly end: number
}

/** A header whose value may go on over several lines. */
interface HeadLine {
  readonly name: string
  readonly values: string[]
}

function readHead(bytes: Buffer): Head {
  const lines: HeadLine[] = []
  let first: string | undefined
  let place = 0
  for (let number = 1; place < bytes.length; number++) {
    const { text, next } = lineAt(bytes, place)
    place = next
    if (text === '') break
    if (number === 1 && REQUEST_LINE.test(text)) first = text
    else addLine(lines, text, number)
  }
  const headers = lines.map(({ name, values }) => [name, trimHeader(values.join(' '))] as const)
  return { first, headers, end: place }
}

function addLine(headers: HeadLine[], text: string, number: number): void {
  const [, name, value = ''] = HEADER_LINE.exec(text) ?? []
  const last = headers.at(-1)
  if (name !== undefined) headers.push({ name, values: [value] })
  // RFC 9112, section 5.2: a line that begins with white space goes on with the one before it.
  else if (/^[ \t]/.test(text) && last !== undefined) last.values.push(trimHeader(text))
  else
    throw captureError(
      `line ${number} is no header: "${shorten(text)}"`,
      'After the request line come lines such as "Content-Type: application/json", an empty line, and the body.',
    )
}

/** Header bytes are read as Latin-1, which keeps each; lines end with CRLF or LF. */
function lineAt(bytes: Buffer, from: number): { readonly text: string; readonly next: number } {
  const found = bytes.indexOf(0x0a, from)
  const end = found < 0 ? bytes.length : found
  const text = bytes.toString('latin1', from, end)
  return { text: text.endsWith('\r') ? text.slice(0, -1) : text, next: Math.min(end + 1, bytes.length) }
}

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
  const list = captures.slice(0, MAX_LISTED).map((capture, i) => `${i + 1} is ${named(capture)}`)
  const more = captures.length > MAX_LISTED ? ', …' : ''
  throw captureError(
    entry === undefined ? `it has ${captures.length} requests` : `it has no request number ${entry}`,
    `Choose one with --entry N: ${list.join(', ')}${more}.`,
  )
}

const MAX_LISTED = 10

/** The keys under which tools keep requests: HAR, the control API, request bins, tunnels. */
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
    // A time without a zone is ambiguous.
    const time = typeof text === 'string' && ZONED.test(text) ? Date.parse(text) : Number.NaN
    if (!Number.isNaN(time)) return time
  }
  return undefined
}

function readJson(bytes: Buffer): Json {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  try {
    return parseJson(text)
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const values = lines.map(parsedJson).filter((line) => line !== undefined)
    if (lines.length > 1 && values.length === lines.length) return values
    const reason = (error as Error).message
    throw captureError(
      /levels deep$/.test(reason) ? reason : 'it is neither a raw HTTP request nor JSON',
      FORMS,
    )
  }
}

/** A time: milliseconds since 1970, a Date, or text such as `2026-06-05T09:00:00Z`. */
export type Time = Instant | Date | string

/** @throws MockError UNREADABLE_CAPTURE for what a framework has parsed */
export function bytesOf(body: string | Uint8Array): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  throw parsedBody()
}

/** @throws MockError BAD_TIME */
export function instantOf(time: Time): Instant {
  const at = typeof time === 'string' ? readInstant(time) : typeof time === 'number' ? time : time.getTime()
  if (isInstant(at)) return at
  throw new MockError('input', 'BAD_TIME', `Failed to read a time: "${time}" is none.`, {
    hint: 'Write it as 2026-06-05T09:00:00Z.',
  })
}

/** A delivery as a program has it: what `startReceiver` kept, or what a web framework hands out. */
export interface DeliveredRequest {
  /** Default POST. */
  readonly method?: string
  /** Whole, or path and query. */
  readonly url?: string
  /** In place of `url`. */
  readonly path?: string
  readonly headers: HeaderLines | Readonly<Record<string, string | readonly string[] | undefined>>
  /** The raw bytes, or their text in UTF-8: what was parsed cannot be verified. */
  readonly body: string | Uint8Array
  /** When it arrived. */
  readonly at?: Time
}

const DELIVERY = either(string, object)

const HEADERS = either(object, listOf(anything, 'header lines'))

/**
 * The request that a program hands in.
 * @throws MockError BAD_OPTION, UNREADABLE_CAPTURE
 */
export function captureOf(
  delivery: DeliveredRequest | string | Uint8Array,
  entry: number | undefined,
): Capture {
  checkArgument('the captured request', delivery, DELIVERY)
  if (typeof delivery === 'string' || delivery instanceof Uint8Array)
    return pickCapture(readCaptures(bytesOf(delivery)), entry)
  const { method = 'POST', url, path = '/', headers, body, at } = delivery
  checkArgument('the headers of the captured request', headers, HEADERS)
  return {
    method,
    url: url ?? path,
    headers: isLines(headers) ? headers : linesOf(headers),
    body: bytesOf(body),
    at: at === undefined ? null : instantOf(at),
    notes: [],
  }
}

function isLines(headers: DeliveredRequest['headers']): headers is HeaderLines {
  return Array.isArray(headers)
}

function linesOf(headers: Exclude<DeliveredRequest['headers'], HeaderLines>): HeaderLines {
  return Object.entries(headers).flatMap(([name, value]) =>
    // A length is a number to some programs.
    (value === undefined ? [] : Array.isArray(value) ? (value as readonly string[]) : [value]).map(
      (one) => [name, asText(one)] as const,
    ),
  )
}
