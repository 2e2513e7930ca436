import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import type { Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { type ApiOptions, callApi, textAt } from '../support/api-call.ts'

// What BeeL's pages of spring 2026 and its OpenAPI document say beside its page on creating a subscription.

const EVENTS = ['invoice.emitted', 'invoice.email.sent', 'invoice.cancelled', 'verifactu.status.updated']
const SECONDS = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)

let mock: Mock
let receiver: Receiver
beforeAll(async () => {
  mock = await startMock({ providers: ['beel'], clock: { kind: 'virtual' } })
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

type Fields = Readonly<Record<string, Json>>

const call = (route: string, body?: unknown, options?: ApiOptions) =>
  callApi(mock, 'beel', route, body, options)

async function data<T = Fields>(route: string, body?: unknown, status = 200): Promise<T> {
  const answer = await call(route, body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(status)
  return (answer.body as { data: T }).data
}

const create = (events: readonly string[] = EVENTS) =>
  data('POST /v1/webhooks', { url: receiver.url, events }, 201)

describe('OAuth2', () => {
  /** The second step of the flow, as RFC 6749 writes it: a form. */
  const token = async (fields: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams({ grant_type: 'authorization_code', ...fields })
    const response = await fetch(`${mock.url('beel')}/oauth2/token`, { method: 'POST', body })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Fields }
  }

  it('gives a token for a code, which calls as the key of the account does', async () => {
    const { status, headers, body } = await token(await mock.login('beel'))
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^beel_at_\w{40}$/),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'webhooks:read webhooks:write',
      },
    ])
    expect(headers.get('cache-control')).toBe('no-store')
    const { id } = await create()
    const credentials = { Authorization: `Bearer ${body.access_token}` }
    expect((await call(`GET /v1/webhooks/${id}`, undefined, { credentials })).status).toBe(200)
    await mock.clock.advance('1h')
    expect((await call(`GET /v1/webhooks/${id}`, undefined, { credentials })).status).toBe(401)
  })

  it.each([
    ['an unknown code', { client_id: 'beel_client_hookproof', code: 'x' }, 'invalid_grant'],
    ['no code', { client_id: 'beel_client_hookproof' }, 'invalid_request'],
    ['another grant', { grant_type: 'password', client_id: 'a', code: 'b' }, 'unsupported_grant_type'],
  ])('refuses %s as RFC 6749 has it', async (_, fields, error) => {
    const { status, body } = await token(fields as Readonly<Record<string, string>>)
    expect([status, body]).toEqual([400, { error, error_description: expect.any(String) }])
  })
})

describe('a subscription', () => {
  it('has its times in seconds, and the last success as the time of its last use', async () => {
    const made = await create()
    expect(made).toMatchObject({ created_at: SECONDS, last_used_at: null })
    const { event } = await mock.trigger('beel', 'invoice.emitted')
    await mock.delivered(event)
    expect(await data(`GET /v1/webhooks/${made.id}`)).toMatchObject({ last_used_at: SECONDS })
  })

  it.each([
    [429, 'RATE_LIMIT_EXCEEDED', 'Too many requests. Please try again in 60 seconds.'],
    [404, 'NOT_FOUND', 'Resource not found'],
  ])('is refused with %d in the published words', async (status, code, message) => {
    const { id } = await create()
    const fault = status === 429 ? mock.use({ plane: 'api', do: status }) : undefined
    const path = fault === undefined ? '00000000-0000-4000-8000-000000000000' : id
    const answer = await callApi(mock, 'beel', `GET /v1/webhooks/${path}`)
    fault?.remove()
    expect([answer.status, answer.body]).toMatchObject([status, { error: { code, message } }])
  })

  it('is listed in pages, counted from 1, wrapped in `webhooks`', async () => {
    for (let i = 0; i < 3; i++) await create()
    const page = await data<{ webhooks: Fields[]; pagination: Fields }>('GET /v1/webhooks?page=2&limit=2')
    expect(page.webhooks).toHaveLength(1)
    expect(page.pagination).toEqual({
      current_page: 2,
      total_pages: 2,
      total_items: 3,
      items_per_page: 2,
      has_next: false,
      has_previous: true,
    })
    expect((await call('GET /v1/webhooks?limit=101')).status).toBe(400)
  })

  it('changes what is sent, shows no secret, and is gone once it is deleted', async () => {
    const { id } = await create()
    const changed = await data(`PATCH /v1/webhooks/${id}`, { active: false })
    expect(changed).toMatchObject({ active: false, events: EVENTS, url: receiver.url })
    expect(changed).not.toHaveProperty('secret')
    const gone = await call(`DELETE /v1/webhooks/${id}`)
    expect([gone.status, gone.body]).toEqual([204, undefined])
    expect((await call(`GET /v1/webhooks/${id}`)).status).toBe(404)
  })

  it('gets a new secret by POST, and the old one stops at once', async () => {
    const made = await create()
    const { secret } = await data(`POST /v1/webhooks/${made.id}/secret`)
    expect(secret).toMatch(/^whsec_[0-9a-f]{64}$/)
    expect(secret).not.toBe(made.secret)
    const { event } = await mock.trigger('beel', 'invoice.emitted')
    await mock.delivered(event)
    const { headers = [], body } = receiver.received[0] ?? {}
    const [, t, v1] = /^t=(\d+),v1=(\w+)$/.exec(headerOf(headers, 'BeeL-Signature') ?? '') ?? []
    expect(v1).toBe(createHmac('sha256', String(secret)).update(`${t}.${body}`).digest('hex'))
  })
})

