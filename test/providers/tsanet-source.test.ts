import { expect, it } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import { startMock } from '../../src/mock/start-mock.ts'
import { callApi } from '../support/api-call.ts'
import {
  hmacSha256,
  openApiOf,
  type Schema,
  sentBody,
  sentHeader,
  sourceMock,
} from '../support/source-mock.ts'

// What the source document of TSANet Connect says, sentence by sentence: see `sources/tsanet-api.yaml`.

const on = sourceMock('tsanet')
const { call, receive } = on
const document = openApiOf('tsanet')

type Row = Readonly<Record<string, Json>>

const create = async (body: object, options = {}) =>
  (await call('POST /v1/webhooks', 200, body, options)).body as Row
const list = async (options = {}) =>
  (await call('GET /v1/webhooks', 200, undefined, options)).body as readonly Row[]
const log = async (id: Json | undefined, query = '') =>
  (await call(`GET /v1/webhooks/${String(id)}/deliveries${query}`, 200)).body as Row & {
    readonly content: readonly Row[]
  }

const EXAMPLE = 'https://api.example.com/webhooks/tsanet'
const PROBLEM = { headers: { Accept: 'application/problem+json' } }

const ROUTES: readonly (readonly [route: string, status: string])[] = [
  ['get /v1/webhooks', '200'],
  ['post /v1/webhooks', '200'],
  ['get /v1/webhooks/{id}/deliveries', '200'],
  // "No content"
  ['delete /v1/webhooks/{id}', '204'],
]

it('stands at its routes, with their methods and statuses', async () => {
  for (const [route, status] of ROUTES) {
    const [method = '', path = ''] = route.split(' ')
    expect(Object.keys(document.paths[path]?.[method]?.responses ?? {}), route).toContain(status)
  }
  expect(new URL(on.mock.url('tsanet')).pathname).toBe('/tsanet')
  const { id } = await create({ callbackUrl: EXAMPLE })
  await list()
  await log(id)
  await call(`DELETE /v1/webhooks/${String(id)}`, 204)
})

it('asks for a bearer token in the header Authorization', async () => {
  const { id } = await create({ callbackUrl: EXAMPLE })
  const { Authorization } = await on.mock.credentials('tsanet')
  expect(Authorization).toMatch(/^Bearer \S+$/)
  const bare = Authorization?.replace('Bearer ', '') ?? ''
  for (const [route] of ROUTES) {
    const [method = '', path = ''] = route.replace('{id}', String(id)).split(' ')
    const body = method === 'post' ? { callbackUrl: EXAMPLE } : undefined
    const wrong = [
      {},
      { Authorization: bare },
      { Authorization: 'Bearer wrong' },
      { 'X-Authorization': `Bearer ${bare}` },
    ]
    for (const credentials of wrong)
      await call(`${method.toUpperCase()} ${path}`, 401, body, { ...PROBLEM, credentials })
  }
  expect(await list()).toHaveLength(1)
})

it('lists the subscriptions of the current company', async () => {
  const [a, b] = [await create({ callbackUrl: EXAMPLE }), await create({ callbackUrl: `${EXAMPLE}/2` })]
  const theirs = await create({ callbackUrl: EXAMPLE }, { account: 'other' })
  expect((await list()).map(({ id }) => id)).toEqual([a.id, b.id])
  expect((await list({ account: 'other' })).map(({ id }) => id)).toEqual([theirs.id])
})

const INT64 = { type: 'integer', format: 'int64' }
const INT32 = { type: 'integer', format: 'int32' }
const TEXT = { type: 'string' }
const TIME = { type: 'string', format: 'date-time' }
const FLAG = { type: 'boolean' }

const isOf = (schema: Schema | undefined, declared: Schema) =>
  schema?.type === declared.type && (declared.format === undefined || schema?.format === declared.format)

function isValueOf(value: Json | undefined, { type, format }: Schema): boolean {
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type && (format === undefined || !Number.isNaN(Date.parse(String(value))))
}

