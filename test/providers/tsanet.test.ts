import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { type ApiOptions, callApi } from '../support/api-call.ts'
import { sdkSession } from '../support/tsanet-sdk.ts'

// What TSANet's pages and clients say of version 1, sentence by sentence. A description names the page or the client.

let mock: Mock
let receivers: Receiver[] = []
beforeAll(async () => {
  mock = await startMock({ providers: ['tsanet'], clock: 'virtual' })
})
afterAll(() => mock.close(0))
afterEach(async () => {
  expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
  await mock.reset()
  for (const receiver of receivers) await receiver.close()
  receivers = []
})

async function receive(...respond: (number | string)[]): Promise<Receiver> {
  const receiver = await startReceiver({ respond })
  receivers.push(receiver)
  return receiver
}

const call = async (route: string, status: number, body?: unknown, options?: ApiOptions) => {
  const answer = await callApi(mock, 'tsanet', route, body, options)
  expect(answer.status, `${route}: ${JSON.stringify(answer.body)}`).toBe(status)
  return answer
}
const create = async (body: object, options?: ApiOptions) =>
  (await call('POST /v1/webhooks', 200, body, options)).body as JsonObject
const list = async (options?: ApiOptions) =>
  (await call('GET /v1/webhooks', 200, undefined, options)).body as readonly JsonObject[]
const log = async (id: unknown, query = '') =>
  (await call(`GET /v1/webhooks/${String(id)}/deliveries${query}`, 200)).body as {
    readonly content: readonly JsonObject[]
    readonly totalElements: number
    readonly totalPages: number
    readonly size: number
    readonly number: number
  }

const URL_OF_PAGE = 'https://api.example.com/webhooks/tsanet'
const BOTH = ['collaboration-request.created', 'note.created']
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const PROBLEM = { Accept: 'application/json, application/problem+json' }

const headerAt = (receiver: Receiver, at: number, name: string) =>
  headerOf(receiver.received[at]?.headers ?? [], name)
const bodyAt = (receiver: Receiver, at: number) =>
  JSON.parse(receiver.received[at]?.body.toString() ?? 'null') as JsonObject

describe('the webhooks page: list', () => {
  it('lists the webhook subscriptions of the current company, and of no other', async () => {
    await create({ callbackUrl: URL_OF_PAGE })
    await create({ callbackUrl: `${URL_OF_PAGE}/2` })
    await create({ callbackUrl: `${URL_OF_PAGE}/other` }, { account: 'other' })
    expect((await list()).map(({ callbackUrl }) => callbackUrl)).toEqual([URL_OF_PAGE, `${URL_OF_PAGE}/2`])
    expect(await list({ account: 'other' })).toMatchObject([{ callbackUrl: `${URL_OF_PAGE}/other` }])
  })

  it('answers 200 with a bare array of id, callbackUrl, eventTypes, active, createdAt and updatedAt', async () => {
    await create({ callbackUrl: URL_OF_PAGE })
    expect(await list()).toEqual([
      {
        id: 1,
        callbackUrl: URL_OF_PAGE,
        eventTypes: BOTH,
        active: true,
        callbackAuthType: 'NONE',
        createdAt: expect.stringMatching(TIME),
        updatedAt: expect.stringMatching(TIME),
      },
    ])
  })

  it('shows neither the secret nor the credentials of the callback again', async () => {
    const callbackAuth = { type: 'BASIC', username: 'u-ser', password: 'pass-word' }
    const { secret } = await create({ callbackUrl: URL_OF_PAGE, callbackAuth })
    expect(JSON.stringify(await list())).not.toMatch(new RegExp(`u-ser|pass-word|${String(secret)}`))
  })
})

describe('the webhooks page: authorization', () => {
  it.each([
    'GET /v1/webhooks',
    'POST /v1/webhooks',
    'GET /v1/webhooks/1/deliveries',
    'DELETE /v1/webhooks/1',
  ])('asks for a bearer token: %s', async (route) => {
    const body = route.startsWith('POST') ? { callbackUrl: URL_OF_PAGE } : undefined
    for (const credentials of [{}, { Authorization: 'Bearer nobody' }, { Authorization: 'Basic dTpw' }])
      await call(route, 401, body, { credentials })
  })
})

