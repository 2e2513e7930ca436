import type { Json } from '../../../src/core/json.ts'
import type { Operation, Parameter } from '../../../src/spec/provider.ts'
import type { Draw } from '../draw.ts'
import { mutate, mutateText, toText } from '../mutate.ts'
import { NAMES, TEXTS } from '../nasty.ts'
import { sample } from '../sample.ts'
import type { Input } from '../surface.ts'

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PURGE',
  'BREW',
  'get',
] as const

const HEADERS = [
  'Content-Type: application/json; charset=utf-16', 'Content-Type: ;;;', 'Content-Type: text/plain', 'Content-Type: application/x-www-form-urlencoded',
  'Content-Type: multipart/form-data; boundary=x', 'Content-Type: application/json\r\nContent-Type: text/plain', 'Content-Encoding: gzip', 'Content-Encoding: br',
  'Content-Encoding: deflate', 'Content-Encoding: nonsense', 'Accept: application/problem+json', 'Accept: ;;q=,,*/', 'Accept: text/html;q=2', 'Accept: image/png',
  'Authorization: Bearer', 'Authorization: \u00e9\u00e9', 'Authorization: Basic Og==', 'Idempotency-Key: \u00ff~', 'Idempotency-Key: __proto__', 'Idempotency-Key: 1',
  'Host:', 'Host: evil.example', 'Host: 127.0.0.1:1\r\nHost: x', 'Origin: http://evil.example', 'Origin: null', 'Expect: 100-continue', 'Expect: nonsense',
  'Upgrade: websocket\r\nConnection: Upgrade', 'Bad Header: 1', 'X-Null: \u0000', ' folded: 1', 'Transfer-Encoding: gzip', 'Transfer-Encoding: chunked', 'Content-Length: 99999',
  'Content-Length: -1', 'Content-Length: 1e3', 'If-None-Match: *', 'Range: bytes=0-', 'Last-Event-ID: 1', 'Last-Event-ID: __proto__', 'X-HTTP-Method-Override: DELETE', 'Connection: keep-alive',
] as const // biome-ignore format: a pool

/** Ids in paths and queries; `@…@` is replaced by one that exists. */
const IDS = [
  '%', '%zz', '%E0%A4%A', '%00', '%2F..%2F..', '..', '.', '%F0%9F%92%A9', '__proto__', 'constructor', '-1', '0', '1.5', '1e3', '9007199254740993',
  '99999999999999999999', 'x'.repeat(6_000), ':id', '{id}', '*', '00000000-0000-4000-8000-000000000000', '', 'evt_00000000000000000000',
] as const // biome-ignore format: a pool

const QUERIES = [
  '', '&', '&&&=', '&__proto__=1', '&__proto__[a]=1', '&constructor[prototype][a]=1', '&a[]=1&a[]=2', '&%', '&%zz=%zz', '&a', '&page=1&page=2', '&limit=1e9', '&cursor=%7B%7D', '&cursor=x',
] as const // biome-ignore format: a pool

/** One request of an operation: valid at first, then with something wrong about most of its parts. */
export function makeCall(draw: Draw, operation: Operation, { base, headers }: Caller): Input {
  const path = operation.path.replace(/\{[^}]*\}/g, () => (draw.chance(0.6) ? '@id@' : draw.oneOf(IDS)))
  const query = operation.parameters
    .filter(({ in: place }) => place === 'query')
    .flatMap((one) => queryOf(draw, one))
  const extra = draw.chance(0.1) ? draw.oneOf(QUERIES).slice(1) : ''
  const asked = [...query, ...(extra === '' ? [] : [extra])].join('&')
  const method = draw.chance(0.92) ? operation.method : draw.oneOf(METHODS)
  const body = bodyOf(draw, operation)
  const lines = [
    `${method} ${draw.chance(0.97) ? base : draw.oneOf(['', '/', '//', `${base}/..`, '/%2e'])}${path}${asked === '' ? '' : `?${asked}`} HTTP/1.1`,
    ...(draw.chance(0.98) ? ['Host: @host@'] : []),
    ...(draw.chance(0.93) ? headers : []),
    ...(body !== '' && draw.chance(0.95) ? ['Content-Type: application/json'] : []),
    ...(draw.chance(0.12) ? [draw.oneOf(HEADERS)] : []),
    ...(draw.chance(0.01) ? flood(draw) : []),
    'Connection: close',
  ]
  return framed(draw, lines, body)
}

