import { createHmac, timingSafeEqual } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import type { Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { type ApiOptions, callApi, textAt } from '../support/api-call.ts'

// What BeeL's OpenAPI document 1.7.1 says of webhooks, and what its own client, a trigger node of n8n, does with them.

const BEEL = 'beel@autumn-2026'
const ACCOUNT = '4d6d8dca-689a-44f4-bafc-88fa8a1bc34b'
const UNKNOWN = '00000000-0000-4000-8000-000000000000'
const HOOKS = `/v1/accounts/${ACCOUNT}/webhooks`
const EVENTS = [
  'invoice.issued',
  'invoice.email.sent',
  'invoice.voided',
  'recurring_invoice.paused',
  'verifactu.status.updated',
  'account.claimed',
  'company.created',
  'representation.signed',
]

let mock: Mock
let receiver: Receiver
beforeAll(async () => {
  mock = await startMock({ providers: [BEEL], clock: { kind: 'virtual' } })
})
afterAll(() => mock.close(0))
beforeEach(async () => {
  receiver = await startReceiver({ respond: [200] })
})
afterEach(async () => {
  const broken = mock.violations().filter(({ by }) => by === 'mock')
  await mock.reset()
  await receiver.close()
  expect(broken).toEqual([])
})

const call = (route: string, body?: unknown, options?: ApiOptions) =>
  callApi(mock, BEEL, route, body, options)

type Fields = Readonly<Record<string, Json>>

async function data(route: string, body?: unknown, status = 200, options?: ApiOptions): Promise<Fields> {
  const answer = await call(route, body, options)
  expect([answer.status, answer.body]).toEqual([
    status,
    {
      success: true,
      data: expect.anything(),
      meta: {
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    },
  ])
  expect(answer.headers.get('x-request-id')).toBe(textAt(answer, '/meta/request_id'))
  return (answer.body as { data: Fields }).data
}

async function refusal(route: string, body?: unknown, options?: ApiOptions) {
  const { status, body: answer } = await call(route, body, options)
  return [status, (answer as { error: Json }).error] as const
}

const create = (fields: Fields = {}, options?: ApiOptions) =>
  data(`POST ${HOOKS}`, { url: receiver.url, events: ['invoice.issued'], ...fields }, 201, options)

/** A webhook that no test delivery went to. */
const register = (fields: Fields = {}) =>
  mock.register(BEEL, { url: receiver.url, fields: { events: EVENTS, ...fields } })

const received = (at: number) => JSON.parse(receiver.received[at]?.body.toString() ?? 'null') as Fields

async function respond(...statuses: number[]): Promise<void> {
  await receiver.close()
  receiver = await startReceiver({ respond: statuses as [number] })
}

describe('the account in the path', () => {
  it('is that of the key, which GET /v1/me/identity tells without a scope', async () => {
    const identity = await data('GET /v1/me/identity', undefined, 200, { account: 'reader' })
    expect(identity).toMatchObject({
      account_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: expect.stringContaining('@'),
      credential: { type: 'api_key', environment: 'TEST', scopes: ['webhooks:read'] },
    })
    expect(await data('GET /v1/me/identity')).toMatchObject({ account_id: ACCOUNT })
    const { headers } = await call('GET /v1/me/identity')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('is refused with 403 where it is another one, or none', async () => {
    const { account_id: other } = await data('GET /v1/me/identity', undefined, 200, { account: 'other' })
    const refused = [403, { code: 'ACCOUNT_NOT_ACCESSIBLE', message: expect.any(String) }]
    for (const id of [other, UNKNOWN]) {
      expect(await refusal(`GET /v1/accounts/${id}/webhooks`)).toEqual(refused)
      expect(await refusal(`GET /v1/accounts/${id}/webhooks/${UNKNOWN}`)).toEqual(refused)
    }
    expect((await refusal('GET /v1/accounts/17/webhooks'))[0]).toBe(400)
  })

  it('hides the subscriptions of other accounts behind 404', async () => {
    const { id } = await create()
    const { account_id: other } = await data('GET /v1/me/identity', undefined, 200, { account: 'other' })
    const [status, error] = await refusal(`GET /v1/accounts/${other}/webhooks/${id}`, undefined, {
      account: 'other',
    })
    expect([status, error]).toEqual([404, { code: 'NOT_FOUND', message: 'Resource not found' }])
  })

  it('needs the scope that stands beside OAuth2', async () => {
    const { account_id: reader } = await data('GET /v1/me/identity', undefined, 200, { account: 'reader' })
    const asReader = { account: 'reader' }
    expect((await call(`GET /v1/accounts/${reader}/webhooks`, undefined, asReader)).status).toBe(200)
    const body = { url: receiver.url, events: ['invoice.issued'] }
    expect(await refusal(`POST /v1/accounts/${reader}/webhooks`, body, asReader)).toEqual([
      403,
      {
        code: 'INSUFFICIENT_SCOPE',
        message: 'Insufficient scope',
        details: { missing_scopes: ['webhooks:write'] },
      },
    ])
  })
})

describe('the flat routes', () => {
  it('do the same, and say when they end', async () => {
    const flat = await call('POST /v1/webhooks', { url: receiver.url, events: ['invoice.issued'] })
    expect([flat.status, flat.headers.get('sunset')]).toEqual([201, 'Wed, 09 Dec 2026 00:00:00 GMT'])
    const id = textAt(flat, '/data/id')
    expect((await data(`GET ${HOOKS}`)).webhooks).toHaveLength(1)
    const routes: readonly (readonly [string, unknown?])[] = [
      ['GET /v1/webhooks'],
      [`GET /v1/webhooks/${id}`],
      [`PATCH /v1/webhooks/${id}`, { active: true }],
      [`GET /v1/webhooks/${id}/deliveries`],
      [`POST /v1/webhooks/${id}/test`],
      [`POST /v1/webhooks/${id}/secret`],
      [`DELETE /v1/webhooks/${id}`],
      [`GET /v1/webhooks/${id}`],
    ]
    for (const [route, body] of routes)
      expect([route, (await call(route, body)).headers.get('sunset')]).toEqual([
        route,
        'Wed, 09 Dec 2026 00:00:00 GMT',
      ])
    expect((await call(`GET ${HOOKS}`)).headers.get('sunset')).toBeNull()
  })
})

describe('a subscription', () => {
  it('is created with its secret and what became of a test delivery', async () => {
    const made = await create()
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      url: receiver.url,
      events: ['invoice.issued'],
      active: true,
      account_relationship: 'own',
      deactivated_at: null,
      last_error: null,
      last_error_cause: null,
      consecutive_failures: 0,
      last_used_at: null,
      created_at: expect.stringMatching(/T\d\d:\d\d:\d\dZ$/),
      secret: expect.stringMatching(/^whsec_[0-9a-f]{64}$/),
      test_delivery: {
        delivery_success: true,
        http_status: 200,
        duration_ms: expect.any(Number),
        error: null,
      },
    })
    expect(receiver.received).toHaveLength(1)
    expect(received(0)).toMatchObject({ type: 'invoice.issued', test: true, livemode: false })
    const { secret: _, test_delivery: __, ...shown } = made
    const read = await data(`GET ${HOOKS}/${made.id}`)
    expect({ ...read, last_used_at: null }).toEqual(shown)
  })

  it('is there and active whatever the test says, also where nothing listens', async () => {
    const url = receiver.url
    await receiver.close()
    const made = await create({ url })
    expect(made).toMatchObject({
      active: true,
      test_delivery: { delivery_success: false, http_status: null, failure_cause: 'connection' },
    })
    receiver = await startReceiver({ respond: [200] })
  })

  it('is made once for an idempotency key, with one test', async () => {
    const headers = { 'Idempotency-Key': 'order-17' }
    const first = await create({}, { headers })
    const again = await call(`POST ${HOOKS}`, { url: receiver.url, events: ['invoice.issued'] }, { headers })
    expect([again.status, again.headers.get('idempotency-replay')]).toEqual([201, 'true'])
    expect((again.body as { data: Json }).data).toEqual(first)
    expect(receiver.received).toHaveLength(1)
    expect(
      (await refusal(`POST ${HOOKS}`, { url: receiver.url, events: ['invoice.voided'] }, { headers }))[1],
    ).toMatchObject({
      code: 'IDEMPOTENCY_KEY_MISMATCH',
    })
  })

  it('is refused as the eleventh active one, on creation and when it is switched on', async () => {
    const { id } = await register()
    const first = (await mock.webhooks()).find((one) => one.id === id)?.providerId
    await data(`PATCH ${HOOKS}/${first}`, { active: false })
    for (let i = 0; i < 10; i++) await register()
    const refused = [
      400,
      {
        code: 'WEBHOOK_ACTIVE_SUBSCRIPTION_LIMIT_REACHED',
        message: 'An account can have at most 10 active webhook subscriptions',
      },
    ]
    expect(await refusal(`POST ${HOOKS}`, { url: receiver.url, events: ['invoice.issued'] })).toEqual(refused)
    expect(await refusal(`PATCH ${HOOKS}/${first}`, { active: true })).toEqual(refused)
  })

  it('tells who switched it off and when, and forgets that when it is switched on', async () => {
    const { id } = await create()
    const off = await data(`PATCH ${HOOKS}/${id}`, { active: false })
    expect(off).toMatchObject({ active: false, deactivated_by: 'owner', deactivated_at: expect.any(String) })
    const on = await data(`PATCH ${HOOKS}/${id}`, { active: true })
    expect(on).toMatchObject({ active: true, deactivated_at: null })
    expect(on).not.toHaveProperty('deactivated_by')
  })

  it('keeps the fields that a change leaves out or sends as null', async () => {
    const { id } = await create({ account_relationship: 'all' })
    const changed = await data(`PATCH ${HOOKS}/${id}`, {
      url: null,
      events: ['invoice.voided'],
      active: null,
      account_relationship: null,
      unknown: 1,
    })
    expect(changed).toMatchObject({
      url: receiver.url,
      events: ['invoice.voided'],
      active: true,
      account_relationship: 'all',
    })
  })

  it('gets every event where it was registered without a field', async () => {
    await register({})
    for (const type of ['invoice.issued', 'account.claimed']) {
      const { event } = await mock.trigger(BEEL, type)
      expect(await mock.delivered(event)).toHaveLength(1)
    }
  })

  it('gets the events of the accounts that it asks for', async () => {
    await register({ account_relationship: 'own' })
    await register({ account_relationship: 'managed' })
    await register({ account_relationship: 'all' })
    const relationships = async (type: string) => {
      const { event } = await mock.trigger(BEEL, type)
      const sent = await mock.delivered(event)
      const webhooks = await mock.webhooks()
      const all = sent.map(
        ({ webhook }) => webhooks.find(({ id }) => id === webhook.id)?.fields.account_relationship,
      )
      return all.map((one) => one ?? 'own').sort()
    }
    expect(await relationships('invoice.issued')).toEqual(['all', 'own'])
    expect(await relationships('account.claimed')).toEqual(['all', 'managed'])
  })
})

describe('a test', () => {
  it('answers 200 with what the endpoint did, is signed, and is neither tried again nor logged', async () => {
    await respond(503)
    const { id, secret } = await create()
    expect(await data(`POST ${HOOKS}/${id}/test`)).toEqual({
      delivery_success: false,
      http_status: 503,
      duration_ms: expect.any(Number),
      error: 'HTTP 503',
      failure_cause: 'http_server_error',
    })
    await mock.clock.advance('2d')
    expect(receiver.received).toHaveLength(2)
    const [, test] = receiver.received
    expect(headerOf(test?.headers ?? [], 'User-Agent')).toBe('BeeL-Webhooks/1.0')
    const signature = headerOf(test?.headers ?? [], 'BeeL-Signature') ?? ''
    const [, t = '', v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
    expect(v1).toBe(createHmac('sha256', String(secret)).update(`${t}.${test?.body}`).digest('hex'))
    expect(await data(`GET ${HOOKS}/${id}/deliveries`)).toMatchObject({
      deliveries: [],
      pagination: { total_items: 0 },
    })
  })

  it.each([
    [404, 'http_client_error'],
    [500, 'http_server_error'],
    [302, 'unknown'],
  ])('that is answered %d has the cause %s', async (status, cause) => {
    await respond(status)
    const { id } = await create()
    expect(await data(`POST ${HOOKS}/${id}/test`)).toMatchObject({
      http_status: status,
      failure_cause: cause,
    })
  })

  it('that is not answered in time says so in the published words, as the subscription and the log do', async () => {
    const silent = await startReceiver({ respond: ['timeout'] })
    await using own = await startMock({
      providers: [BEEL],
      clock: { kind: 'virtual' },
      attemptTimeoutMs: 20,
    })
    const { providerId } = await own.register(BEEL, { url: silent.url, fields: { events: EVENTS } })
    const ask = async (route: string) => (await callApi(own, BEEL, route)).body
    const subscription = `${HOOKS}/${providerId}`
    const text = 'Connection timeout'
    const tested = await ask(`POST ${subscription}/test`)
    expect(tested).toMatchObject({ data: { error: text, failure_cause: 'timeout' } })
    await own.trigger(BEEL, 'invoice.issued')
    await own.clock.advance('4d')
    const read = await ask(`GET ${subscription}`)
    expect(read).toMatchObject({ data: { last_error: text, last_error_cause: 'timeout' } })
    const failed = { error_message: text, http_status: null }
    const log = await ask(`GET ${subscription}/deliveries`)
    expect(log).toMatchObject({ data: { deliveries: Array(3).fill(failed) } })
    await silent.close()
  })

  it('has no cause where it succeeds', async () => {
    const { id } = await create()
    expect(await data(`POST ${HOOKS}/${id}/test`)).not.toHaveProperty('failure_cause')
  })
})

describe('the delivery log', () => {
  it('is paged, newest first, and filtered by event type and event id', async () => {
    await respond(500, 200)
    const { providerId: id } = await register()
    const issued = await mock.trigger(BEEL, 'invoice.issued')
    await mock.clock.advance('1m')
    await mock.trigger(BEEL, 'invoice.voided')
    await mock.settle()
    const log = (query = '') => data(`GET ${HOOKS}/${id}/deliveries${query}`)
    const types = async (query?: string) =>
      ((await log(query)).deliveries as Fields[]).map((one) => [one.event_type, one.attempt_number])
    expect(await types()).toEqual([
      ['invoice.voided', 1],
      ['invoice.issued', 2],
      ['invoice.issued', 1],
    ])
    expect((await log('?page=2&limit=2')).pagination).toEqual({
      current_page: 2,
      total_pages: 2,
      total_items: 3,
      items_per_page: 2,
      has_next: false,
      has_previous: true,
    })
    expect(await types('?page=2&limit=2')).toEqual([['invoice.issued', 1]])
    expect(await types('?event_type=invoice.voided')).toEqual([['invoice.voided', 1]])
    expect(await types(`?event_id=${issued.event.providerId}&limit=1`)).toEqual([['invoice.issued', 2]])
    expect((await log(`?event_id=${issued.event.providerId}&limit=1`)).pagination).toMatchObject({
      total_items: 2,
    })
    expect(await types(`?event_id=${UNKNOWN}`)).toEqual([])
  })

  it('counts on where a delivery is sent again by hand', async () => {
    const { providerId: id } = await register()
    const { event } = await mock.trigger(BEEL, 'invoice.issued')
    await mock.delivered(event)
    const [entry] = (await data(`GET ${HOOKS}/${id}/deliveries`)).deliveries as Fields[]
    const again = await data(`POST ${HOOKS}/${id}/deliveries/${entry?.id}/retry`)
    expect(again).toMatchObject({ webhook_event_id: event.providerId, attempt_number: 2, success: true })
    expect(again.payload).toBe(entry?.payload)
    expect((await refusal(`POST ${HOOKS}/${id}/deliveries/${UNKNOWN}/retry`))[0]).toBe(404)
  })
})

describe('retries', () => {
  const attempts = async (account?: string) => {
    await mock.register(BEEL, { url: receiver.url, ...(account !== undefined && { account }) })
    await mock.trigger(BEEL, 'invoice.issued', undefined, account === undefined ? {} : { account })
    await mock.clock.advance('4d')
    const times = receiver.received.map(({ at }) => at)
    return times.length
  }

  it('in the sandbox are the first three attempts only', async () => {
    await respond(500)
    expect(await attempts()).toBe(3)
  })

  it('in production are seven attempts over some three days', async () => {
    await respond(500)
    expect(await attempts('live')).toBe(7)
    const [delivery] = await mock.deliveries({ account: 'live' })
    const minutes = delivery?.attempts.map(({ sentAt }) =>
      Math.round((Date.parse(sentAt) - Date.parse(delivery.createdAt)) / 60_000),
    )
    expect(minutes?.toSorted((a, b) => a - b)).toEqual([0, 1, 11, 71, 431, 1871, 4031])
  })

  it.each([
    [408, 3],
    [429, 3],
    [500, 3],
    [400, 1],
    [301, 1],
  ])('answer %d leads to %d attempts', async (status, count) => {
    await respond(status)
    expect(await attempts()).toBe(count)
  })
})

describe('BeeL switches a subscription off', () => {
  const fail = async () => {
    await mock.trigger(BEEL, 'invoice.issued')
    await mock.clock.advance('2h')
  }

  it('after 25 failed deliveries in a row over 48 hours, and on again only after a test', async () => {
    await respond(500)
    const { providerId: id } = await register()
    for (let i = 0; i < 24; i++) await fail()
    const failing = await data(`GET ${HOOKS}/${id}`)
    expect(failing).toMatchObject({
      active: true,
      consecutive_failures: 24,
      last_error: 'HTTP 500',
      last_error_cause: 'http_server_error',
    })
    expect(failing).not.toHaveProperty('deactivated_by')
    await mock.clock.advance('1h')
    await fail()
    const off = await data(`GET ${HOOKS}/${id}`)
    expect(off).toMatchObject({ active: false, deactivated_by: 'beel', consecutive_failures: 25 })
    expect(off.deactivated_at).toEqual(expect.stringMatching(/T\d\d:\d\d:\d\dZ$/))

    const untested = [
      422,
      { code: 'VALIDATION_ERROR', message: 'Validation error', details: { active: expect.any(String) } },
    ]
    expect(await refusal(`PATCH ${HOOKS}/${id}`, { active: true })).toEqual(untested)
    expect(await data(`POST ${HOOKS}/${id}/test`)).toMatchObject({ delivery_success: false })
    expect(await refusal(`PATCH ${HOOKS}/${id}`, { active: true })).toEqual(untested)
    const url = receiver.url
    await respond(200)
    await data(`PATCH ${HOOKS}/${id}`, { url: receiver.url })
    expect(url).not.toBe(receiver.url)
    expect(await data(`POST ${HOOKS}/${id}/test`)).toMatchObject({ delivery_success: true })
    expect(await data(`PATCH ${HOOKS}/${id}`, { active: true })).toMatchObject({
      active: true,
      consecutive_failures: 0,
      last_error: null,
      last_error_cause: null,
    })
  })

  it('not where one of them succeeded', async () => {
    await respond(...Array.from({ length: 36 }, () => 500), 200, 500)
    const { providerId: id } = await register()
    for (let i = 0; i < 30; i++) await fail()
    expect(await data(`GET ${HOOKS}/${id}`)).toMatchObject({ active: true, consecutive_failures: 17 })
  })
})

describe('an event', () => {
  it.each(EVENTS)('%s carries the late envelope and the five headers', async (type) => {
    await register({ account_relationship: 'all' })
    const { event } = await mock.trigger(BEEL, type)
    await mock.delivered(event)
    expect(Object.keys(received(0))).toEqual([
      'id',
      'type',
      'created_at',
      'api_version',
      'livemode',
      'company_id',
      'nif',
      'account_id',
      'account_external_ref',
      'account_relationship',
      'data',
    ])
    const headers = receiver.received[0]?.headers ?? []
    expect(headerOf(headers, 'BeeL-Event')).toBe(type)
    expect(headerOf(headers, 'BeeL-Event-Id')).toBe(received(0).id)
    expect(headerOf(headers, 'Idempotency-Key')).toBe(received(0).id)
    expect(headerOf(headers, 'BeeL-Delivery-Id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('says which account it is of, and whether that is in production', async () => {
    await register()
    await mock.register(BEEL, { url: receiver.url, account: 'live' })
    await mock.trigger(BEEL, 'invoice.issued')
    await mock.settle()
    expect(received(0)).toMatchObject({ account_id: ACCOUNT, account_relationship: 'own', livemode: false })
    await mock.trigger(BEEL, 'invoice.issued', undefined, { account: 'live' })
    await mock.settle()
    expect(received(1)).toMatchObject({ account_id: ACCOUNT, livemode: true })
    const identity = await data('GET /v1/me/identity', undefined, 200, { account: 'live' })
    expect(identity).toMatchObject({ credential: { environment: 'PROD' } })
  })
})

describe('a refusal', () => {
  it('has the fields of RFC 9457 beside the envelope', async () => {
    const answer = await call(`GET ${HOOKS}/${UNKNOWN}`)
    expect(answer.body).toEqual({
      success: false,
      error: { code: 'NOT_FOUND', message: 'Resource not found' },
      meta: { timestamp: expect.any(String), request_id: expect.any(String) },
      type: 'https://docs.beel.es/errors/NOT_FOUND',
      title: 'NOT_FOUND',
      detail: 'Resource not found',
      instance: `${HOOKS}/${UNKNOWN}`,
    })
  })

  it.each([
    [
      'an unknown query parameter',
      `GET ${HOOKS}?per_page=5`,
      400,
      'VALIDATION_ERROR',
      { field: 'per_page', invalid_value: '5' },
    ],
    [
      'the same on a flat route',
      'GET /v1/webhooks?per_page=5',
      400,
      'VALIDATION_ERROR',
      { field: 'per_page', invalid_value: '5' },
    ],
    [
      'a page that is no number',
      `GET ${HOOKS}?page=x`,
      400,
      'VALIDATION_ERROR',
      { field: 'page', invalid_value: 'x' },
    ],
    ['a limit out of range', `GET ${HOOKS}?limit=101`, 422, 'VALIDATION_ERROR', { limit: 'must be <= 100' }],
    [
      'an id that is no uuid',
      `GET ${HOOKS}/17`,
      400,
      'VALIDATION_ERROR',
      { field: 'webhook_id', invalid_value: '17', expected_format: 'UUID' },
    ],
    [
      'an event id that is no uuid',
      `GET ${HOOKS}/${UNKNOWN}/deliveries?event_id=1`,
      400,
      'VALIDATION_ERROR',
      { field: 'event_id', invalid_value: '1' },
    ],
    ['an unknown route', 'GET /v1/webhook', 404, 'NOT_FOUND', undefined],
    ['a wrong method', `PUT ${HOOKS}`, 405, 'METHOD_NOT_ALLOWED', undefined],
  ])('answers %s', async (_, route, status, code, details) => {
    const [answered, error] = await refusal(route)
    expect([answered, error]).toEqual([
      status,
      { code, message: expect.any(String), ...(details !== undefined && { details }) },
    ])
  })

  it.each([
    ['http', { url: 'http://hooks.example.com/in' }, 422, { url: 'Must be an HTTPS URL' }],
    ['no URL', { url: undefined }, 422, { url: 'Field is required' }],
    ['no event', { events: [] }, 422, { events: 'Must not be empty' }],
  ])('answers a subscription with %s', async (_, fields, status, details) => {
    const body = { url: receiver.url, events: ['invoice.issued'], ...fields }
    expect(await refusal(`POST ${HOOKS}`, body)).toEqual([
      status,
      { code: 'VALIDATION_ERROR', message: 'Validation error', details },
    ])
  })

  it('names the events that there are where one is not known', async () => {
    const body = { url: receiver.url, events: ['invoice.emitted'] }
    expect(await refusal(`POST ${HOOKS}`, body)).toEqual([
      422,
      {
        code: 'VALIDATION_ERROR',
        message: 'Validation error',
        details: { field: 'events', invalid_value: 'invoice.emitted', allowed_values: EVENTS },
      },
    ])
  })

  it('of a body over 2 MB is 413, and the limits of the rate are told with 429 only', async () => {
    const raw = JSON.stringify({
      url: receiver.url,
      events: ['invoice.issued'],
      note: 'x'.repeat(2 * 1024 * 1024),
    })
    expect((await refusal(`POST ${HOOKS}`, undefined, { raw }))[1]).toMatchObject({
      code: 'REQUEST_BODY_TOO_LARGE',
    })
    const fault = mock.use({ plane: 'api', do: 429 })
    const limited = await call(`GET ${HOOKS}`)
    fault.remove()
    expect([limited.status, (limited.body as { error: Fields }).error.code]).toEqual([
      429,
      'RATE_LIMIT_EXCEEDED',
    ])
    expect(limited.headers.has('sunset')).toBe(false)
    const names = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after']
    expect(names.filter((name) => limited.headers.has(name))).toEqual(names)
    const { headers } = await call(`GET ${HOOKS}`)
    expect(names.filter((name) => headers.has(name))).toEqual([])
  })
})

describe("BeeL's own client", () => {
  /** As its trigger node calls: an idempotency key on every POST, and JSON on every request that has a body. */
  const client = (apiKey: Readonly<Record<string, string>>) => {
    let account: string | undefined
    const request = async (method: string, path: string, body?: unknown): Promise<Fields> => {
      if (path.includes('{account_id}')) {
        account ??= String(((await request('GET', '/v1/me/identity')).data as Fields).account_id)
        path = path.replace('{account_id}', encodeURIComponent(account))
      }
      const response = await fetch(`${mock.url(BEEL)}${path}`, {
        method,
        headers: {
          ...apiKey,
          Accept: 'application/json',
          'Content-Type': 'application/json',
          ...(method === 'POST' && { 'Idempotency-Key': crypto.randomUUID() }),
        },
        ...(['POST', 'PATCH'].includes(method) && { body: JSON.stringify(body ?? {}) }),
      })
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
      return response.status === 204 ? {} : ((await response.json()) as Fields)
    }
    return request
  }
  const PATH = '/v1/accounts/{account_id}/webhooks'

  /** What the node makes of a delivery: the event, or why it is refused. */
  function verified(secret: string, tolerance: number): Json {
    const { headers = [], body = Buffer.alloc(0) } = receiver.received.at(-1) ?? {}
    const parts = (headerOf(headers, 'beel-signature') ?? '').split(',').map((part) => part.split('='))
    const { t = '', v1 = '' } = Object.fromEntries(parts) as Readonly<Record<string, string>>
    if (Math.abs(Date.now() / 1000 - Number(t)) > tolerance) return 'too old'
    const expected = createHmac('sha256', secret)
      .update(`${t}.${body.toString('utf8')}`, 'utf8')
      .digest('hex')
    const same = v1.length === expected.length && timingSafeEqual(Buffer.from(v1), Buffer.from(expected))
    return same ? (JSON.parse(body.toString('utf8')) as Json) : 'not signed by BeeL'
  }

  it('finds, registers, verifies, brings back in line and deletes its subscription', async () => {
    const request = client(await mock.credentials(BEEL))
    // It is activated: nothing is stored, so it creates.
    const made = (await request('POST', PATH, { url: receiver.url, events: ['invoice.issued'] }))
      .data as Fields
    const { id, secret } = made as { id: string; secret: string }
    expect(verified(secret, 300)).toMatchObject({ test: true })

    // A delivery comes.
    const { event } = await mock.trigger(BEEL, 'invoice.issued', { data: { invoice_number: 'A-1' } })
    await mock.delivered(event)
    expect(verified(secret, 300)).toMatchObject({ id: event.providerId, data: { invoice_number: 'A-1' } })
    expect(verified('whsec_other', 300)).toBe('not signed by BeeL')

    // It looks whether its subscription is still there and as it should be.
    const list = (await request('GET', PATH)).data as { webhooks: Fields[] }
    const found = list.webhooks.find((one) => one.id === id)
    expect(found).toMatchObject({ url: receiver.url, events: ['invoice.issued'], active: true })

    // Other events were chosen: it changes the subscription and keeps the secret.
    const events = ['invoice.issued', 'invoice.voided']
    await request('PATCH', `${PATH}/${id}`, { url: receiver.url, events, active: true })
    const voided = await mock.trigger(BEEL, 'invoice.voided')
    await mock.delivered(voided.event)
    expect(verified(secret, 300)).toMatchObject({ type: 'invoice.voided' })

    // It is deactivated, twice: the second time the subscription is gone, which it reports and passes over.
    expect(await request('DELETE', `${PATH}/${id}`)).toEqual({})
    await expect(request('DELETE', `${PATH}/${id}`)).rejects.toThrow('404')
    expect(((await request('GET', PATH)).data as { webhooks: Fields[] }).webhooks).toEqual([])
  })

  it('registers with a live key, too', async () => {
    const request = client(await mock.credentials(BEEL, 'live'))
    const made = (await request('POST', PATH, { url: receiver.url, events: ['invoice.issued'] }))
      .data as Fields
    const { event } = await mock.trigger(BEEL, 'invoice.issued', undefined, { account: 'live' })
    await mock.delivered(event)
    expect(verified(String(made.secret), 300)).toMatchObject({ livemode: true })
  })
})

it('sends a raw event whose id is none of its ids, and breaks no contract by the headers that repeat it', async () => {
  await register({})
  const { event } = await mock.trigger(BEEL, 'invoice.issued', { id: 'http://' }, { raw: true })
  expect(await mock.delivered(event)).toHaveLength(1)
  expect(mock.violations({ by: 'mock' })).toEqual([])
})
