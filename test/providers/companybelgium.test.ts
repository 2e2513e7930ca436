import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import type { Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { type ApiOptions, callApi } from '../support/api-call.ts'

// Each sentence of CompanyBelgium's API page and webhooks guide, and what was assumed beside them.

const SAMPLE = {
  name: 'Prod listener',
  url: 'https://example.be/hooks/bce',
  entityNumbers: ['0403.170.701'],
}

let mock: Mock
let receiver: Receiver
beforeAll(async () => {
  mock = await startMock({ providers: ['companybelgium'], clock: { kind: 'virtual' } })
})
afterAll(() => mock.close(0))
beforeEach(async () => {
  receiver = await startReceiver({ respond: [200] })
})
afterEach(async () => {
  expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
  await mock.reset()
  await receiver.close()
})

const call = (route: string, body?: unknown, options?: ApiOptions) =>
  callApi(mock, 'companybelgium', route, body, options)

/** `data` of a success in the standard envelope. */
async function data<T = Json>(
  route: string,
  body?: unknown,
  { status = 200, ...options }: ApiOptions & { status?: number } = {},
): Promise<T> {
  const answer = await call(route, body, options)
  expect(answer.status, JSON.stringify(answer.body)).toBe(status)
  const { data: found, ...envelope } = answer.body as Record<string, Json>
  expect(envelope).toEqual({
    success: true,
    error: null,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    meta: null,
  })
  expect(Object.keys(answer.body as object)).toEqual(['success', 'data', 'error', 'timestamp', 'meta'])
  return found as T
}

interface Created {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly hmacSecret: string
  readonly disabled: boolean
}

const create = (fields: object = {}, options: ApiOptions = {}) =>
  data<Created>('POST /webhook', { ...SAMPLE, ...fields }, { status: 201, ...options })

const trigger = (payload?: Json) => mock.trigger('companybelgium', 'enterprise.updated', payload)

interface LogEntry {
  readonly eventId: string
  readonly status: string
  readonly responseCode: number | null
  readonly at: string
}

const log = (id: string) => data<LogEntry[]>(`GET /webhook/${id}/events`)

const received = (at = 0) => JSON.parse(receiver.received[at]?.body.toString() ?? 'null')

describe('the webhooks API', () => {
  it('exigent une authentification: both headers are needed, and belong together', async () => {
    const both = await mock.credentials('companybelgium')
    for (const credentials of [
      {},
      { 'X-API-Key': both['X-API-Key'] ?? '' },
      { 'X-API-Secret': both['X-API-Secret'] ?? '' },
      { ...both, 'X-API-Secret': 'other_secret' },
    ]) {
      const { status, body } = await call('GET /webhooks', undefined, { credentials })
      expect([status, body]).toMatchObject([401, { success: false, data: null }])
    }
  })

  it('stands at /api/v2', () => expect(new URL(mock.url('companybelgium')).pathname).toMatch(/\/api\/v2$/))

  it('lists every webhook registered for the authenticated company, and takes no parameter', async () => {
    const first = await create()
    const second = await create({ name: 'Second' })
    await create({}, { account: 'other' })
    const listed = [first, second].map(({ hmacSecret: _, ...webhook }) => webhook)
    expect(await data('GET /webhooks')).toEqual(listed)
    expect(await data('GET /webhooks?page=2&size=1')).toEqual(listed)
  })

  it('returns the HMAC signing secret only once, in the answer to its creation', async () => {
    const { id, ...created } = await create()
    expect(created).toEqual({
      name: 'Prod listener',
      url: 'https://example.be/hooks/bce',
      hmacSecret: expect.stringMatching(/^whsec_/),
      disabled: false,
    })
    expect(id).toMatch(/^wh_[0-9a-z]+$/)
    const answers = [
      await call('GET /webhooks'),
      await call(`GET /webhook/${id}`),
      await call(`PUT /webhook/${id}`, { name: 'x' }),
      await call(`POST /webhook/${id}/trigger`),
      await call(`GET /webhook/${id}/events`),
      await call(`GET /webhook/${id}/subscriptions`),
    ]
    for (const { body } of answers) expect(JSON.stringify(body)).not.toContain(created.hmacSecret)
  })

  it('retrieves a single webhook by id', async () => {
    const { hmacSecret: _, ...webhook } = await create()
    expect(await data(`GET /webhook/${webhook.id}`)).toEqual(webhook)
  })

  it('updates name, url or disabled flag, and answers {id, name, disabled} as published', async () => {
    const { id } = await create()
    expect(await data(`PUT /webhook/${id}`, { name: 'Prod listener (paused)', disabled: true })).toEqual({
      id,
      name: 'Prod listener (paused)',
      disabled: true,
    })
    expect(await data(`PUT /webhook/${id}`, { url: 'https://example.be/b' })).toEqual({
      id,
      name: 'Prod listener (paused)',
      disabled: true,
    })
    expect(await data(`GET /webhook/${id}`)).toMatchObject({ url: 'https://example.be/b' })
  })

  it('deletes the webhook and cascades its subscriptions and delivery events', async () => {
    const { id } = await create({ url: receiver.url })
    await trigger()
    await mock.settle()
    expect(await log(id)).toHaveLength(1)
    expect(await data(`DELETE /webhook/${id}`)).toEqual({ deleted: true })
    for (const below of ['', '/events', '/subscriptions'])
      expect(await call(`GET /webhook/${id}${below}`)).toMatchObject({
        status: 404,
        body: { success: false, data: null, error: 'Webhook not found', meta: null },
      })
    expect((await trigger()).deliveries).toEqual([])
  })

  it('generates a new HMAC secret, returned only once, and the old one stops being valid immediately', async () => {
    const { id, hmacSecret } = await create({ url: receiver.url })
    const rotated = await data<{ id: string; hmacSecret: string }>(`PATCH /webhook/${id}/hmac-secret`)
    expect(rotated).toEqual({ id, hmacSecret: expect.stringMatching(/^whsec_/) })
    expect(rotated.hmacSecret).not.toBe(hmacSecret)
    await trigger()
    await mock.settle()
    expect(isSignedBy(rotated.hmacSecret)).toBe(true)
    expect(isSignedBy(hmacSecret)).toBe(false)
    expect(JSON.stringify(await data(`GET /webhook/${id}`))).not.toContain(rotated.hmacSecret)
  })

  it('sends a test delivery whose id begins with evt_test_, in the answer, the body and the log', async () => {
    const { id, hmacSecret } = await create({ url: receiver.url, entityNumbers: [] })
    const answer = await data<{ delivered: boolean; eventId: string }>(`POST /webhook/${id}/trigger`)
    expect(answer).toEqual({ delivered: true, eventId: expect.stringMatching(/^evt_test_[0-9a-z]{16}$/) })
    expect(received().eventId).toBe(answer.eventId)
    expect(isSignedBy(hmacSecret)).toBe(true)
    expect(await log(id)).toMatchObject([{ eventId: answer.eventId, status: 'delivered' }])
  })

  it('gives the same id to a test event that is triggered by hand, and no other event', async () => {
    const test = await mock.trigger('companybelgium', 'webhook.test')
    expect(test.event.providerId).toMatch(/^evt_test_/)
    expect((await trigger()).event.providerId).toMatch(/^evt_(?!test_)/)
    expect((await mock.trigger('companybelgium', 'webhook.test', undefined, { id: 'mine' })).event).toEqual(
      expect.objectContaining({ providerId: 'mine' }),
    )
  })

  it('lists the entity numbers that the webhook is subscribed to', async () => {
    const { id } = await create({ entityNumbers: ['0403.170.701', '0738.916.702'] })
    expect(await data(`GET /webhook/${id}/subscriptions`)).toEqual(['0403.170.701', '0738.916.702'])
  })

  it('subscribes the webhook to one or more enterprise or establishment numbers', async () => {
    const { id } = await create()
    const add = (...entityNumbers: string[]) => data(`POST /webhook/${id}/subscriptions`, { entityNumbers })
    expect(await add('0738.916.702')).toEqual({ added: 1 })
    expect(await add('2.123.456.789', '0999.999.999')).toEqual({ added: 2 })
    expect(await add('0738.916.702')).toEqual({ added: 0 })
  })

  it('takes enterprise and establishment numbers without their dots, and keeps them with dots', async () => {
    const { id } = await create({ url: receiver.url, entityNumbers: ['0403170701', '2123456789'] })
    const route = `/webhook/${id}/subscriptions`
    expect(await data(`GET ${route}`)).toEqual(['0403.170.701', '2.123.456.789'])
    expect(await data(`POST ${route}`, { entityNumbers: ['2123456789', '8999999999'] })).toEqual({ added: 1 })
    expect((await trigger({ entityNumber: '2.123.456.789' })).deliveries).toHaveLength(1)
    expect(await data(`DELETE ${route}`, { entityNumbers: ['2123456789'] })).toEqual({ removed: 1 })
    expect(await data(`GET ${route}`)).toEqual(['0403.170.701', '8.999.999.999'])
    for (const wrong of ['9123456789', '212345678', '21234567890', '2123.456.789', '2.123.456789'])
      expect((await call(`POST ${route}`, { entityNumbers: [wrong] })).status, wrong).toBe(400)
  })

  it('unsubscribes the webhook from given entity numbers, by a DELETE with a body', async () => {
    const { id } = await create({ entityNumbers: ['0403.170.701', '0738.916.702'] })
    const remove = () => data(`DELETE /webhook/${id}/subscriptions`, { entityNumbers: ['0738.916.702'] })
    expect(await remove()).toEqual({ removed: 1 })
    expect(await remove()).toEqual({ removed: 0 })
    expect(await data(`GET /webhook/${id}/subscriptions`)).toEqual(['0403.170.701'])
  })

  it('logs the last 100 delivery attempts with status, response code and timestamp', async () => {
    const { id } = await create({ url: receiver.url })
    for (let i = 0; i < 101; i++) await trigger()
    await mock.settle()
    const entries = await log(id)
    expect(entries).toHaveLength(100)
    expect(entries[0]).toEqual({
      eventId: expect.stringMatching(/^evt_/),
      status: 'delivered',
      responseCode: 200,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    })
  })
})

describe('the account', () => {
  const me = async (account = 'default') =>
    data<{ quota: { used: number; resetAt: string } }>('GET /me', undefined, { account })

  it('counts its calls of this month, those to /me aside, and those of nobody else', async () => {
    expect(await me()).toEqual({
      plan: 'pro',
      quota: { limit: 50_000, used: 0, resetAt: expect.stringMatching(/-01T00:00:00\.000Z$/) },
      rateLimit: { perHour: 5000 },
    })
    const { id } = await create()
    await call(`GET /webhook/${id}`)
    await call('GET /webhook/absent')
    await call('GET /webhooks', undefined, { credentials: {} })
    expect((await me()).quota.used).toBe(3)
    expect((await me('other')).quota.used).toBe(0)
    await call('GET /webhooks', undefined, { account: 'other' })
    expect([(await me()).quota.used, (await me('other')).quota.used]).toEqual([3, 1])
    await mock.reset({ provider: 'companybelgium', account: 'default' })
    expect([(await me()).quota.used, (await me('other')).quota.used]).toEqual([0, 1])
    await call('GET /webhooks')
    expect((await me()).quota.used).toBe(1)
  })

  it('starts again on the first of the next month by the clock of the mock', async () => {
    await call('GET /webhooks')
    const { used, resetAt } = (await me()).quota
    expect(used).toBe(1)
    const now = mock.clock.now()
    expect([Date.parse(resetAt) > now, Date.parse(resetAt) - now <= 31 * 86_400_000]).toEqual([true, true])
    await mock.clock.advance(`${Date.parse(resetAt) - now - 1}ms`)
    expect((await me()).quota).toMatchObject({ used: 1, resetAt })
    await mock.clock.advance('1ms')
    const next = (await me()).quota
    expect(next.used).toBe(0)
    expect(Date.parse(next.resetAt)).toBeGreaterThan(Date.parse(resetAt))
    await call('GET /webhooks')
    expect((await me()).quota.used).toBe(1)
  })

  it.each([
    [402, { error: 'Monthly quota exhausted', plan: 'pro', limit: 50_000 }],
    [403, { error: 'Your key is not allowed to access this resource', data: null, meta: null }],
    [412, { error: 'A required precondition was not met', data: null, meta: null }],
    [429, { error: 'Hourly rate limit exceeded', data: null, meta: null }],
  ])('is refused with %d by a fault, as the errors page shows it', async (status, body) => {
    const { resetAt } = (await me()).quota
    const fault = mock.use({ plane: 'api', do: status })
    const answer = await call('GET /webhooks')
    fault.remove()
    expect([answer.status, answer.body]).toMatchObject([status, { success: false, ...body }])
    expect((answer.body as { resetAt?: string }).resetAt).toBe('plan' in body ? resetAt : undefined)
    const order = 'plan' in body ? ['plan', 'limit', 'resetAt'] : ['timestamp', 'meta']
    const before = 'plan' in body ? ['success', 'error'] : ['success', 'data', 'error']
    expect(Object.keys(answer.body as object)).toEqual([...before, ...order])
  })

  it('goes on counting after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hookproof-calls-'))
    try {
      const used: unknown[] = []
      for (let i = 0; i < 2; i++) {
        const kept = await startMock({ providers: ['companybelgium'], db: join(folder, 'db.json') })
        for (let n = 0; n < 20; n++) await callApi(kept, 'companybelgium', 'GET /webhooks')
        const { body } = await callApi(kept, 'companybelgium', 'GET /me')
        used.push((body as { data: { quota: { used: number } } }).data.quota.used)
        await kept.close()
      }
      expect(used).toEqual([20, 40])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

function isSignedBy(secret: string, at = 0): boolean {
  const { headers = [], body = '' } = receiver.received[at] ?? {}
  const digest = createHmac('sha256', secret).update(body).digest('hex')
  return headerOf(headers, 'X-CompanyBelgium-Signature') === `sha256=${digest}`
}

describe('the webhooks guide', () => {
  it('posts a signed event to the URL whenever a watched record changes', async () => {
    const { hmacSecret } = await create({ url: receiver.url })
    await trigger({ entityNumber: '0738.916.702' })
    await trigger()
    await mock.settle()
    expect(receiver.received.map(({ method }) => method)).toEqual(['POST'])
    expect(isSignedBy(hmacSecret)).toBe(true)
  })

  it('sends eventId, type, entityNumber, occurredAt and data, in this order', async () => {
    await create({ url: receiver.url })
    const { event } = await trigger()
    await mock.settle()
    expect(Object.entries(received())).toEqual([
      ['eventId', event.providerId],
      ['type', 'enterprise.updated'],
      ['entityNumber', '0403.170.701'],
      ['occurredAt', event.occurredAt],
      ['data', { changed: ['address', 'denomination'] }],
    ])
    expect(event.occurredAt).toMatch(/\.\d{3}Z$/)
  })

  it('takes any 2xx for an acknowledgement, and nothing else', async () => {
    await receiver.close()
    const answers = [204, 299, 302, 404, 500, 'reset', 'timeout'] as const
    receiver = await startReceiver({ respond: [...answers] })
    const { id } = await create({ url: receiver.url })
    const delivered: boolean[] = []
    for (const _ of answers)
      delivered.push((await data<{ delivered: boolean }>(`POST /webhook/${id}/trigger`)).delivered)
    expect(delivered).toEqual([true, true, false, false, false, false, false])
  })

  it('retries failed deliveries with exponential back-off', async () => {
    await receiver.close()
    receiver = await startReceiver({ respond: [503] })
    await create({ url: receiver.url })
    const { event } = await trigger()
    await mock.clock.advance({ until: 'settled' })
    const [delivery] = await mock.deliveries({ event: event.id })
    const times = (delivery?.attempts ?? []).map(({ sentAt }) => Date.parse(sentAt) / 1000)
    const delays = times.slice(1).map((time, i) => time - (times[i] ?? 0))
    expect(delays).toEqual([5, 25, 125, 625, 3125, 15_625, 43_200])
    // Each is the one before by the same factor, up to the cap.
    expect(new Set(delays.slice(1, -1).map((delay, i) => delay / (delays[i] ?? 1)))).toEqual(new Set([5]))
  })

  it('retries a failed test delivery as well, and logs each attempt under the id of the test', async () => {
    await receiver.close()
    receiver = await startReceiver({ respond: [500, 500, 200] })
    const { id } = await create({ url: receiver.url })
    const answer = await data<{ delivered: boolean; eventId: string }>(`POST /webhook/${id}/trigger`)
    expect(answer.delivered).toBe(false)
    expect(await log(id)).toMatchObject([{ eventId: answer.eventId, status: 'retrying', responseCode: 500 }])
    await mock.clock.advance({ until: 'settled' })
    expect((await log(id)).map(({ eventId, status }) => [eventId, status])).toEqual([
      [answer.eventId, 'delivered'],
      [answer.eventId, 'failed'],
      [answer.eventId, 'failed'],
    ])
  })

  it('sends a test event at any time, to a disabled webhook too', async () => {
    const { id } = await create({ url: receiver.url })
    await data(`PUT /webhook/${id}`, { disabled: true })
    expect(await data(`POST /webhook/${id}/trigger`)).toMatchObject({ delivered: true })
    expect((await trigger()).deliveries).toEqual([])
  })
})