describe('the webhooks page: register', () => {
  it('answers 200 with id, callbackUrl, eventTypes, active, secret and createdAt', async () => {
    expect(await create({ callbackUrl: URL_OF_PAGE })).toEqual({
      id: 1,
      callbackUrl: URL_OF_PAGE,
      eventTypes: BOTH,
      active: true,
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      createdAt: expect.stringMatching(TIME),
    })
  })

  it('requires callbackUrl, a URI', async () => {
    for (const callbackUrl of [undefined, null, '', 5, 'nonsense', 'ftp://example.com/x'])
      await call('POST /v1/webhooks', 400, { callbackUrl }, { headers: PROBLEM })
    expect(await list()).toEqual([])
  })

  it('subscribes to specific events where eventTypes names them', async () => {
    const receiver = await receive()
    expect(await create({ callbackUrl: receiver.url, eventTypes: ['note.created'] })).toMatchObject({
      eventTypes: ['note.created'],
    })
    for (const type of BOTH) await mock.trigger('tsanet', type)
    await mock.settle()
    expect(receiver.received.map((_, at) => bodyAt(receiver, at).eventType)).toEqual(['note.created'])
    const wrong = { callbackUrl: receiver.url, eventTypes: ['note.deleted'] }
    await call('POST /v1/webhooks', 400, wrong, { headers: PROBLEM })
  })

  it('sends a WebhookPayload by HTTP POST to the callback URL when an event occurs', async () => {
    const receiver = await receive()
    await create({ callbackUrl: `${receiver.url}/webhooks/tsanet?a=1` })
    await mock.trigger('tsanet', 'collaboration-request.created', { requestToken: 'case-7' })
    await mock.settle()
    await mock.trigger('tsanet', 'note.created', { requestToken: 'case-7', noteToken: 'note-9' })
    await mock.settle()
    expect(receiver.received).toMatchObject([
      { method: 'POST', path: '/webhooks/tsanet?a=1' },
      { method: 'POST', path: '/webhooks/tsanet?a=1' },
    ])
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect([bodyAt(receiver, 0), bodyAt(receiver, 1)]).toEqual([
      { eventType: 'collaboration-request.created', requestToken: 'case-7', timestamp },
      { eventType: 'note.created', requestToken: 'case-7', noteToken: 'note-9', timestamp },
    ])
    expect(headerAt(receiver, 0, 'Content-Type')).toBe('application/json')
  })

  it('signs with HMAC-SHA256, in X-Hub-Signature-256 as sha256=<hex>, keyed with the secret of the creation', async () => {
    const receiver = await receive()
    const { secret } = await create({ callbackUrl: receiver.url })
    await mock.trigger('tsanet', 'note.created', { noteToken: 'nœud-🎫' })
    await mock.settle()
    const hex = createHmac('sha256', String(secret))
      .update(receiver.received[0]?.body ?? '')
      .digest('hex')
    expect(headerAt(receiver, 0, 'X-Hub-Signature-256')).toBe(`sha256=${hex}`)
  })

  it('retries a failed delivery up to 3 times, after 10, 60 and 300 seconds', async () => {
    const receiver = await receive(503)
    const { id } = await create({ callbackUrl: receiver.url })
    const start = mock.clock.now()
    await mock.trigger('tsanet', 'note.created')
    await mock.clock.advance({ until: 'settled' })
    expect(receiver.received).toHaveLength(4)
    const { content } = await log(id)
    expect(content.map(({ createdAt }) => (Date.parse(String(createdAt)) - start) / 1_000)).toEqual([
      370, 70, 10, 0,
    ])
    expect((await mock.clock.advance('30d')).attempts).toBe(0)
    expect(await list()).toMatchObject([{ active: true }])
  })

  it('ends the retries at the first success', async () => {
    const receiver = await receive(500, 204)
    await create({ callbackUrl: receiver.url })
    await mock.trigger('tsanet', 'note.created')
    await mock.clock.advance({ until: 'settled' })
    expect(receiver.received).toHaveLength(2)
  })

  it('takes http:// in the beta environment', async () => {
    expect(await create({ callbackUrl: 'http://hooks.example.com/in' })).toMatchObject({ active: true })
  })
})