export interface Caller {
  /** `/acme/v1` */
  readonly base: string
  /** Lines that identify the caller. */
  readonly headers: readonly string[]
}

/** With its length; now and then in chunks, with another length, cut off, or damaged as a whole. */
function framed(draw: Draw, lines: readonly string[], body: string): Input {
  if (draw.chance(0.93)) return { head: [...lines, 'Content-Length: @length@'].join('\r\n'), body }
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  const head = lines.join('\r\n')
  return draw.oneOf<() => Input>([
    () => ({ head: `${head}\r\nTransfer-Encoding: chunked`, body: chunked }),
    () => ({ head: `${head}\r\nTransfer-Encoding: chunked`, body: chunked.slice(0, draw.below(chunked.length)) }),
    () => ({ head: `${head}\r\nTransfer-Encoding: chunked`, body: mutateText(draw, chunked) }),
    () => ({ head: `${head}\r\nTransfer-Encoding: chunked\r\nContent-Length: ${draw.below(20)}`, body: chunked }),
    () => ({ head: `${head}\r\nContent-Length: ${draw.below(100_000)}`, body }),
    () => ({ head: mutateText(draw, `${head}\r\nContent-Length: @length@`), body }),
    () => ({ head: mutateText(draw, mutateText(draw, `${head}\r\nContent-Length: @length@`)), body }),
    // Two in a row on one connection, the second as the first left it.
    () => ({ head: `${head.replace('Connection: close', 'X: 1')}\r\nContent-Length: @length@`, body: `${body}${head}\r\n\r\n` }),
  ])() // biome-ignore format: a line for each
}

function flood(draw: Draw): readonly string[] {
  return draw.chance(0.5)
    ? Array.from({ length: draw.size(3_000) }, (_, i) => `X-Flood-${i}: ${i}`)
    : [`X-Long: ${'h'.repeat(draw.size(30_000))}`]
}

function queryOf(draw: Draw, { name, required, schema }: Parameter): readonly string[] {
  if (!draw.chance(required ? 0.95 : 0.3)) return []
  if (name === 'wait' || name === 'timeout')
    return [`${name}=${draw.oneOf(['0ms', '1ms', '5ms', 'soon', '-1s', '1e9d', '%00'])}`]
  if (draw.chance(0.4) && /id$/i.test(name)) return [`${name}=@id@`]
  const valid = String(sample(draw, schema))
  const value = draw.chance(0.7) ? valid : draw.chance(0.5) ? draw.oneOf(TEXTS) : mutateText(draw, valid)
  return [`${name}=${draw.chance(0.95) ? encode(value) : value.replace(/\s/g, '')}`]
}

/** A lone surrogate has no encoding. */
function encode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).slice(0, 8_000)
}

function bodyOf(draw: Draw, operation: Operation): string {
  const schema = operation.body?.contents[0]?.schema
  if (schema === undefined)
    return draw.chance(0.95) ? '' : draw.oneOf(['{}', '[]', '{', 'x'.repeat(draw.size(200_000))])
  let value: Json = bounded(sample(draw, schema))
  for (let times = draw.oneOf([0, 1, 1, 1, 2, 3]); times > 0; times--) value = mutate(draw, value)
  const text = toText(draw, value)
  if (draw.chance(0.02)) return JSON.stringify({ [draw.oneOf(NAMES)]: value, text })
  return draw.chance(0.1) ? mutateText(draw, text) : text
}

/** What is waited for takes real time. */
function bounded(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === 'timeout' || key === 'wait' ? '5ms' : one]),
  )
}

/** The bytes of a request, with what is only known now in the place of `@…@`. */
export function requestBytes(
  { head = '', body = '' }: Input,
  known: Readonly<Record<string, string>>,
): Buffer {
  const fill = (text: string) => text.replace(/@(\w+)@/g, (whole, name: string) => known[name] ?? whole)
  const content = Buffer.from(fill(body))
  const lines = fill(head).replaceAll('@length@', String(content.length))
  return Buffer.concat([Buffer.from(`${lines}\r\n\r\n`, 'utf8'), content])
}
