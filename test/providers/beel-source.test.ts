import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { callApi, textAt } from '../support/api-call.ts'
import { hmacSha256, openApiOf, sentBody, sentHeader, sourceMock } from '../support/source-mock.ts'

// What the source document of BeeL says, sentence by sentence: see `sources/beel-create-webhook.yaml`.

const on = sourceMock('beel')
const { call, receive } = on
const document = openApiOf('beel')
const WEBHOOKS = '/v1/webhooks'
const STATUS_UPDATED = 'verifactu.status.updated'

let strict: Mock
beforeAll(async () => {
  strict = await startMock({ providers: ['beel'], strictUrls: true })
})
afterAll(() => strict.close(0))

const create = async (url: string, events: readonly string[] = [STATUS_UPDATED]) => {
  const answer = await call(`POST ${WEBHOOKS}`, 201, { url, events })
  return { id: textAt(answer, '/data/id'), secret: textAt(answer, '/data/secret') }
}

const URL_OF_PAGE = 'https://yourapp.com/webhooks/beel'
const BODY = { url: URL_OF_PAGE, events: [STATUS_UPDATED] }

it('stands at its route, and takes the key from the header alone', async () => {
  expect(document.servers[0]?.url).toBe('https://app.beel.es/api')
  const { Authorization = '' } = await on.mock.credentials('beel')
  expect(Authorization).toMatch(/^Bearer beel_sk_\w+$/)
  const key = Authorization.slice('Bearer '.length)
  const wrong = [
    {},
    { Authorization: key },
    { Authorization: `Basic ${key}` },
    { Authorization: `Bearer ${key}x` },
  ]
  for (const credentials of [...wrong, { 'X-API-Key': key }])
    await call(`POST ${WEBHOOKS}`, 401, BODY, { credentials })
  await call(`POST ${WEBHOOKS}?Authorization=${encodeURIComponent(Authorization)}`, 401, BODY, {
    credentials: {},
  })
  await call(`POST ${WEBHOOKS}`, 201, BODY, { credentials: { Authorization } })
})

it('sends events to an HTTPS endpoint as soon as they happen, and takes no other URL', async () => {
  const refused = await callApi(strict, 'beel', `POST ${WEBHOOKS}`, {
    ...BODY,
    url: 'http://127.0.0.1:9/hooks',
  })
  expect([refused.status, refused.body]).toMatchObject([
    422,
    { error: { details: { url: expect.any(String) } } },
  ])
  await call(`POST ${WEBHOOKS}`, 422, { ...BODY, url: 'http://yourapp.com/webhooks/beel' })
  expect((await callApi(strict, 'beel', `POST ${WEBHOOKS}`, BODY)).status).toBe(201)
  const receiver = await receive()
  await create(`${receiver.url}/webhooks/beel`)
  const before = on.mock.clock.now()
  await on.mock.trigger('beel', STATUS_UPDATED)
  await on.mock.settle()
  expect(receiver.received).toMatchObject([{ method: 'POST', path: '/webhooks/beel' }])
  expect(on.mock.clock.now()).toBe(before)
})