describe('the webhooks page: delivery log', () => {
  it('answers pages that count from 0 and have 20 entries, unless page and size say otherwise', async () => {
    const receiver = await receive()
    const { id } = await create({ callbackUrl: receiver.url })
    for (let i = 0; i < 21; i++) await mock.trigger('tsanet', 'note.created')
    await mock.settle()
    const counts = async (query: string) => {
      const { content, ...facts } = await log(id, query)
      return { ...facts, entries: content.length }
    }
    const all = { totalElements: 21 }
    expect(await counts('')).toEqual({ ...all, totalPages: 2, size: 20, number: 0, entries: 20 })
    expect(await counts('?page=1')).toEqual({ ...all, totalPages: 2, size: 20, number: 1, entries: 1 })
    expect(await counts('?size=5&page=4')).toEqual({ ...all, totalPages: 5, size: 5, number: 4, entries: 1 })
  })

  it('has no page where there is no entry', async () => {
    const { id } = await create({ callbackUrl: URL_OF_PAGE })
    expect(await log(id)).toEqual({ content: [], totalElements: 0, totalPages: 0, size: 20, number: 0 })
  })

  it('has an entry for each attempt, with what was sent and what came back', async () => {
    const receiver = await receive(503, 200)
    const { id } = await create({ callbackUrl: receiver.url })
    await mock.trigger('tsanet', 'note.created', { noteToken: 'n-1' })
    await mock.clock.advance({ until: 'settled' })
    const sent = receiver.received[0]?.body.toString()
    const { content } = await log(id)
    const shared = { eventType: 'note.created', requestBody: sent, createdAt: expect.stringMatching(TIME) }
    const cloudEventId = content[0]?.cloudEventId
    expect(cloudEventId).toMatch(/^[0-9a-f-]{36}$/)
    expect(content).toEqual([
      { ...shared, id: 2, cloudEventId, httpStatus: 200, attemptNumber: 2, success: true, responseBody: '' },
      { ...shared, id: 1, cloudEventId, httpStatus: 503, attemptNumber: 1, success: false, responseBody: '' },
    ])
  })

  it('is refused to another company with 403, and for an unknown subscription with 404', async () => {
    const { id } = await create({ callbackUrl: URL_OF_PAGE })
    const route = `GET /v1/webhooks/${String(id)}/deliveries`
    await call(route, 403, undefined, { account: 'other', headers: PROBLEM })
    await call('GET /v1/webhooks/999/deliveries', 404, undefined, { headers: PROBLEM })
  })
})

describe('the webhooks page: ids are int64', () => {
  it.each(['9007199254740991', '9007199254740993', '9223372036854775807', '-9223372036854775808'])(
    'looks for %s, and finds nothing under a number near it',
    async (id) => {
      for (const route of [`GET /v1/webhooks/${id}/deliveries`, `DELETE /v1/webhooks/${id}`]) {
        const { body } = await call(route, 404, undefined, { headers: PROBLEM })
        expect(body).toMatchObject({ detail: `Webhook subscription not found: ${id}` })
      }
    },
  )

  it.each(['9223372036854775808', '-9223372036854775809', '9'.repeat(60), '1.0', '1e0', 'abc'])(
    'cannot be %s',
    async (id) => {
      await call(`GET /v1/webhooks/${id}/deliveries`, 400, undefined, { headers: PROBLEM })
    },
  )
})

describe('the webhooks page: delete', () => {
  it('answers 204 without content, and nothing is sent any more', async () => {
    const receiver = await receive(503)
    const { id } = await create({ callbackUrl: receiver.url })
    await mock.trigger('tsanet', 'note.created')
    await mock.settle()
    expect((await call(`DELETE /v1/webhooks/${String(id)}`, 204)).body).toBeUndefined()
    await mock.trigger('tsanet', 'note.created')
    await mock.clock.advance('1d')
    expect(receiver.received).toHaveLength(1)
    expect(await list()).toEqual([])
    await call(`DELETE /v1/webhooks/${String(id)}`, 404, undefined, { headers: PROBLEM })
  })

  it('is refused to another company with 403', async () => {
    const { id } = await create({ callbackUrl: URL_OF_PAGE })
    const other = { account: 'other', headers: PROBLEM }
    await call(`DELETE /v1/webhooks/${String(id)}`, 403, undefined, other)
    expect(await list()).toHaveLength(1)
  })
})

