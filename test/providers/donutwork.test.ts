import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type ApiOptions, callApi, textAt } from '../support/api-call.ts'
import { selfSigned, startSecureReceiver } from '../support/certificate.ts'

// Each sentence of Donutwork's page on webhooks, and what was assumed beside them.

const WEBHOOKS = '/2026-02-01/webhooks.json'
const PAID = 'RecurringPayments.charge.paid'
const FAILED = 'RecurringPayments.charge.failed'
const SAMPLE = {
  name: 'Billing Events',
  description: 'Receive invoice and payment updates',
  url: 'https://example.com/webhooks/billing',
  events: [PAID],
}
const NO_URL = { error: 'A valid "url" must be specified.' }
const NO_EVENTS = { error: 'Some events are not available' }
const UNKNOWN = { error: 'Webhook not found.' }
const UNKNOWN_TO_DELETE = { error: 'Webhook not found. Unable to delete unknown resource' }

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ providers: ['donutwork'], clock: { kind: 'virtual' } })
})
afterAll(() => mock.close(0))
afterEach(async () => {
  expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
  await mock.reset()
})

async function call(
  route: string,
  body?: unknown,
  options?: ApiOptions,
): Promise<[number, Json | undefined]> {
  const answer = await callApi(mock, 'donutwork', route, body, options)
  return [answer.status, answer.body]
}

const post = (webhook: unknown, options?: ApiOptions) => call(`POST ${WEBHOOKS}`, { webhook }, options)

async function create(fields: object = {}, options?: ApiOptions) {
  const [status, body] = await post({ ...SAMPLE, ...fields }, options)
  expect(status, JSON.stringify(body)).toBe(201)
  return { id: textAt({ body }, '/id'), token: textAt({ body }, '/token'), body: body as object }
}

const reader = { account: 'reader' }

describe('List Webhooks', () => {
  it('answers a paginated list of webhook subscriptions', async () => {
    const { id } = await create()
    expect(await call(`GET ${WEBHOOKS}`, undefined, reader)).toMatchObject([200, { count: 0 }])
    expect(await call(`GET ${WEBHOOKS}`)).toEqual([
      200,
      {
        entities: 'Webhook',
        count: 1,
        per_page: 100,
        pages: { current: 1, max: 1 },
        elements: [{ id, ...SAMPLE, token: 'redacted' }],
      },
    ])
  })

  it('takes size (1-100) and page (1-based)', async () => {
    for (let i = 0; i < 3; i++) await create({ name: `n${i}` })
    expect(await call(`GET ${WEBHOOKS}?size=2&page=2`)).toMatchObject([
      200,
      { count: 3, per_page: 2, pages: { current: 2, max: 2 }, elements: [{ name: 'n2' }] },
    ])
    expect(await call(`GET ${WEBHOOKS}?size=0&page=0`)).toMatchObject([
      200,
      { per_page: 1, pages: { current: 1, max: 3 } },
    ])
    expect(await call(`GET ${WEBHOOKS}?size=101`)).toMatchObject([200, { per_page: 100 }])
    expect(await call(`GET ${WEBHOOKS}?size=x`)).toEqual([
      400,
      { error: 'A valid "size" must be specified.' },
    ])
  })
})

describe('permissions', () => {
  it('webhooks:read lists and reads, and webhooks:write is required to create and delete', async () => {
    const missing = [403, { error: 'Missing permission: webhooks:write' }]
    expect(await post(SAMPLE, reader)).toEqual(missing)
    expect(await call(`DELETE ${WEBHOOKS}?webhookId=wh_1`, undefined, reader)).toEqual(missing)
    expect(await call('DELETE /2026-02-01/webhooks/wh_1.json', undefined, reader)).toEqual(missing)
    expect(await call('GET /2026-02-01/webhooks/types.json', undefined, reader)).toMatchObject([
      200,
      [PAID, FAILED],
    ])
    expect(await call(`GET ${WEBHOOKS}?webhookId=wh_1`, undefined, reader)).toEqual([404, UNKNOWN])
    const { name } = await mock.account('donutwork', { scopes: ['webhooks:write'] })
    const missingRead = [403, { error: 'Missing permission: webhooks:read' }]
    for (const path of [WEBHOOKS, '/2026-02-01/webhooks/types.json', '/2026-02-01/webhooks/wh_1.json'])
      expect(await call(`GET ${path}`, undefined, { account: name })).toEqual(missingRead)
  })

  it('an API key that is not valid is answered with Invalid token', async () => {
    for (const credentials of [{}, { Authorization: 'Bearer revoked' }])
      expect(await call(`GET ${WEBHOOKS}`, undefined, { credentials })).toEqual([
        401,
        { error: 'Invalid token' },
      ])
  })
})