it('signs every delivery with BeeL-Signature', async () => {
  const receiver = await receive(503, 200)
  const { secret } = await create(receiver.url)
  await on.mock.trigger('beel', STATUS_UPDATED)
  await on.mock.clock.advance({ until: 'settled' })
  expect(receiver.received).toHaveLength(2)
  for (const [at, { body }] of receiver.received.entries()) {
    const header = sentHeader(receiver, at, 'BeeL-Signature') ?? ''
    const [, t = '', v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? []
    expect(v1).toBe(hmacSha256(secret, Buffer.concat([Buffer.from(`${t}.`), body])))
  }
})

it('returns the secret on creation alone', async () => {
  const receiver = await receive()
  const { id, secret } = await create(receiver.url)
  expect(secret).toMatch(/^whsec_[0-9a-f]{64}$/)
  await on.mock.trigger('beel', STATUS_UPDATED)
  await on.mock.settle()
  const changed = await call(`PATCH ${WEBHOOKS}/${id}`, 200, { active: true })
  const others = ['', `/${id}`, `/${id}/deliveries`].map((below) => call(`GET ${WEBHOOKS}${below}`, 200))
  for (const { body } of [changed, ...(await Promise.all(others))])
    expect(JSON.stringify(body)).not.toMatch(/whsec_|"secret"/)
})

it('takes ten active subscriptions of an account, and no eleventh', async () => {
  const ids: string[] = []
  for (let n = 0; n < 10; n++) ids.push((await create(URL_OF_PAGE)).id)
  await call(`POST ${WEBHOOKS}`, 422, BODY)
  await call(`POST ${WEBHOOKS}`, 201, BODY, { account: 'other' })
  await call(`PATCH ${WEBHOOKS}/${ids[0]}`, 200, { active: false })
  await create(URL_OF_PAGE)
  await call(`PATCH ${WEBHOOKS}/${ids[0]}`, 422, { active: true })
  await call(`DELETE ${WEBHOOKS}/${ids[1]}`, 204)
  await create(URL_OF_PAGE)
})

it('limits each key to its scopes, which are those of OAuth2, as the document says under OAuth2', async () => {
  const { OAuth2 } = document.components.securitySchemes as Record<string, { flows: Json }>
  const scopes = [...JSON.stringify(OAuth2?.flows ?? null).matchAll(/"(\w+:\w+)":/g)].map(
    ([, scope]) => scope,
  )
  expect(scopes).toEqual(expect.arrayContaining(['webhooks:read', 'webhooks:write']))
  const { name: reader } = await on.mock.account('beel', { scopes: ['webhooks:read'] })
  const { name: writer } = await on.mock.account('beel', { scopes: ['webhooks:write'] })
  const { id } = await create(URL_OF_PAGE)
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, { security }] of Object.entries(operations)) {
      if (security === undefined || !path.startsWith(WEBHOOKS)) continue
      const needed = security.find((one) => 'OAuth2' in one)?.OAuth2
      expect(needed, `${method} ${path}`).toEqual([method === 'get' ? 'webhooks:read' : 'webhooks:write'])
      const without = method === 'get' ? writer : reader
      const route = `${method.toUpperCase()} ${path.replace(/\{(?:id|webhook_id|subscription_id)\}/, id).replace(/\{\w+\}/, id)}`
      const { body } = await call(route, 403, method === 'get' ? undefined : BODY, { account: without })
      expect(body, route).toMatchObject({ error: { code: 'INSUFFICIENT_SCOPE' } })
    }
  await call(`GET ${WEBHOOKS}`, 200, undefined, { account: reader })
  await call(`POST ${WEBHOOKS}`, 201, BODY, { account: writer })
})

it('has no route that makes or shows a key, and keeps keys out of its log', async () => {
  expect(Object.keys(document.paths).filter((path) => /key/i.test(path))).toEqual([])
  const { Authorization = '' } = await on.mock.credentials('beel')
  const key = Authorization.slice('Bearer '.length)
  const { body } = await call(`POST ${WEBHOOKS}`, 422, { url: 7, events: [] }).catch(() =>
    call(`POST ${WEBHOOKS}`, 400, { url: 7, events: [] }),
  )
  expect(on.mock.requests()).not.toEqual([])
  expect(on.mock.violations()).not.toEqual([])
  for (const kept of [body, on.mock.requests(), on.mock.violations()])
    expect(JSON.stringify(kept)).not.toContain(key)
})

it('takes a url in the format uri, and at least one event of the types that there are', async () => {
  for (const wrong of [
    { events: BODY.events },
    { url: 'no uri', events: BODY.events },
    { url: URL_OF_PAGE },
    { url: URL_OF_PAGE, events: [] },
    { url: URL_OF_PAGE, events: ['no.such.event'] },
    { url: URL_OF_PAGE, events: [STATUS_UPDATED, 'string'] },
  ])
    await call(`POST ${WEBHOOKS}`, 422, wrong)
  for (const ill of [{ url: 7 }, { url: URL_OF_PAGE, events: STATUS_UPDATED }])
    await call(`POST ${WEBHOOKS}`, 400, { ...BODY, ...ill })
  const types = document.components.schemas.WebhookEventTypeEnum as unknown as { enum: readonly string[] }
  expect(types.enum).toEqual(Object.keys(document.webhooks))
  await create(URL_OF_PAGE, types.enum)
})

it('sends only the events of the types that were subscribed to', async () => {
  const receiver = await receive()
  const types = Object.keys(document.webhooks)
  const [first = '', second = '', ...others] = types
  await create(receiver.url, [first, second])
  for (const type of types) await on.mock.trigger('beel', type)
  await on.mock.settle()
  expect(others.length).toBeGreaterThan(0)
  const sent = receiver.received.map((_, at) => sentBody(receiver, at).type)
  expect(sent.toSorted()).toEqual([first, second].toSorted())
})

it('answers 201, 400, 401 and 422 as application/json', async () => {
  const answers = [
    await call(`POST ${WEBHOOKS}`, 201, BODY),
    await call(`POST ${WEBHOOKS}`, 400, []),
    await call(`POST ${WEBHOOKS}`, 401, BODY, { credentials: {} }),
    await call(`POST ${WEBHOOKS}`, 422, {}),
  ]
  for (const answer of answers) {
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe('application/json')
    expect(textAt(answer, '/meta/request_id')).toMatch(/^[0-9a-f]{32}$/)
    expect(answer.headers.get('x-request-id')).toBe(textAt(answer, '/meta/request_id'))
  }
})