describe('the identity page: login', () => {
  const LOGIN = { username: 'test_user', password: 'test_password' }
  const NOBODY = { credentials: {} }

  it('answers username and password with accessToken, tokenType and expiresIn, without a bearer token', async () => {
    const { body } = await call('POST /v1/login', 200, LOGIN, NOBODY)
    expect(body).toEqual({ accessToken: expect.any(String), tokenType: 'Bearer', expiresIn: 3600 })
  })

  it('gives a token that is good for an hour, for the company of the login', async () => {
    await create({ callbackUrl: URL_OF_PAGE }, { account: 'other' })
    const { body } = await call('POST /v1/login', 200, LOGIN, NOBODY)
    const credentials = { Authorization: `Bearer ${String((body as JsonObject).accessToken)}` }
    expect(await list({ credentials })).toEqual([])
    await create({ callbackUrl: URL_OF_PAGE }, { credentials })
    expect(await list()).toMatchObject([{ callbackUrl: URL_OF_PAGE }])
    await mock.clock.advance('1h')
    await call('GET /v1/webhooks', 401, undefined, { credentials })
  })

  it('answers a wrong login with 500 "Error processing request", unless problem+json is accepted', async () => {
    for (const wrong of [
      { ...LOGIN, password: 'x' },
      { ...LOGIN, username: 'nobody' },
    ]) {
      const { body } = await call('POST /v1/login', 500, wrong, NOBODY)
      expect(body).toEqual({ message: 'Error processing request' })
      const problem = await call('POST /v1/login', 401, wrong, { ...NOBODY, headers: PROBLEM })
      expect(problem.body).toMatchObject({ title: 'Unauthorized', status: 401, instance: '/v1/login' })
    }
  })
})

describe('the published OpenAPI document: names', () => {
  it('has the published operationIds, each at its route', () => {
    const [provider] = mock.providers
    expect(provider?.operations.map(({ id, method, path }) => [id, `${method} ${path}`])).toEqual(
      expect.arrayContaining([
        ['listWebhookSubscriptions', 'GET /v1/webhooks'],
        ['createWebhookSubscription', 'POST /v1/webhooks'],
        ['getWebhookDeliveries', 'GET /v1/webhooks/{id}/deliveries'],
        ['deleteWebhookSubscription', 'DELETE /v1/webhooks/{id}'],
        ['login', 'POST /v1/login'],
      ]),
    )
  })
})

describe('the published OpenAPI document: schemas', () => {
  const schemas = async () => {
    const document = await (await fetch(`${mock.origin}/tsanet/openapi.json`)).json()
    return (document as { components: { schemas: Record<string, JsonObject> } }).components.schemas
  }
  const ID = { type: 'integer', format: 'int64' }
  const COUNT = { type: 'integer', format: 'int32' }
  const TEXT = { type: 'string' }
  const AT = { type: 'string', format: 'date-time' }
  const FLAG = { type: 'boolean' }

  it.each([
    ['WebhookSubscriptionDTO', { id: ID, callbackUrl: TEXT, active: FLAG, createdAt: AT, updatedAt: AT }],
    [
      'WebhookSubscriptionResponseDTO',
      { id: ID, callbackUrl: TEXT, active: FLAG, secret: TEXT, createdAt: AT },
    ],
    ['CreateWebhookSubscriptionRequestDTO', { callbackUrl: { type: 'string', format: 'uri' } }],
    ['WebhookDeliveryLogPageDTO', { totalElements: ID, totalPages: COUNT, size: COUNT, number: COUNT }],
    ['WebhookDeliveryLogDTO', { id: ID, cloudEventId: TEXT, eventType: TEXT, success: FLAG, createdAt: AT }],
    ['WebhookPayload', { requestToken: TEXT, noteToken: TEXT, timestamp: AT }],
    ['ErrorResponse', { message: TEXT, validationErrors: { type: 'array' } }],
    ['ValidationError', { field: TEXT, message: TEXT }],
    ['LoginRequestDTO', { username: TEXT, password: TEXT }],
    ['TokenDTO', { accessToken: TEXT, expiresIn: { type: 'integer' } }],
  ])('has %s with the published members, types and formats', async (name, properties) => {
    expect((await schemas())[name]).toMatchObject({ properties })
  })

  it('has collaboration-request.created and note.created as WebhookEventType', async () => {
    expect((await schemas()).WebhookEventType).toMatchObject({ enum: BOTH })
  })
})