it('answers with the fields that are listed, of their types', async () => {
  const receiver = await receive()
  const created = await create({ callbackUrl: receiver.url })
  await on.mock.trigger('tsanet', 'note.created')
  await on.mock.settle()
  const answers: readonly (readonly [Row, string, Readonly<Record<string, Schema>>])[] = [
    [
      (await list())[0] ?? {},
      'WebhookSubscriptionDTO',
      { id: INT64, callbackUrl: TEXT, active: FLAG, createdAt: TIME, updatedAt: TIME },
    ],
    [
      created,
      'WebhookSubscriptionResponseDTO',
      { id: INT64, callbackUrl: TEXT, active: FLAG, secret: TEXT, createdAt: TIME },
    ],
    [
      await log(created.id),
      'WebhookDeliveryLogPageDTO',
      { totalElements: INT64, totalPages: INT32, size: INT32, number: INT32 },
    ],
  ]
  expect(created).not.toHaveProperty('updatedAt')
  for (const [answer, schema, fields] of answers)
    for (const [name, declared] of Object.entries(fields)) {
      const found = document.components.schemas[schema]?.properties?.[name]
      expect(isOf(found, declared), `${schema}.${name}: ${JSON.stringify(found)}`).toBe(true)
      expect(isValueOf(answer[name], declared), `${name}: ${JSON.stringify(answer)}`).toBe(true)
    }
})

it('registers a subscription, and returns its secret on creation alone', async () => {
  const receiver = await receive()
  const { id, secret } = await create({ callbackUrl: receiver.url })
  expect(secret).toEqual(expect.stringMatching(/^\S{16,}$/))
  await on.mock.trigger('tsanet', 'note.created')
  await on.mock.settle()
  expect(await list()).toMatchObject([{ id, callbackUrl: receiver.url, active: true }])
  for (const shown of [await list(), await log(id)]) expect(JSON.stringify(shown)).not.toContain(secret)
})

it('manages subscriptions, each to the events that it names', async () => {
  const receiver = await receive()
  const notes = await create({ callbackUrl: `${receiver.url}/notes`, eventTypes: ['note.created'] })
  await create({ callbackUrl: `${receiver.url}/all` })
  for (const type of ['collaboration-request.created', 'note.created']) await on.mock.trigger('tsanet', type)
  await on.mock.settle()
  expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(['/all', '/all', '/notes'])
  await call(`DELETE /v1/webhooks/${String(notes.id)}`, 204)
  expect((await on.mock.trigger('tsanet', 'note.created')).deliveries).toHaveLength(1)
})

it('posts a WebhookPayload to the callback URL when an event occurs', async () => {
  const receiver = await receive()
  await create({ callbackUrl: `${receiver.url}/webhooks/tsanet` })
  const { event } = await on.mock.trigger('tsanet', 'note.created')
  await on.mock.settle()
  expect(receiver.received).toMatchObject([{ method: 'POST', path: '/webhooks/tsanet' }])
  const { properties = {}, required = [] } = document.components.schemas.WebhookPayload ?? {}
  expect(required).toContain('eventType')
  const sent = sentBody(receiver, 0)
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(sent)))
  expect(Object.keys(sent)).toEqual(expect.arrayContaining([...required]))
  expect(sent).toMatchObject({ eventType: event.type })
})

it('signs the payload with HMAC-SHA256 in X-Hub-Signature-256, with the secret of the creation', async () => {
  const receiver = await receive(503, 200)
  const { secret } = await create({ callbackUrl: receiver.url })
  await on.mock.trigger('tsanet', 'note.created', { noteToken: 'Ä-1' })
  await on.mock.clock.advance({ until: 'settled' })
  expect(receiver.received).toHaveLength(2)
  for (const [at, { body }] of receiver.received.entries())
    expect(sentHeader(receiver, at, 'X-Hub-Signature-256')).toBe(`sha256=${hmacSha256(String(secret), body)}`)
})

