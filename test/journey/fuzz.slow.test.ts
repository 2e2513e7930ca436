import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FeedEntry } from '../../src/core/feed.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { clientOf } from '../support/provider-clients.ts'

const ROUNDS = 300
/** The same requests in every run. */
const SEED = 20_261_121

let mock: Mock
const told: FeedEntry[] = []
beforeAll(async () => {
  mock = await startMock({ clock: { kind: 'virtual' }, seed: String(SEED) })
  mock.feed.subscribe((entry) => told.push(entry))
})
afterAll(() => mock.close(0))

/** Mulberry32: numbers in [0, 1). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const DEEP = `${'['.repeat(1_000)}${']'.repeat(1_000)}`
const FAR_TOO_DEEP = `${'['.repeat(60_000)}1${']'.repeat(60_000)}`
const TOO_DEEP = `{"url":${FAR_TOO_DEEP},"webhook":{"url":${FAR_TOO_DEEP}},"callbackUrl":${FAR_TOO_DEEP},"payload":${FAR_TOO_DEEP}}`

/** None of these makes or changes a webhook, an event or a reset. */
const BODIES = [
  '', '{', '[]', 'null', '0', '-1e999', '"text"', '{"__proto__":{"url":1}}', '{"constructor":{"prototype":1}}',
  '{"url":{"toString":1}}', '{"url":[],"events":{},"callbackUrl":7,"webhook":[],"provider":{}}', DEEP, TOO_DEEP,
  `{"url":${DEEP.slice(1, -1)},"webhook":{"name":${DEEP.slice(1, -1)}},"callbackUrl":${DEEP.slice(1, -1)}}`,
  '{"url":"http://[::1","events":["\\u0000"],"name":"\\ud800"}', '{"url":"https://x","url":"nope","events":null}',
  '\ufeff{"url":1}', '{"entityNumbers":["\\u0000"]}', '{"provider":"__proto__","type":"constructor"}',
  '{"provider":"beel","type":"__proto__","payload":{"__proto__":1}}', `{"name":"${'é'.repeat(20_000)}","url":"${'u'.repeat(9_000)}"}`,
  '{"by":"1e9d"}', '{"by":-5,"until":"never"}', '{"timeout":"soon"}', '{"tables":{}}', '{"format":"hookproof-state","version":1,"generation":1,"tables":{"webhooks":[{}]}}',
] // biome-ignore format: a pool

const IDS = [
  '%', '%zz', '%E0%A4%A', '%00', '%2F..%2F..', '..', '.', '%F0%9F%92%A9', 'wh_\u00e9', '__proto__', 'constructor', '-1', '0', '1.5', '1e3',
  '9007199254740993', '99999999999999999999', 'x'.repeat(6_000), ':id', '{id}', '*', '00000000-0000-4000-8000-000000000000', '',
] // biome-ignore format: a pool

const QUERIES = [
  '', '?', '?page=1&page=2', '?page[]=1', '?page=__proto__&__proto__=1&__proto__[a]=1', '?size=1e9&limit=-1', '?%', '?%zz=%zz', '?webhookId=%00',
  '?limit=NaN&cursor=%7B%7D', '?cursor=x&wait=forever', '?status=nope&provider=%F0%9F%92%A9', `?q=${'a'.repeat(7_000)}`, '?page=%31%30&size=%', '?a&b&&&=',
] // biome-ignore format: a pool

const HEADERS = [
  'Content-Type: application/json', 'Content-Type: application/json; charset=utf-16', 'Content-Type: ;;;', 'Content-Type: text/plain',
  'Content-Type: application/json\r\nContent-Type: text/plain', 'Content-Encoding: gzip', 'Content-Encoding: nonsense', 'Accept: application/problem+json',
  'Accept: ;;q=,,*/', 'Accept: text/html;q=2', 'Authorization: Bearer', 'Authorization: \u00e9\u00e9', 'Idempotency-Key: \u00ff\u0001'.replace('\u0001', '~'),
  'Idempotency-Key: __proto__', 'Host:', 'Host: evil.example', 'Origin: http://evil.example', 'Expect: 100-continue', 'Expect: nonsense', 'Upgrade: websocket\r\nConnection: Upgrade',
  `X-Long: ${'h'.repeat(20_000)}`, 'Bad Header: 1', 'X-Null: \u0000', 'Transfer-Encoding: chunked', 'Transfer-Encoding: gzip', 'Content-Length: 99999', 'Content-Length: -1', 'If-None-Match: *',
] // biome-ignore format: a pool