describe('a delivery', () => {
  it.each(EVENTS)('of %s has the early envelope and the five headers', async (type) => {
    await create()
    const { event } = await mock.trigger('beel', type)
    await mock.delivered(event)
    const { headers = [], body } = receiver.received[0] ?? {}
    const sent = JSON.parse(String(body)) as Fields
    expect(Object.keys(sent)).toEqual(['id', 'type', 'created_at', 'api_version', 'livemode', 'data'])
    expect(sent).toMatchObject({ id: event.providerId, type, api_version: '2025-01', livemode: false })
    expect(sent.created_at).toMatch(/\.\d{3}Z$/)
    expect(headerOf(headers, 'Content-Type')).toBe('application/json')
    expect(headerOf(headers, 'BeeL-Event')).toBe(type)
    expect(headerOf(headers, 'BeeL-Event-Id')).toBe(event.providerId)
    expect(headerOf(headers, 'Idempotency-Key')).toBe(event.providerId)
    const log = await data<Fields[]>(`GET /v1/webhooks/${(await mock.webhooks())[0]?.providerId}/deliveries`)
    expect(log[0]?.id).toBe(headerOf(headers, 'BeeL-Delivery-Id'))
  })

  it.each([
    [503, [0, 5, 15, 35, 75]],
    [404, [0]],
    [429, [0]],
  ])('that is answered %d is tried at the seconds %j', async (status, seconds) => {
    await receiver.close()
    receiver = await startReceiver({ respond: [status] })
    await create()
    await mock.trigger('beel', 'invoice.emitted')
    await mock.clock.advance('7h')
    const [delivery] = await mock.deliveries()
    const times = (delivery?.attempts ?? []).map(
      ({ sentAt }) => Date.parse(sentAt) - Date.parse(delivery?.createdAt ?? ''),
    )
    expect(times.toSorted((a, b) => a - b).map((ms) => Math.round(ms / 1000))).toEqual(seconds)
  })

  it('is signed anew at each attempt, with its own id and the id of its event', async () => {
    await receiver.close()
    receiver = await startReceiver({ respond: [503, 200] })
    await create()
    await mock.trigger('beel', 'invoice.emitted')
    await mock.clock.advance('5s')
    const lines = (name: string) => receiver.received.map(({ headers }) => headerOf(headers, name))
    expect(new Set(lines('BeeL-Delivery-Id')).size).toBe(2)
    expect(new Set(lines('BeeL-Event-Id')).size).toBe(1)
  })
})

describe('the delivery log', () => {
  it('is a bare array of the last 50 attempts, with the payload as text', async () => {
    const { id } = await create()
    for (let i = 0; i < 51; i++) await mock.trigger('beel', 'invoice.emitted')
    await mock.settle()
    const log = await data<Fields[]>(`GET /v1/webhooks/${id}/deliveries`)
    expect(log).toHaveLength(50)
    expect(log[0]).toEqual({
      id: expect.any(String),
      subscription_id: id,
      webhook_event_id: expect.any(String),
      event_type: 'invoice.emitted',
      attempt_number: 1,
      http_status: 200,
      response_body: expect.any(String),
      duration_ms: expect.any(Number),
      success: true,
      error_message: null,
      payload: expect.stringContaining('"type":"invoice.emitted"'),
      request_headers: expect.objectContaining({ 'BeeL-Event': 'invoice.emitted' }),
      delivered_at: expect.any(String),
    })
  })

  it('goes on counting where a delivery is sent again by hand', async () => {
    const { id } = await create()
    const { event } = await mock.trigger('beel', 'invoice.emitted')
    await mock.delivered(event)
    const [entry] = await data<Fields[]>(`GET /v1/webhooks/${id}/deliveries`)
    const again = await data(`POST /v1/webhooks/${id}/deliveries/${entry?.id}/retry`)
    expect(again).toMatchObject({ attempt_number: 2, webhook_event_id: event.providerId, success: true })
  })
})

describe('an idempotency key', () => {
  const headers = { 'Idempotency-Key': 'order-17' }
  const post = (events: readonly string[]) =>
    call('POST /v1/webhooks', { url: receiver.url, events }, { headers })

  it('makes a request safe to repeat for 24 hours', async () => {
    const first = await post(EVENTS)
    const again = await post(EVENTS)
    expect([again.status, again.headers.get('idempotency-replay')]).toEqual([201, 'true'])
    expect(textAt(again, '/data/id')).toBe(textAt(first, '/data/id'))
    expect(textAt(await post(['invoice.emitted']), '/error/code')).toBe('IDEMPOTENCY_KEY_MISMATCH')
    await mock.clock.advance('24h')
    expect(textAt(await post(EVENTS), '/data/id')).not.toBe(textAt(first, '/data/id'))
  })

  it('keeps no refusal, and has at most 255 letters, digits, - and _', async () => {
    expect((await post(['no.such.event'])).status).toBe(422)
    expect((await post(EVENTS)).status).toBe(201)
    for (const key of ['a b', 'k'.repeat(256)]) {
      const wrong = await call(
        'POST /v1/webhooks',
        { url: receiver.url, events: EVENTS },
        { headers: { 'Idempotency-Key': key } },
      )
      expect([wrong.status, textAt(wrong, '/error/code')]).toEqual([400, 'INVALID_IDEMPOTENCY_KEY'])
    }
  })
})
