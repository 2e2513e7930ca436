import type { HeaderLines } from '../core/attempt.ts'
import { headerOf } from '../receiver/received-delivery.ts'
import type { Capture } from './capture.ts'
import { captureError } from './capture-error.ts'
import { dechunked } from './dechunked.ts'

const REQUEST_LINE = /^([!#$%&'*+.^_`|~\w-]+) (\S+) HTTP\/\d(?:\.\d)?$/
const HEADER_LINE = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/

export function isRawRequest(bytes: Buffer): boolean {
  return REQUEST_LINE.test(lineAt(bytes, 0).text)
}

/**
 * Reads `POST /path HTTP/1.1`, header lines, an empty line, and then the body: every byte that follows.
 * @throws MockError UNREADABLE_CAPTURE that names the line that is no header
 */
export function readRawRequest(bytes: Buffer): Capture {
  const { first, headers, end } = readHead(bytes)
  const [, method = 'POST', url = '/'] = REQUEST_LINE.exec(first ?? '') ?? []
  return withBody({ method, url, headers }, bytes.subarray(end))
}

/** The lines of headers, with or without a request line before them, and a body that was kept apart. */
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
  const said = headerOf(headers, 'content-length')
  if (said === undefined || Number(said) === body.length) return []
  return [
    `Content-Length says ${said} bytes and the body has ${body.length}: the capture is not what was sent, byte for byte.`,
  ]
}

interface Head {
  /** The request line, where there is one. */
  readonly first: string | undefined
  readonly headers: HeaderLines
  /** Where the body begins. */
  readonly end: number
}

function readHead(bytes: Buffer): Head {
  const headers: (readonly [string, string])[] = []
  let first: string | undefined
  let place = 0
  for (let number = 1; place < bytes.length; number++) {
    const { text, next } = lineAt(bytes, place)
    place = next
    if (text === '') break
    if (number === 1 && REQUEST_LINE.test(text)) first = text
    else addLine(headers, text, number)
  }
  return { first, headers, end: place }
}

function addLine(headers: (readonly [string, string])[], text: string, number: number): void {
  const [, name, value = ''] = HEADER_LINE.exec(text) ?? []
  const last = headers.at(-1)
  if (name !== undefined) headers.push([name, value])
  // RFC 9112, section 5.2: a line that begins with white space goes on with the one before it.
  else if (/^[ \t]/.test(text) && last !== undefined)
    headers[headers.length - 1] = [last[0], `${last[1]} ${text.trim()}`.trim()]
  else
    throw captureError(
      `line ${number} is no header: "${text.slice(0, 60)}"`,
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
