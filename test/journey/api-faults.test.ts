import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { Client, request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type Mock, type MockOptions, startMock } from '../../src/mock/start-mock.ts'
import { feedLines } from '../../src/report/feed.ts'
import { PLAIN } from '../../src/report/terminal.ts'
import { callApi, textAt } from '../support/api-call.ts'

const open: Mock[] = []
afterEach(async () => {
  for (const mock of open.splice(0)) await mock.close()
})
async function started(faults: readonly JsonObject[] = [], options: MockOptions = {}): Promise<Mock> {
  const mock = await startMock({ providers: ['tsanet'], clock: 'virtual', seed: 'api faults', ...options })
  for (const fault of faults) mock.use({ plane: 'api', ...fault })
  open.push(mock)
  return mock
}
const list = (mock: Mock, provider = 'tsanet') => callApi(mock, provider, 'GET /v1/webhooks')
const created = (mock: Mock, more: JsonObject = {}) =>
  callApi(mock, 'tsanet', 'POST /v1/webhooks', {
    callbackUrl: 'https://example.test/hooks',
    eventTypes: ['note.created'],
    ...more,
  })
const webhooks = async (mock: Mock) =>
  (await callApi(mock, 'tsanet', 'GET /v1/webhooks')).body as readonly object[]

/** The code of a call that gets no answer, as node:http has it. */
async function codeOf(mock: Mock, path = '/v1/webhooks'): Promise<string> {
  const headers = await mock.credentials('tsanet')
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${mock.url('tsanet')}${path}`, { headers }, (response) => {
      response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      response.on('end', () => reject(new Error(`answered ${response.statusCode}`)))
      response.resume()
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    sent.end()
  })
}

interface Wire {
  readonly bytes: string
  /** Milliseconds from the start to each chunk. */
  readonly at: readonly number[]
  /** `end`, an error code, or `open` where nothing had happened after so long. */
  readonly end: string
}
/** What comes over a bare socket. */
async function onTheWire(mock: Mock, forMs = 5_000): Promise<Wire> {
  const headers = Object.entries(await mock.credentials('tsanet')).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const { host, hostname, port, pathname } = new URL(`${mock.url('tsanet')}/v1/webhooks`)
  const start = performance.now()
  return new Promise((resolve) => {
    let bytes = ''
    const at: number[] = []
    const socket = connect(Number(port), hostname)
    const done = (end: string) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ bytes, at, end })
    }
    const timer = setTimeout(() => done('open'), forMs)
    socket.on('data', (chunk) => {
      bytes += chunk
      at.push(performance.now() - start)
    })
    socket.on('end', () => done('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers.join('')}\r\n`)
  })
}
const timed = async <T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> => {
  const start = performance.now()
  return { result: await work(), ms: performance.now() - start }
}