it('retries a failed delivery 3 times, after 10 s, 60 s and 300 s', async () => {
  const receiver = await receive(503)
  await create({ callbackUrl: receiver.url })
  const { event } = await on.mock.trigger('tsanet', 'note.created')
  await on.mock.clock.advance({ until: 'settled' })
  const [delivery] = await on.mock.deliveries({ event: event.id })
  const times = (delivery?.attempts ?? []).map(({ sentAt }) => Date.parse(sentAt))
  expect(times.slice(1).map((at, i) => (at - (times[i] ?? 0)) / 1_000)).toEqual([10, 60, 300])
})

it('asks for a callbackUrl that is a URI', async () => {
  for (const body of [{}, { callbackUrl: null }, { callbackUrl: 7 }, { callbackUrl: 'no uri' }])
    await call('POST /v1/webhooks', 400, body, PROBLEM)
  expect(await list()).toEqual([])
  expect(await create({ callbackUrl: EXAMPLE })).toMatchObject({ callbackUrl: EXAMPLE })
})

it('takes HTTPS alone in production', async () => {
  for (const [provider, status] of [
    ['tsanet', 200],
    ['tsanet@production', 400],
  ] as const) {
    await using strict = await startMock({ providers: [provider], strictUrls: true })
    const post = (callbackUrl: string) =>
      callApi(strict, provider, 'POST /v1/webhooks', { callbackUrl }, PROBLEM)
    expect((await post(EXAMPLE)).status).toBe(200)
    expect((await post(EXAMPLE.replace('https', 'http'))).status).toBe(status)
  }
})

it('pages the delivery log of a subscription, from page 0 on and 20 at a time unless asked otherwise', async () => {
  const receiver = await receive()
  const { id } = await create({ callbackUrl: receiver.url })
  await create({ callbackUrl: `${receiver.url}/other`, eventTypes: ['collaboration-request.created'] })
  for (let n = 0; n < 23; n++) await on.mock.trigger('tsanet', 'note.created')
  await on.mock.trigger('tsanet', 'collaboration-request.created')
  await on.mock.settle()
  const page = async (query: string) => {
    const { content, ...facts } = await log(id, query)
    return [content.length, facts]
  }
  const facts = (number: number, size: number) => ({
    totalElements: 24,
    totalPages: Math.ceil(24 / size),
    size,
    number,
  })
  expect(await page('')).toEqual([20, facts(0, 20)])
  expect(await page('?page=1')).toEqual([4, facts(1, 20)])
  expect(await page('?page=0&size=5')).toEqual([5, facts(0, 5)])
  expect(await page('?size=7&page=3')).toEqual([3, facts(3, 7)])
})

it('takes the id of the subscription from the path', async () => {
  const { id } = await create({ callbackUrl: EXAMPLE })
  for (const [unknown, status] of [
    ['4711', 404],
    ['x', 400],
  ] as const) {
    await call(`GET /v1/webhooks/${unknown}/deliveries`, status, undefined, PROBLEM)
    await call(`DELETE /v1/webhooks/${unknown}`, status, undefined, PROBLEM)
  }
  expect(await log(id)).toMatchObject({ totalElements: 0 })
  const parameter = (document as unknown as { components: { parameters: Readonly<Record<string, Json>> } })
    .components.parameters.SubscriptionId
  expect(parameter).toMatchObject({ name: 'id', in: 'path', required: true, schema: INT64 })
})

it('deletes a subscription, without content', async () => {
  const { id } = await create({ callbackUrl: (await receive()).url })
  const { body } = await call(`DELETE /v1/webhooks/${String(id)}`, 204)
  expect(body).toBeUndefined()
  expect(await list()).toEqual([])
  expect((await on.mock.trigger('tsanet', 'note.created')).deliveries).toEqual([])
  await call(`DELETE /v1/webhooks/${String(id)}`, 404, undefined, PROBLEM)
})