describe('staging and production', () => {
  it('have separate keys, and see nothing of each other', async () => {
    const production = { account: 'production' }
    const { id } = await create()
    const { id: live } = await create({}, production)
    expect(await call(`GET ${WEBHOOKS}?webhookId=${id}`, undefined, production)).toEqual([404, UNKNOWN])
    expect(await call(`GET ${WEBHOOKS}`, undefined, production)).toMatchObject([
      200,
      { count: 1, elements: [{ id: live }] },
    ])
    const [provider] = (await (await fetch(`${mock.origin}/_mock/providers`)).json()) as [
      { accounts: { name: string; environment: string }[] },
    ]
    expect(provider.accounts.map(({ name, environment }) => [name, environment])).toEqual([
      ['default', 'staging'],
      ['other', 'staging'],
      ['reader', 'staging'],
      ['starter', 'staging'],
      ['production', 'production'],
    ])
  })
})

describe('Create Webhook', () => {
  it('answers the webhook with its generated token, unwrapped', async () => {
    const { id, token, body } = await create()
    expect(body).toEqual({ id, ...SAMPLE, token })
    expect(id).toMatch(/^wh_/)
    expect(token).not.toBe('redacted')
  })

  it('also accepts a single event string, and needs no description', async () => {
    const { description: _, ...required } = SAMPLE
    const [status, body] = await post({ ...required, events: FAILED })
    expect([status, body]).toMatchObject([201, { events: [FAILED], description: null }])
  })

  it.each([
    ['name', { name: undefined }],
    ['url', { url: undefined }],
    ['events', { events: undefined }],
    ['name', { name: '' }],
    ['url', { url: '' }],
    ['events', { events: [] }],
    ['name', { name: undefined, url: undefined, events: undefined }],
  ])('answers 400 where %s is missing: %j', async (field, fields) => {
    expect(await post({ ...SAMPLE, ...fields })).toEqual([
      400,
      { error: `A valid "${field}" must be specified.` },
    ])
  })

  it('answers 422 where the URL format is invalid or an unsupported event is specified', async () => {
    expect(await post({ ...SAMPLE, url: 'not a url' })).toEqual([422, NO_URL])
    expect(await post({ ...SAMPLE, events: ['Charge.Paid'] })).toEqual([422, NO_EVENTS])
    expect(await post({ ...SAMPLE, events: [PAID, 'Charge.Paid'] })).toEqual([422, NO_EVENTS])
    expect(await post({ ...SAMPLE, events: 'Charge.Paid' })).toEqual([422, NO_EVENTS])
  })

  it('wants an HTTPS endpoint', async () => {
    expect(await post({ ...SAMPLE, url: 'http://example.com/hooks' })).toEqual([400, NO_URL])
  })

  it('answers 400 where TLS certificate validation failed: on this machine with strictUrls', async () => {
    const certificate = selfSigned('localhost')
    const there = await startSecureReceiver(certificate)
    const register = async (options: object) => {
      const own = await startMock({ providers: ['donutwork'], ...options })
      try {
        const webhook = { ...SAMPLE, url: `https://localhost:${there.port}/hooks` }
        const { status, body } = await callApi(own, 'donutwork', `POST ${WEBHOOKS}`, { webhook })
        return [status, status === 201 ? null : body, (await own.summary()).webhooks]
      } finally {
        await own.close(0)
      }
    }
    try {
      expect(await register({ strictUrls: true })).toEqual([400, NO_URL, 0])
      expect(there.connections()).toBe(1)
      expect(await register({ strictUrls: true, ca: certificate.file })).toEqual([201, null, 1])
      expect(there.connections()).toBe(2)
      expect(await register({})).toEqual([201, null, 1])
      expect(there.connections()).toBe(2)
    } finally {
      await there.close()
    }
  })
})

