import { createHash } from 'node:crypto'
import type { HeaderLines } from '../core/attempt.ts'
import type { Instant } from '../core/clock.ts'
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
    signedHeaders.map((name) => headerValue(headers, name) ?? '').join('.'),
}

export function tokenValue(message: SignedMessage, token: string): TokenValue {
  if (token.startsWith('header:')) return headerValue(message.headers, token.slice('header:'.length)) ?? ''
  return TOKENS[token]?.(message) ?? ''
}

/** A token that is never bytes. */
export function tokenText(message: SignedMessage, token: string): string {
  const value = tokenValue(message, token)
  return typeof value === 'string' ? value : Buffer.from(value).toString()
}

export function headerValue(headers: HeaderLines, name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

const TIMESTAMPS = {
  s: (at: Instant) => String(Math.floor(at / 1000)),
  ms: (at: Instant) => String(at),
  iso: (at: Instant) => new Date(at).toISOString(),
} as const
export type TimestampUnit = keyof typeof TIMESTAMPS

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