describe('a status', () => {
  it.each<[string, JsonObject, number, string | null, unknown]>([
    ['as the document declares it', { do: 500 }, 500, null, { message: 'Error processing request' }],
    ['with how long to wait', { do: 429 }, 429, '1', { message: 'Too many requests' }],
    [
      'with headers of its own',
      { do: { status: 429, headers: { 'retry-after': 7 } } },
      429,
      '7',
      { message: 'Too many requests' },
    ],
    ['with a body of its own', { do: 429, with: { body: { no: 'way' } } }, 429, null, { no: 'way' }],
    ['that no document declares', { do: 502 }, 502, null, undefined],
    ['without a body', { do: 204 }, 204, null, undefined],
  ])('%s', async (_, fault, status, retryAfter, body) => {
    const mock = await started([fault])
    const answer = await list(mock)
    expect(answer).toMatchObject({ status })
    expect(answer.body).toEqual(body)
    expect(answer.headers.get('retry-after')).toBe(retryAfter)
    expect([...answer.headers.keys()].filter((name) => !USUAL.includes(name))).toEqual(
      retryAfter === null ? [] : ['retry-after'],
    )
    expect(answer.headers.get('content-type')).toBe(body === undefined ? null : 'application/json')
    expect(mock.violations()).toEqual([])
  })

  it('with a text that is no JSON, where its type says so', async () => {
    const page = '<h1>Bad gateway</h1>'
    const mock = await started([
      { do: { status: 502, headers: { 'content-type': 'text/html' }, body: page } },
    ])
    const { statusCode, headers, body } = await request(`${mock.url('tsanet')}/v1/webhooks`)
    expect([statusCode, headers['content-type'], await body.text()]).toEqual([502, 'text/html', page])
  })

  it('is answered whatever the client accepts, and whoever it is', async () => {
    const mock = await started([{ do: 429 }])
    const answer = await callApi(mock, 'tsanet', 'GET /v1/webhooks', undefined, {
      credentials: {},
      headers: { Accept: 'text/html' },
    })
    expect(answer).toMatchObject({ status: 429, body: { message: 'Too many requests' } })
    expect(mock.requests()).toMatchObject([{ status: 429, account: null, faults: ['status'] }])
  })

  it('tells the id of the request and the time as the provider does', async () => {
    const mock = await started([{ do: 429 }], { providers: ['beel'] })
    const missed = await list(mock, 'beel')
    expect(missed.status).toBe(429)
    expect(missed.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
    expect(textAt(missed, '/meta/request_id')).toBe(missed.headers.get('x-request-id'))
    expect(missed.headers.get('idempotency-replay')).toBeNull()
    expect(missed.headers.get('ratelimit-reset')).toBe('1')
  })
})
const USUAL = [
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'x-powered-by',
  'transfer-encoding',
]

describe('time', () => {
  it('latency comes before the answer, and several add up', async () => {
    const mock = await started([{ do: { latency: '40ms' } }, { do: { latency: '30ms' } }])
    const { result, ms } = await timed(() => list(mock))
    expect(result.status).toBe(200)
    expect(ms).toBeGreaterThan(65)
    expect(mock.requests()).toMatchObject([{ status: 200, faults: ['latency', 'latency'] }])
    expect(mock.requests()[0]?.durationMs).toBeGreaterThan(65)
  })

  it.each<[JsonObject, number]>([
    [{ min: '20ms', max: '60ms' }, 18],
    [{ median: '30ms', sigma: 0, max: '45ms' }, 28],
  ])('a latency may be drawn: %j', async (latency, least) => {
    const mock = await started([{ do: { latency } }])
    for (let i = 0; i < 4; i++) await list(mock)
    const took = mock.requests().map(({ durationMs }) => durationMs)
    expect(took).toHaveLength(4)
    for (const ms of took) expect(ms).toBeGreaterThan(least)
  })

  it('an answer that dribbles comes byte by byte, and is whole at the end', async () => {
    const mock = await started([{ do: { dribble: '200ms' } }])
    const { bytes, at, end } = await onTheWire(mock)
    expect(end).toBe('end')
    expect(bytes).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(bytes).toMatch(/\r\n\r\n\[\]$/)
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThan(85)
    expect(at.at(-1)).toBeGreaterThan(190)
    expect(at.length).toBeGreaterThan(1)
    expect(mock.requests()).toMatchObject([{ status: 200, faults: ['dribble'] }])
  })

  it('a longer answer comes in twenty pieces, with the status of another fault', async () => {
    const mock = await started([
      { do: { dribble: '200ms' } },
      { do: { status: 418, body: { a: 'x'.repeat(500) } } },
    ])
    const { bytes, at } = await onTheWire(mock)
    expect(bytes).toMatch(/^HTTP\/1\.1 418 /)
    expect(bytes.length).toBeGreaterThan(600)
    expect(at.length).toBeGreaterThan(10)
  })

  it('whoever leaves while it waits has it stop', async () => {
    const mock = await started([{ do: { latency: '10s' } }, { do: { latency: '10s' } }])
    expect((await onTheWire(mock, 30)).end).toBe('open')
    const { ms } = await timed(async () => {
      while (mock.requests().length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    })
    expect(ms).toBeLessThan(1_000)
  })
})

describe('a connection', () => {
  it.each<[string, RegExp, object, string, string]>([
    ['reset', /^ECONNRESET$/, { code: 'ECONNRESET' }, '', 'ECONNRESET'],
    ['empty', /^ECONNRESET$/, { code: 'UND_ERR_SOCKET' }, '', 'end'],
    [
      'malformed',
      /^HPE_INVALID_CHUNK_SIZE$/,
      { name: 'HTTPParserError' },
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n',
      'end',
    ],
  ])('%s', async (name, code, undici, bytes, end) => {
    const mock = await started([{ do: name }])
    expect(await codeOf(mock)).toMatch(code)
    const wire = await onTheWire(mock)
    expect(wire.bytes.startsWith(bytes)).toBe(true)
    expect(wire.bytes === '').toBe(bytes === '')
    expect(wire.end).toBe(end)
    const answer = request(`${mock.url('tsanet')}/v1/webhooks`).then(({ body }) => body.text())
    await expect(answer).rejects.toMatchObject(undici)
    expect(mock.requests()).toMatchObject(
      Array.from({ length: 3 }, () => ({ status: 0, faults: [name], violations: [] })),
    )
  })

  it('stays open and silent, until the mock closes', async () => {
    const mock = await started([{ do: 'timeout' }])
    expect(await onTheWire(mock, 50)).toEqual({ bytes: '', at: [], end: 'open' })
    const waiting = codeOf(mock)
    while (mock.requests().length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const { ms } = await timed(() => mock.close())
    expect(ms).toBeLessThan(2_000)
    expect(await waiting).toBe('ECONNRESET')
    open.length = 0
  })
})

describe('before and after', () => {
  it.each(['reset', 'empty', 'malformed', 'status'])('%s: done, or not', async (name) => {
    for (const when of ['before', 'after']) {
      const mock = await started(
        [{ on: { operation: 'createWebhookSubscription' }, do: { [name]: { when } } }].map(statusForm),
      )
      await created(mock).catch(() => undefined)
      expect(await webhooks(mock), when).toHaveLength(when === 'after' ? 1 : 0)
      expect(mock.requests()[0]).toMatchObject({
        operation: 'createWebhookSubscription',
        faults: [name],
        violations: [],
      })
    }
  })

  it('an answer that was lost is had by asking again with the same key', async () => {
    const mock = await started(
      [{ on: { operation: 'createWebhookSubscription' }, do: { reset: { when: 'after' } }, times: 1 }],
      {
        providers: ['beel'],
      },
    )
    const ask = () =>
      callApi(
        mock,
        'beel',
        'POST /v1/webhooks',
        { url: 'https://example.test/hooks', events: ['invoice.emitted'] },
        { headers: { 'Idempotency-Key': 'key-1' } },
      )
    await expect(ask()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    const kept = await list(mock, 'beel')
    const again = await ask()
    expect([again.status, again.headers.get('idempotency-replay')]).toEqual([201, 'true'])
    expect(JSON.stringify(kept.body)).toContain(textAt(again, '/data/id'))
    expect(textAt(await list(mock, 'beel'), '/data/pagination/total_items')).toBe('1')
  })
})
/** `{status: {when}}` is no way to write one. */
function statusForm(fault: JsonObject & { do: JsonObject }): JsonObject {
  const { status } = fault.do as { status?: JsonObject }
  return status === undefined ? fault : { ...fault, do: { status: 503, ...status } }
}

describe('what faults apply to', () => {
  it('is told by operation, account, and the nth of these', async () => {
    const mock = await started([
      { on: { operation: 'listWebhookSubscriptions', account: 'other', nth: 2 }, do: 503 },
    ])
    const as = (account?: string) =>
      callApi(mock, 'tsanet', 'GET /v1/webhooks', undefined, account === undefined ? {} : { account })
    const answers = [await as('other'), await as(), await created(mock), await as('other'), await as('other')]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 503, 200])
    expect(mock.faults.list()).toMatchObject([{ matched: 3, applied: 1 }])
  })

  it('of two answers the first one counts, and time goes with either', async () => {
    const mock = await started([{ do: { latency: '30ms' } }, { do: 503 }, { do: 'reset' }])
    const { result, ms } = await timed(() => list(mock))
    expect(result.status).toBe(503)
    expect(ms).toBeGreaterThan(25)
  })

  it('counts no request twice: 16 clients, 200 rounds', { timeout: 30_000 }, async () => {
    const mock = await started()
    const clients = Array.from({ length: 16 }, () => new Client(mock.origin))
    const path = `${new URL(mock.url('tsanet')).pathname}/v1/webhooks`
    const headers = await mock.credentials('tsanet')
    const { ms } = await timed(async () => {
      for (let round = 0; round < 200; round++) {
        const fault = mock.use({
          plane: 'api',
          do: [503, { status: 429, headers: { 'Retry-After': '2' } }, 'pass'],
        })
        const answers = await Promise.all(
          clients.map((client) => client.request({ path, method: 'GET', headers })),
        )
        for (const { body } of answers) await body.dump()
        const statuses = answers.map(({ statusCode }) => statusCode).sort()
        expect(statuses, `round ${round}`).toEqual([...Array.from({ length: 14 }, () => 200), 429, 503])
        const limited = answers.find(({ statusCode }) => statusCode === 429)
        expect(limited?.headers['retry-after']).toBe('2')
        expect(mock.faults.list()).toMatchObject([{ matched: 16, applied: 2 }])
        fault.remove()
      }
    })
    await Promise.all(clients.map((client) => client.close()))
    // Two seconds on a machine of its own.
    expect(ms).toBeLessThan(25_000)
    expect(mock.requests().filter(({ faults }) => faults?.length === 1)).toHaveLength(400)
  })
})

describe('a rate limit', () => {
  it('counts in windows of the mock clock, for each account, and says how long to wait', async () => {
    const mock = await started([{ do: { 'rate-limit': { limit: 2, per: '10s' } } }])
    const answers = async (count: number, account?: string) => {
      const all = []
      for (let i = 0; i < count; i++)
        all.push(
          await callApi(
            mock,
            'tsanet',
            'GET /v1/webhooks',
            undefined,
            account === undefined ? {} : { account },
          ),
        )
      return all.map(({ status, headers }) => [status, headers.get('retry-after')])
    }
    expect(await answers(3)).toEqual([
      [200, null],
      [200, null],
      [429, '10'],
    ])
    expect(await answers(1, 'other')).toEqual([[200, null]])
    await mock.clock.advance('7500ms')
    expect(await answers(1)).toEqual([[429, '3']])
    await mock.clock.advance('2500ms')
    expect(await answers(3)).toEqual([
      [200, null],
      [200, null],
      [429, '10'],
    ])
    expect(mock.requests().map(({ faults }) => faults ?? [])).toEqual([
      [],
      [],
      ['rate-limit'],
      [],
      ['rate-limit'],
      [],
      [],
      ['rate-limit'],
    ])
    expect(mock.violations()).toEqual([])
  })
})

describe('what is reported of it', () => {
  it('stands in the log, in the stream and on the screen', async () => {
    const mock = await started([
      { do: [503, 'reset', { latency: '1ms' }] },
      { on: { nth: 2 }, do: { latency: 0 } },
    ])
    const screen: string[] = []
    mock.feed.subscribe((entry) => {
      screen.push(...feedLines(entry, { style: PLAIN, clock: mock.clock.mode, now: () => 0 }))
    })
    const leave = new AbortController()
    const stream = await fetch(`${mock.origin}/_mock/stream`, { signal: leave.signal })
    await list(mock)
    await list(mock).catch(() => undefined)
    await list(mock)
    await list(mock)
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    let told = ''
    while (told.split('event: request').length <= 4 && told.split('"type":"request"').length <= 4)
      told += (await reader?.read())?.value ?? ''
    leave.abort()
    const expected = [['status'], ['reset', 'latency'], ['latency'], undefined]
    expect(mock.requests().map(({ faults }) => faults)).toEqual(expected)
    const { requests } = (await (await fetch(`${mock.origin}/_mock/requests`)).json()) as {
      requests: { status: number; faults?: string[] }[]
    }
    expect(requests.map(({ faults }) => faults).reverse()).toEqual(expected)
    expect(requests.map(({ status }) => status).reverse()).toEqual([503, 0, 200, 200])
    expect(told).toContain('"faults":["reset","latency"]')
    expect(screen.map((text) => text.replace(/^\S+ +|\d+ms/g, ''))).toEqual([
      'api  GET /tsanet/v1/webhooks 503 ()  fault: status',
      'api  GET /tsanet/v1/webhooks reset ()  faults: reset, latency',
      'api  GET /tsanet/v1/webhooks 200 ()  fault: latency',
      'api  GET /tsanet/v1/webhooks 200 ()',
    ])
  })
})

describe('the control API', () => {
  const call = async (mock: Mock, route: string, body?: unknown) => {
    const [method = '', path = ''] = route.split(' ')
    const response = await fetch(`${mock.origin}/_mock${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    })
    return { status: response.status, body: (await response.json()) as never as Record<string, unknown> }
  }

  it('adds, lists and takes away', async () => {
    const mock = await started()
    const source = {
      plane: 'api',
      on: { operation: 'listWebhookSubscriptions' },
      do: [503, 'pass'],
      times: 1,
    }
    const added = await call(mock, 'POST /faults', source)
    expect(added).toEqual({
      status: 201,
      body: { id: expect.stringMatching(/^flt_/), ...source, matched: 0, applied: 0 },
    })
    expect([(await list(mock)).status, (await list(mock)).status]).toEqual([503, 200])
    const other = await call(mock, 'POST /faults', { plane: 'delivery', do: 'drop' })
    expect((await call(mock, 'GET /faults')).body).toEqual({
      faults: [
        { ...added.body, matched: 2, applied: 1 },
        { ...other.body, matched: 0, applied: 0 },
      ],
    })
    expect(await call(mock, `DELETE /faults/${added.body.id}`)).toEqual({ status: 200, body: { removed: 1 } })
    expect(await call(mock, `DELETE /faults/${added.body.id}`)).toMatchObject({
      status: 404,
      body: { detail: `There is no fault "${added.body.id}".` },
    })
    await call(mock, 'POST /faults', { plane: 'api', do: 503 })
    expect(await call(mock, 'DELETE /faults')).toEqual({ status: 200, body: { removed: 2 } })
    expect((await call(mock, 'GET /faults')).body).toEqual({ faults: [] })
    expect((await list(mock)).status).toBe(200)
  })

  it('names each problem at its own place', async () => {
    const mock = await started()
    const source = {
      plane: 'api',
      on: { operation: 'listWebhookSubscription' },
      do: [503, 'timeot'],
      tims: 1,
    }
    const { status, body } = await call(mock, 'POST /faults', source)
    expect(status).toBe(422)
    expect(body).toEqual({
      type: 'urn:hookproof:problem:bad-body',
      title: 'The body does not fit',
      status: 422,
      detail:
        'A fault has no "tims". Did you mean "times"? There is no operation "listWebhookSubscription". Did you mean "listWebhookSubscriptions"? "timeot" is no fault of the api plane. Did you mean "timeout"?',
      field: 'tims',
      pointer: '/tims',
      errors: [
        { field: 'tims', pointer: '/tims', detail: 'A fault has no "tims". Did you mean "times"?' },
        {
          field: 'on/operation',
          pointer: '/on/operation',
          detail: 'There is no operation "listWebhookSubscription". Did you mean "listWebhookSubscriptions"?',
        },
        {
          field: 'do/1',
          pointer: '/do/1',
          detail: '"timeot" is no fault of the api plane. Did you mean "timeout"?',
        },
      ],
    })
    expect((await call(mock, 'POST /faults', { do: 503 })).body).toMatchObject({ pointer: '/plane' })
    expect((await call(mock, 'POST /faults', { plane: 'receiver', do: 503 })).body).toMatchObject({
      status: 422,
      pointer: '/plane',
      detail:
        'Faults of this plane are for the stand-in receiver of a scenario or a test, and this mock has none: use hookproof listen --respond.',
    })
    expect(mock.faults.isEmpty).toBe(true)
  })
})

describe('a program', () => {
  it('is told what is wrong, and takes away what it has added', async () => {
    const mock = await started()
    expect(() => mock.use({ plane: 'api', do: 'timeot' })).toThrow(
      'Failed to read the fault: "timeot" is no fault of the api plane.',
    )
    expect(() => mock.use(null as never)).toThrow('Failed to read the fault: a fault is an object.')
    const fault = mock.use({ plane: 'api', do: 503 })
    expect((await list(mock)).status).toBe(503)
    expect(fault.applied).toBe(1)
    fault.remove()
    expect((await list(mock)).status).toBe(200)
    expect(fault.applied).toBe(0)
  })

  it('has the faults of the start back after a reset, counting anew, and no others', async () => {
    const mock = await started([], {
      faults: [
        { plane: 'api', do: 503, times: 1 },
        { plane: 'api', do: { 'rate-limit': { limit: 1 } } },
      ],
    })
    mock.use({ plane: 'api', on: { nth: 3 }, do: 'reset' })
    const statuses = async () => [(await list(mock)).status, (await list(mock)).status]
    expect(await statuses()).toEqual([503, 429])
    await mock.reset()
    expect(mock.faults.list()).toMatchObject([
      { matched: 0, applied: 0 },
      { matched: 0, applied: 0 },
    ])
    expect(await statuses()).toEqual([503, 429])
    expect((await list(mock)).status).toBe(429)
  })
})