const METHODS = [
  'GET',
  'GET',
  'POST',
  'POST',
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
]

/** Paths below a provider's base, or the control API's; `@` stands for an id. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  companybelgium: ['/webhooks', '/webhook', '/webhook/@', '/webhook/@/subscriptions', '/webhook/@/events', '/webhook/@/trigger', '/webhook/@/hmac-secret', '/@', '//webhook'],
  beel: ['/v1/webhooks', '/v1/webhooks/@', '/v1/webhooks/@/secret', '/v1/webhooks/@/deliveries', '/v1/webhooks/@/deliveries/@/retry', '/@'],
  donutwork: ['/2026-02-01/webhooks.json', '/2026-02-01/webhooks/@.json', '/2026-02-01/webhooks/types.json', '/2026-02-01/@'],
  tsanet: ['/v1/webhooks', '/v1/webhooks/@', '/v1/webhooks/@/deliveries', '/v1/login', '/@'],
  // Neither the stream, which does not end, nor a reset and an account, which take an empty body.
  control: ['/health', '/providers', '/webhooks', '/events', '/events/@', '/deliveries', '/deliveries/@', '/deliveries/@/resend', '/settle', '/clock', '/clock/advance', '/snapshot', '/requests', '/violations', '/@'],
} // biome-ignore format: a pool

/** What the server sends until it hangs up. */
function exchange(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from(request, 'utf8')))
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
    })
    socket.on('error', () => undefined).once('close', () => resolve(answer))
  })
}

describe.each(Object.entries(PATHS))('%s', (name, paths) => {
  it(`survives ${ROUNDS} random requests`, async () => {
    const random = randomNumbers(SEED)
    const oneOf = (pool: readonly string[]) => pool[Math.floor(random() * pool.length)] ?? ''
    const isControl = name === 'control'
    const credentials = isControl ? {} : await mock.credentials(name)
    if (!isControl) await (await clientOf(mock, name)).create('http://127.0.0.1:9/hooks')
    const base = isControl ? '/_mock' : new URL(mock.url(name)).pathname
    const port = Number(new URL(mock.origin).port)
    const state = async () => ({ ...(await mock.summary()), webhooks: await webhooksSeen() })
    const webhooksSeen = async () => (await fetch(`${mock.origin}/_mock/webhooks?limit=1000`)).json()
    const before = await state()
    told.length = 0
    const statuses = new Set<string>()

    for (let round = 0; round < ROUNDS; round++) {
      const body = oneOf(BODIES)
      const path = `${base}${oneOf(paths)}`.replaceAll('@', () => oneOf(IDS)) + oneOf(QUERIES)
      const lines = [
        `${oneOf(METHODS)} ${path} HTTP/1.1`,
        ...(random() < 0.9 ? [`Host: 127.0.0.1:${port}`] : []),
        ...Object.entries(credentials).map(([header, value]) => `${header}: ${value}`),
        ...(random() < 0.7 ? ['Content-Type: application/json'] : []),
        ...(random() < 0.4 ? [oneOf(HEADERS)] : []),
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: close',
      ]
      const request = `${lines.join('\r\n')}\r\n\r\n${body}`
      const answer = await exchange(port, request)
      const shown = `${request.slice(0, 600)}\n---\n${answer.slice(0, 600)}`
      // Some are cut off without an answer, by node itself.
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'none'
      statuses.add(status)
      expect(answer, shown).not.toMatch(/\n\s+at |node_modules|\.[jt]s:\d|node:internal/)
      if (status.startsWith('5'))
        expect(answer, shown).toMatch(/^HTTP\/1\.1 500 [\s\S]*"message":"(?!Error processing)/)
    }
    const faults = told.filter(
      (entry) =>
        (entry.type === 'notice' && !/ refused: (?:The Host|A page) /.test(entry.text)) ||
        (entry.type === 'violation' && entry.violation.by === 'mock'),
    )
    expect(faults).toEqual([])
    expect(await state(), 'nothing is left of what was refused').toEqual(before)
    expect((await fetch(`${mock.origin}/_mock/health`)).status).toBe(200)
    // Otherwise they were all turned away at the door, and nothing was tried.
    expect([...statuses]).toEqual(expect.arrayContaining(['200', '400', '404']))
    if (name !== 'tsanet') expect([...statuses].filter((status) => status.startsWith('5'))).toEqual([])
  })
})