describe('what there is not', () => {
  it.each(['GET', 'PUT', 'PATCH'])('one subscription is not read or changed: %s', async (method) => {
    const { id } = await create({ callbackUrl: URL_OF_PAGE })
    await call(`${method} /v1/webhooks/${String(id)}`, 405, undefined, { headers: PROBLEM })
  })

  it.each(['secret', 'test', 'deliveries/1/retry'])('no rotation, test or manual retry: %s', async (rest) => {
    const { id } = await create({ callbackUrl: URL_OF_PAGE })
    await call(`POST /v1/webhooks/${String(id)}/${rest}`, 404, undefined, { headers: PROBLEM })
  })
})

describe('deliveries, as the connectors see them', () => {
  it('are concurrent and in no certain order: note.created can overtake the creation', async () => {
    const receiver = await receive(503, 200)
    await create({ callbackUrl: receiver.url })
    await mock.trigger('tsanet', 'collaboration-request.created')
    await mock.settle()
    await mock.trigger('tsanet', 'note.created')
    await mock.clock.advance({ until: 'settled' })
    expect(receiver.received.map((_, at) => bodyAt(receiver, at).eventType)).toEqual([
      'collaboration-request.created',
      'note.created',
      'collaboration-request.created',
    ])
  })

  it('arrive at least once: one whose answer is lost arrives again', async () => {
    const receiver = await receive('reset', 200)
    await create({ callbackUrl: receiver.url })
    await mock.trigger('tsanet', 'note.created')
    await mock.clock.advance({ until: 'settled' })
    expect(receiver.received).toHaveLength(2)
    expect(receiver.received[1]?.body).toEqual(receiver.received[0]?.body)
  })
})

describe('the SDK and the connectors: what they send', () => {
  it('a field that is not set may be null, a list that is not set may be empty: both stand for all event types', async () => {
    const receiver = await receive()
    for (const unset of [{}, { eventTypes: null }, { eventTypes: [] }, { callbackAuth: null }])
      expect(await create({ callbackUrl: receiver.url, ...unset })).toMatchObject({ eventTypes: BOTH })
    expect(await list()).toMatchObject(Array(4).fill({ callbackAuthType: 'NONE', eventTypes: BOTH }))
    await mock.trigger('tsanet', 'note.created')
    await mock.settle()
    expect(receiver.received).toHaveLength(4)
    expect(mock.violations()).toEqual([])
    const registered = await mock.register('tsanet', { url: receiver.url, fields: { eventTypes: [] } })
    expect(registered.filter).toBeNull()
  })

  it('callbackAuth of type BASIC is sent with each delivery, beside the signature, and listed as callbackAuthType', async () => {
    const receiver = await receive(503, 200)
    const callbackAuth = { type: 'BASIC', username: 'zis', password: 'correct: horse' }
    await create({ callbackUrl: receiver.url, eventTypes: null, callbackAuth })
    expect(await list()).toMatchObject([{ callbackAuthType: 'BASIC' }])
    await mock.trigger('tsanet', 'note.created')
    await mock.clock.advance({ until: 'settled' })
    const basic = `Basic ${Buffer.from('zis:correct: horse').toString('base64')}`
    for (const at of [0, 1]) {
      expect(headerAt(receiver, at, 'Authorization')).toBe(basic)
      expect(headerAt(receiver, at, 'X-Hub-Signature-256')).toMatch(/^sha256=[0-9a-f]{64}$/)
    }
  })
})

describe('the two error modes', () => {
  const cases: readonly (readonly [string, string, number, unknown])[] = [
    ['no callbackUrl', 'POST /v1/webhooks', 400, {}],
    ['an unknown subscription', 'DELETE /v1/webhooks/999', 404, undefined],
    ['an unknown subscription', 'GET /v1/webhooks/999/deliveries', 404, undefined],
  ]

  it.each(cases)('default: %s at %s is a 500 with a message', async (_, route, _status, body) => {
    for (const Accept of ['*/*', 'application/json']) {
      const answer = await call(route, 500, body, { headers: { Accept } })
      expect(answer.body).toEqual({ message: expect.any(String) })
      expect(answer.headers.get('content-type')).toBe('application/json')
    }
  })

  it.each(cases)(
    'application/problem+json: %s at %s is a %d after RFC 7807',
    async (_, route, status, body) => {
      for (const Accept of [PROBLEM.Accept, 'application/problem+json']) {
        const answer = await call(route, status, body, { headers: { Accept } })
        expect(answer.body).toEqual({
          type: expect.any(String),
          title: expect.any(String),
          status,
          detail: expect.any(String),
          instance: route.split(' ')[1],
        })
        expect(answer.headers.get('content-type')).toBe('application/problem+json')
      }
    },
  )

  it('labels a success as application/problem+json where that is the only type accepted', async () => {
    const label = async (Accept: string) =>
      (await call('GET /v1/webhooks', 200, undefined, { headers: { Accept } })).headers.get('content-type')
    expect(await label('application/problem+json')).toBe('application/problem+json')
    expect(await label(PROBLEM.Accept)).toBe('application/json')
  })
})