describe('List Supported Webhook Types', () => {
  it('answers the event names that are available for the company context', async () => {
    const types = (account?: string) =>
      call('GET /2026-02-01/webhooks/types.json', undefined, account === undefined ? {} : { account })
    expect(await types()).toEqual([200, [PAID, FAILED]])
    expect(await types('starter')).toEqual([200, [PAID]])
  })

  it('is what webhooks of the company can be for: Some events are not available', async () => {
    const starter = { account: 'starter' }
    for (const events of [FAILED, [FAILED], [PAID, FAILED]])
      expect(await post({ ...SAMPLE, events }, starter)).toEqual([422, NO_EVENTS])
    await create({ events: PAID }, starter)
    await create({ events: [PAID, FAILED] })
    expect(await call(`GET ${WEBHOOKS}`, undefined, starter)).toMatchObject([200, { count: 1 }])
  })

  it('can be chosen for an account that is made at run time', async () => {
    const { name } = await mock.account('donutwork', { events: [FAILED] })
    const answer = await fetch(`${mock.origin}/_mock/accounts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ provider: 'donutwork', events: [FAILED] }),
    })
    const { account, events } = (await answer.json()) as { account: string; events: string[] }
    expect([answer.status, events]).toEqual([201, [FAILED]])
    for (const one of [name, account]) {
      expect(await call('GET /2026-02-01/webhooks/types.json', undefined, { account: one })).toEqual([
        200,
        [FAILED],
      ])
      expect(await post(SAMPLE, { account: one })).toEqual([422, NO_EVENTS])
    }
    await expect(mock.account('donutwork', { events: ['Charge.Paid'] })).rejects.toMatchObject({
      code: 'UNKNOWN_EVENT',
    })
  })

  it('is what can happen to the company', async () => {
    await mock.register('donutwork', { url: SAMPLE.url, account: 'starter' })
    const { id } = await mock.register('donutwork', { url: SAMPLE.url })
    const trigger = (account: string, raw = false) =>
      mock.trigger('donutwork', FAILED, undefined, { account, raw })
    await expect(trigger('starter')).rejects.toMatchObject({
      code: 'UNKNOWN_EVENT',
      summary: `Failed to trigger ${FAILED}: the account "starter" of donutwork has no events of this type.`,
    })
    expect((await trigger('starter', true)).deliveries).toHaveLength(1)
    const { deliveries, skipped } = await trigger('*')
    expect(deliveries.map(({ webhook }) => webhook.id)).toEqual([id])
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'belongs to an account (starter) that has no events of this type',
    ])
    expect((await trigger('default')).skipped).toEqual([])
    expect((await mock.trigger('donutwork', PAID)).skipped).toHaveLength(1)
    await expect(mock.trigger('donutwork', 'Charge.Paid', undefined, { account: 'starter' })).rejects.toThrow(
      'Failed to find the event type',
    )
  })
})

describe.each([
  ['by the query parameter webhookId', (id: string) => `${WEBHOOKS}?webhookId=${id}`],
  ['by path', (id: string) => `/2026-02-01/webhooks/${id}.json`],
])('one webhook %s', (_, route) => {
  it('Get Webhook answers its details, without the token', async () => {
    const { id } = await create()
    await create({ name: 'Another' })
    expect(await call(`GET ${route(id)}`)).toEqual([200, { id, ...SAMPLE, token: 'redacted' }])
  })

  it('Get Webhook answers that the webhook was not found', async () => {
    const { id } = await create({}, { account: 'other' })
    expect(await call(`GET ${route('wh_0')}`)).toEqual([404, UNKNOWN])
    expect(await call(`GET ${route(id)}`)).toEqual([404, UNKNOWN])
  })

  it('Delete Webhook answers {id, deleted}, and then its own not-found text', async () => {
    const { id } = await create()
    expect(await call(`DELETE ${route(id)}`)).toEqual([200, { id, deleted: true }])
    expect(await call(`DELETE ${route(id)}`)).toEqual([404, UNKNOWN_TO_DELETE])
    expect(await call(`GET ${route(id)}`)).toEqual([404, UNKNOWN])
  })
})

it('webhookId is required to delete by query, and must name a webhook', async () => {
  const wrong = [400, { error: 'A valid "webhookId" must be specified.' }]
  expect(await call(`DELETE ${WEBHOOKS}`)).toEqual(wrong)
  for (const method of ['GET', 'DELETE'])
    expect(await call(`${method} ${WEBHOOKS}?webhookId=`)).toEqual(wrong)
})
