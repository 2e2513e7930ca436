import { createHash } from 'node:crypto'
import type { Instant } from '../core/clock.ts'
import { headerOf, trimHeader } from '../core/headers.ts'
import type { HeaderLines } from '../core/model.ts'
import type { SignatureToken } from '../spec/vocabulary.ts'

/** What is signed, and what the tokens of a signature's templates are drawn from. */
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

type TokenValue = string | Uint8Array

const TOKENS: Readonly<
  Record<Exclude<SignatureToken, 'digest' | 'signatures'>, (message: SignedMessage) => TokenValue>
> = {
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

const TOKEN_VALUES: ReadonlyMap<string, (message: SignedMessage) => TokenValue> = new Map(
  Object.entries(TOKENS),
)

function tokenValue(message: SignedMessage, token: string): TokenValue {
  if (token.startsWith('header:')) return headerOf(message.headers, token.slice('header:'.length)) ?? ''
  return TOKEN_VALUES.get(token)?.(message) ?? ''
}

/** As {@link tokenValue}, for a token that is never bytes. */
export function tokenText(message: SignedMessage, token: string): string {
  const value = tokenValue(message, token)
  return typeof value === 'string' ? value : Buffer.from(value).toString()
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

/** Text in which `{token}` stands for a value. There is no way to write a literal brace, and no provider needs one. */
type TemplatePart = { readonly text: string } | { readonly token: string }

const TOKEN = /\{([^{}]*)\}/g

const parsed = new Map<string, readonly TemplatePart[]>()

/** Templates stand in documents, so there are few; each is read once. */
function parseTemplate(template: string): readonly TemplatePart[] {
  const known = parsed.get(template) ?? readTemplate(template)
  parsed.set(template, known)
  return known
}

function readTemplate(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = []
  let end = 0
  for (const match of template.matchAll(TOKEN)) {
    if (match.index > end) parts.push({ text: template.slice(end, match.index) })
    parts.push({ token: match[1] ?? '' })
    end = match.index + match[0].length
  }
  if (end < template.length) parts.push({ text: template.slice(end) })
  return parts
}

export function usesToken(template: string, token: string): boolean {
  return template.includes(`{${token}}`)
}

export function renderBytes(template: string, message: SignedMessage): Buffer {
  return Buffer.concat(
    parseTemplate(template).map((part) => {
      const piece = 'text' in part ? part.text : tokenValue(message, part.token)
      return typeof piece === 'string' ? Buffer.from(piece) : piece
    }),
  )
}

export function renderText(template: string, value: (token: string) => string): string {
  return parseTemplate(template)
    .map((part) => ('text' in part ? part.text : value(part.token)))
    .join('')
}

/** The texts that a value has in the places of its template's tokens; undefined when it does not have that form. */
export function extract(template: string, value: string): Readonly<Record<string, string>> | undefined {
  const text = trimHeader(value)
  const parts = parseTemplate(template)
  const last = parts.at(-1)
  const end = text.length - (last !== undefined && 'text' in last ? last.text.length : 0)
  const found: [token: string, text: string][] = []
  let place = 0
  for (const [i, part] of parts.entries()) {
    if ('text' in part) {
      if (!text.startsWith(part.text, place)) return undefined
      place += part.text.length
      continue
    }
    // A token is never empty, and as short as it can be; the last one goes to the end.
    const next = parts[i + 1]
    const isLast = next === undefined || (next === last && 'text' in next)
    const to = isLast ? end : 'text' in next ? text.indexOf(next.text, place + 1) : place + 1
    if (to <= place || to > end) return undefined
    found.push([part.token, text.slice(place, to)])
    place = to
  }
  return place === text.length ? Object.fromEntries(found) : undefined
}

/** How a scheme writes several signatures into one header. */
interface SignatureList {
  readonly item?: string
  readonly join?: string
}

/** The digests in the value of `{signatures}`; those of another form (`v0=` beside `v1=`) are left out. */
export function digestsIn({ join, item = '{digest}' }: SignatureList, signatures: string): readonly string[] {
  const items = join === undefined ? [signatures] : signatures.split(join === ' ' ? / +/ : join)
  return items.flatMap((text) => extract(item, text)?.digest ?? [])
}

/** A header as it should look, for people: `t=<timestamp>,v1=<digest>`. */
export function shapeOf({ item = '{digest}' }: SignatureList, template: string): string {
  const whole = usesToken(template, 'signatures') ? template.replace('{signatures}', item) : template
  return whole.replaceAll(/\{([^{}]+)\}/g, '<$1>')
}
