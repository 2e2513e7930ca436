import { createHash } from 'node:crypto'
import type { Instant } from '../core/clock.ts'
import { headerOf } from '../core/headers.ts'
import type { HeaderLines } from '../core/model.ts'
import type { TokenValue } from './template.ts'
/** What the tokens of a signature's templates are drawn from. */
export interface SignedMessage {
  readonly body: Uint8Array
  readonly url: string
  readonly method: string
  readonly id: string
  readonly event: string
  readonly timestamp: string
  /** The delivery's other headers. */
  readonly headers: HeaderLines
  readonly signedHeaders: readonly string[]
}

const TOKENS: Readonly<Record<string, (message: SignedMessage) => TokenValue>> = {
  body: ({ body }) => body,
  id: ({ id }) => id,
  event: ({ event }) => event,
  timestamp: ({ timestamp }) => timestamp,
  url: ({ url }) => url,
  path: ({ url }) => pathOf(url),
  method: ({ method }) => method,
  params: ({ body }) => sortedParams(body),
  body_sha256: ({ body }) => createHash('sha256').update(body).digest('hex'),
  header_names: ({ signedHeaders }) => signedHeaders.map((name) => name.toLowerCase()).join(' '),
  header_values: ({ signedHeaders, headers }) =>
    signedHeaders.map((name) => headerOf(headers, name) ?? '').join('.'),
}

export function tokenValue(message: SignedMessage, token: string): TokenValue {
  if (token.startsWith('header:')) return headerOf(message.headers, token.slice('header:'.length)) ?? ''
  return TOKENS[token]?.(message) ?? ''
}

/** A token that is never bytes. */
export function tokenText(message: SignedMessage, token: string): string {
  const value = tokenValue(message, token)
  return typeof value === 'string' ? value : Buffer.from(value).toString()
}

const TIMESTAMPS = {
  s: (at: Instant) => String(Math.floor(at / 1000)),
  ms: (at: Instant) => String(at),
  iso: (at: Instant) => new Date(at).toISOString(),
} as const

type TimestampUnit = keyof typeof TIMESTAMPS

export function writeTimestamp(at: Instant, unit: TimestampUnit = 's'): string {
  return TIMESTAMPS[unit](at)
}

export function readTimestamp(text: string, unit: TimestampUnit = 's'): Instant | undefined {
  if (unit === 'iso') return Number.isNaN(Date.parse(text)) ? undefined : Date.parse(text)
  if (!/^\d{1,15}$/.test(text)) return undefined
  return unit === 's' ? Number(text) * 1000 : Number(text)
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}

/** Names in order, each followed by its values: `{a: [2, 1]}` is `a1a2`. */
function sortedParams(body: Uint8Array): string {
  const params = new URLSearchParams(Buffer.from(body).toString())
  return [...new Set(params.keys())]
    .sort()
    .flatMap((name) => [...new Set(params.getAll(name))].sort().map((value) => name + value))
    .join('')
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as text for people: what is not valid UTF-8 is shown as `\xff`. */
export function printable(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return printableBytes(bytes)
  }
}

function printableBytes(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const [shown, length] = characterAt(bytes, at)
    text += shown
    at += length
  }
  return text
}

/** The longest valid character first; a byte that begins none is escaped. */
function characterAt(bytes: Uint8Array, at: number): readonly [shown: string, length: number] {
  for (const length of [1, 2, 3, 4]) {
    try {
      return [strictUtf8.decode(bytes.subarray(at, at + length)), length]
    } catch {}
  }
  return [`\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`, 1]
}

/** Signatures of the right form that do not hold: for receivers that should look closer. */
export function spoiltBytes(signature: Buffer): Buffer {
  const spoilt = Buffer.from(signature)
  // The last byte: the first ones say, in some forms, what and how long it is.
  const last = spoilt.length - 1
  if (last >= 0) spoilt.writeUInt8(spoilt.readUInt8(last) ^ 1, last)
  return spoilt
}

/** A JSON Web Token whose header and claims are as they were. */
export function spoiltToken(token: string): string {
  const end = token.lastIndexOf('.') + 1
  return token.slice(0, end) + spoiltBytes(Buffer.from(token.slice(end), 'base64url')).toString('base64url')
}

const NEXT: readonly (readonly [kind: RegExp, first: string, last: string])[] = [
  [/[0-9]/, '0', '9'],
  [/[a-z]/, 'a', 'z'],
  [/[A-Z]/, 'A', 'Z'],
]

/** The same text but for its last character. */
export function spoiltText(text: string): string {
  const last = text.slice(-1)
  const [, first, end] = NEXT.find(([kind]) => kind.test(last)) ?? [undefined, 'x', last]
  const next = last === end ? first : String.fromCharCode(last.charCodeAt(0) + 1)
  return text.slice(0, -1) + next
}