describe('the Java SDK, followed call by call', () => {
  const session = async () => {
    const sdk = sdkSession(mock)
    sdk.use(((await mock.credentials('tsanet')).Authorization ?? '').replace('Bearer ', ''))
    return sdk
  }

  it('registers, lists, receives, reads the delivery log and deletes', async () => {
    const sdk = await session()
    const answers: number[] = []
    const receiver = await receive()
    const made = await sdk.create(receiver.url)
    expect(made).toMatchObject({ id: 1n, eventTypes: BOTH, active: true })
    expect((await sdk.list()).map(({ id }) => id)).toEqual([1n])
    for (const type of BOTH) await mock.trigger('tsanet', type)
    await mock.settle()
    for (const [at, { body }] of receiver.received.entries())
      answers.push(sdk.receive(headerAt(receiver, at, 'X-Hub-Signature-256'), body).status)
    expect(answers).toEqual([200, 200])
    const forged = Buffer.from('{"eventType":"note.created","requestToken":"tok1"}')
    expect(sdk.receive(headerAt(receiver, 0, 'X-Hub-Signature-256'), forged).status).toBe(401)
    const page = await sdk.deliveries(made.id)
    expect(page).toMatchObject({ totalElements: 2n, totalPages: 1n, size: 20n, number: 0n })
    expect(page.content.map(({ eventType }) => eventType).toSorted()).toEqual(BOTH)
    expect(await sdk.remove(made.id)).toEqual([])
    expect(mock.violations()).toEqual([])
  })

  it('logs in, and works with the token that it gets', async () => {
    const sdk = sdkSession(mock)
    await expect(sdk.login('test_user', 'wrong')).rejects.toMatchObject({
      status: 500,
      body: '{"message":"Error processing request"}',
    })
    await sdk.login('test_user', 'test_password')
    const made = await sdk.create(URL_OF_PAGE)
    expect(await sdk.deliveries(made.id)).toMatchObject({ totalElements: 0n, totalPages: 0n })
  })

  it('sees a rejection as a 500 whose body has a message', async () => {
    const sdk = await session()
    const wrong = [() => sdk.create('ftp://example.com'), () => sdk.deliveries(999n), () => sdk.remove(999n)]
    for (const rejected of wrong)
      await expect(rejected()).rejects.toMatchObject({
        status: 500,
        body: expect.stringMatching(/^\{"message":/),
      })
  })

  it('is shown 401 in the default mode without a token', async () => {
    const sdk = sdkSession(mock)
    await expect(sdk.list()).rejects.toMatchObject({ status: 401 })
    sdk.use('expired')
    await expect(sdk.create(URL_OF_PAGE)).rejects.toMatchObject({ status: 401 })
  })
})

describe('the rotation script of the connector for Zendesk, followed call by call', () => {
  it('registers anew with what the old subscription had, verifies, and deletes the old one', async () => {
    const receiver = await receive()
    const old = await create({ callbackUrl: `${receiver.url}/old`, eventTypes: ['note.created'] })
    const [found] = (await list()).filter(({ callbackUrl }) => String(callbackUrl).endsWith('/old'))
    const body: Json = {
      callbackUrl: `${receiver.url}/new`,
      eventTypes: found?.eventTypes ?? null,
      callbackAuth: { type: 'BASIC', username: 'zis', password: 'pw' },
    }
    const made = await create(body as JsonObject)
    expect(made).toMatchObject({ eventTypes: ['note.created'], secret: expect.any(String) })
    expect(made.secret).not.toBe(old.secret)
    await call(`DELETE /v1/webhooks/${String(old.id)}`, 204)
    await mock.trigger('tsanet', 'note.created')
    await mock.settle()
    expect(receiver.received.map(({ path }) => path)).toEqual(['/new'])
  })
})
