import { expect, it } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import { textAt } from '../support/api-call.ts'
import { hmacSha256, openApiOf, sentBody, sentHeader, sourceMock } from '../support/source-mock.ts'

// What the source documents of CompanyBelgium say, sentence by sentence: see `sources/companybelgium-*.yaml`.

const on = sourceMock('companybelgium')
const { call, receive } = on
const document = openApiOf('companybelgium')

const data = async (route: string, body?: unknown): Promise<Json> =>
  ((await call(route, 200, body)).body as { data: Json }).data

const create = async (url: string, entityNumbers: readonly string[] = ['0403.170.701']) => {
  const answer = await call('POST /webhook', 201, { name: 'Prod listener', url, entityNumbers })
  return { id: textAt(answer, '/data/id'), secret: textAt(answer, '/data/hmacSecret') }
}

const change = (entityNumber = '0403.170.701') =>
  on.mock.trigger('companybelgium', 'enterprise.updated', { entityNumber })

/** Every call of a webhook that names its id, with a body where it takes one. */
const OF_ONE: readonly (readonly [route: string, body?: Json])[] = [
  ['GET /webhook/{id}'],
  ['PUT /webhook/{id}', { name: 'another' }],
  ['PATCH /webhook/{id}/hmac-secret'],
  ['POST /webhook/{id}/trigger'],
  ['GET /webhook/{id}/subscriptions'],
  ['POST /webhook/{id}/subscriptions', { entityNumbers: ['0738.916.702'] }],
  ['DELETE /webhook/{id}/subscriptions', { entityNumbers: ['0738.916.702'] }],
  ['GET /webhook/{id}/events'],
  ['DELETE /webhook/{id}'],
]

it('refuses every call without authentication, and answers each in the standard envelope', async () => {
  const receiver = await receive()
  const { id } = await create(receiver.url)
  const body = { name: 'n', url: 'https://example.be/hooks', entityNumbers: [] }
  for (const [route, given] of [['GET /webhooks'], ['POST /webhook', body], ...OF_ONE] as const) {
    const path = route.replace('{id}', id)
    const half = { 'X-API-Key': 'test_key' }
    for (const credentials of [{}, half, { ...half, 'X-API-Secret': 'wrong' }]) {
      const { body } = await call(path, 401, given, { credentials })
      expect(Object.keys(body as object)).toEqual(['success', 'data', 'error', 'timestamp', 'meta'])
      expect(body).toMatchObject({ success: false, data: null, error: expect.any(String), meta: null })
    }
    const answer = await call(path, route === 'POST /webhook' ? 201 : 200, given)
    expect(Object.keys(answer.body as object)).toEqual(['success', 'data', 'error', 'timestamp', 'meta'])
    expect(answer.body).toMatchObject({ success: true, error: null, meta: null })
    expect(textAt(answer, '/timestamp')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  }
})

it('stands at its base URL', () => {
  expect(document.servers[0]?.url).toBe('https://companybelgium.be/api/v2')
  expect(on.mock.url('companybelgium')).toBe(`${on.mock.origin}/companybelgium/api/v2`)
})

it('lists every webhook of the authenticated company, and no other', async () => {
  const ids = [(await create('https://example.be/a')).id, (await create('https://example.be/b')).id]
  const other = { name: 'theirs', url: 'https://example.be/c', entityNumbers: [] }
  await call('POST /webhook', 201, other, { account: 'other' })
  expect(((await data('GET /webhooks')) as { id: string }[]).map(({ id }) => id)).toEqual(ids)
  expect(document.paths['/webhooks']?.get?.parameters ?? []).toEqual([])
})

it('registers a webhook, which is sent what it subscribed to', async () => {
  const receiver = await receive()
  await create(receiver.url, ['0403.170.701', '0738.916.702'])
  for (const number of ['0738.916.702', '0403.170.701', '0999.999.922']) await change(number)
  await on.mock.settle()
  expect(receiver.received.map(({ method }) => method)).toEqual(['POST', 'POST'])
  const sent = [sentBody(receiver, 0), sentBody(receiver, 1)].map(({ entityNumber }) => entityNumber)
  expect(sent.toSorted()).toEqual(['0403.170.701', '0738.916.702'])
})

it('returns the secret on creation and rotation alone', async () => {
  const { id, secret } = await create((await receive()).url)
  expect(secret).toMatch(/^whsec_/)
  const rotated = textAt(await call(`PATCH /webhook/${id}/hmac-secret`, 200), '/data/hmacSecret')
  expect(rotated).toMatch(/^whsec_/)
  expect(rotated).not.toBe(secret)
  await change()
  await on.mock.settle()
  for (const [route, body] of [['GET /webhooks'], ...OF_ONE] as const) {
    if (route.startsWith('PATCH')) continue
    const { body: answer } = await call(route.replace('{id}', id), 200, body)
    expect(JSON.stringify(answer), route).not.toMatch(/whsec_|secret/i)
  }
})

it('takes the id of the webhook from the path, wherever one is named', async () => {
  const { id } = await create((await receive()).url)
  for (const [route, body] of OF_ONE) {
    await call(route.replace('{id}', 'wh_9z9z'), 404, body)
    expect(await call(route.replace('{id}', id), 200, body)).toBeDefined()
  }
})

it('retrieves a single webhook by its id', async () => {
  const [first, second] = [await create('https://example.be/a'), await create('https://example.be/b')]
  for (const [{ id }, url] of [
    [first, 'https://example.be/a'],
    [second, 'https://example.be/b'],
  ] as const)
    expect(await data(`GET /webhook/${id}`)).toEqual({ id, name: 'Prod listener', url, disabled: false })
})

it('updates the name, the url or the disabled flag', async () => {
  const { id } = await create('https://example.be/a')
  const webhook = { id, name: 'Prod listener', url: 'https://example.be/a', disabled: false }
  let expected = webhook
  for (const part of [{ name: 'paused' }, { url: 'https://example.be/b' }, { disabled: true }]) {
    await data(`PUT /webhook/${id}`, part)
    expected = { ...expected, ...part }
    expect(await data(`GET /webhook/${id}`)).toEqual(expected)
  }
})

it('deletes a webhook with its subscriptions and its delivery events', async () => {
  const receiver = await receive(503)
  const { id } = await create(receiver.url)
  await change()
  await on.mock.settle()
  expect(await data(`DELETE /webhook/${id}`)).toEqual({ deleted: true })
  for (const below of ['', '/subscriptions', '/events']) await call(`GET /webhook/${id}${below}`, 404)
  expect((await change()).deliveries).toEqual([])
  await on.mock.clock.advance({ until: 'settled' })
  expect(receiver.received).toHaveLength(1)
})

it('signs with the new secret at once, also what was pending', async () => {
  const receiver = await receive(503, 200)
  const { id, secret } = await create(receiver.url)
  await change()
  await on.mock.settle()
  const rotated = textAt(await call(`PATCH /webhook/${id}/hmac-secret`, 200), '/data/hmacSecret')
  await change()
  await on.mock.clock.advance({ until: 'settled' })
  const signedBy = receiver.received.map(({ body }, at) =>
    [secret, rotated].findIndex(
      (one) => sentHeader(receiver, at, 'X-CompanyBelgium-Signature') === `sha256=${hmacSha256(one, body)}`,
    ),
  )
  expect(signedBy).toEqual([0, 1, 1])
})

it('sends a signed test event when asked', async () => {
  const receiver = await receive()
  const { id, secret } = await create(receiver.url)
  for (const disabled of [false, true]) {
    await data(`PUT /webhook/${id}`, { disabled })
    const { delivered, eventId } = (await data(`POST /webhook/${id}/trigger`)) as Record<string, Json>
    const at = receiver.received.length - 1
    expect([delivered, eventId]).toEqual([true, sentBody(receiver, at).eventId])
    expect(sentHeader(receiver, at, 'X-CompanyBelgium-Signature')).toBe(
      `sha256=${hmacSha256(secret, receiver.received[at]?.body ?? '')}`,
    )
  }
  expect(receiver.received).toHaveLength(2)
})

it('lists the entity numbers, takes more of them, and lets them go', async () => {
  const receiver = await receive()
  const { id } = await create(receiver.url)
  const route = `/webhook/${id}/subscriptions`
  const [enterprise, establishment] = ['0738.916.702', '2.123.456.789']
  expect(await data(`GET ${route}`)).toEqual(['0403.170.701'])
  await data(`POST ${route}`, { entityNumbers: [enterprise, establishment] })
  expect(await data(`GET ${route}`)).toEqual(['0403.170.701', enterprise, establishment])
  expect((await change(enterprise)).deliveries).toHaveLength(1)
  expect((await change(establishment)).deliveries).toHaveLength(1)
  await data(`DELETE ${route}`, { entityNumbers: [enterprise] })
  expect(await data(`GET ${route}`)).toEqual(['0403.170.701', establishment])
  expect((await change(enterprise)).deliveries).toEqual([])
  expect((await change(establishment)).deliveries).toHaveLength(1)
})

it('logs the last 100 attempts with status, response code and timestamp', async () => {
  const receiver = await receive(500, 200)
  const { id } = await create(receiver.url)
  for (let n = 0; n < 100; n++) await change()
  await on.mock.clock.advance('1h')
  expect(receiver.received).toHaveLength(101)
  const log = (await data(`GET /webhook/${id}/events`)) as Record<string, Json>[]
  expect(log).toHaveLength(100)
  expect(log[0]).toEqual({
    eventId: expect.stringMatching(/^evt_/),
    status: 'delivered',
    responseCode: 200,
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  })
})

it('signs the raw bytes with the secret as it stands, in a header of its own', async () => {
  const receiver = await receive()
  const { id, secret } = await create(receiver.url)
  const payload = {
    entityNumber: '0403.170.701',
    data: { changed: ['denomination'], denomination: 'L’Étoile 🍻' },
  }
  await on.mock.trigger('companybelgium', 'enterprise.updated', payload)
  await data(`POST /webhook/${id}/trigger`)
  await on.mock.settle()
  expect(receiver.received).toHaveLength(2)
  for (const [at, { body }] of receiver.received.entries()) {
    const header = sentHeader(receiver, at, 'X-CompanyBelgium-Signature')
    expect(header).toBe(`sha256=${hmacSha256(secret, body)}`)
    expect(header).not.toBe(`sha256=${hmacSha256(secret.slice('whsec_'.length), body)}`)
    expect(header).not.toBe(
      `sha256=${hmacSha256(secret, `${JSON.stringify(sentBody(receiver, at), null, 1)}`)}`,
    )
  }
})

it.each([
  [[200], 1],
  [[204], 1],
  [[299], 1],
  [[302, 200], 2],
  [[400, 200], 2],
  [['timeout', 200], 2],
] as const)(
  'takes any 2xx in time as an acknowledgement, and nothing else: %j',
  async (respond, attempts) => {
    const receiver = await receive(...respond)
    await create(receiver.url)
    const { event } = await change()
    await on.mock.clock.advance({ until: 'settled' })
    const [delivery] = await on.mock.deliveries({ event: event.id })
    expect(delivery).toMatchObject({ status: 'succeeded' })
    expect(delivery?.attempts).toHaveLength(attempts)
  },
)

it('retries what is not a 2xx or comes too late, with exponential backoff', async () => {
  const receiver = await receive(503, 'timeout', 302, 'reset', 503)
  await create(receiver.url)
  const { event } = await change()
  await on.mock.clock.advance({ until: 'settled' })
  const [delivery] = await on.mock.deliveries({ event: event.id })
  expect(delivery?.attempts.map(({ outcome }) => outcome?.kind).slice(0, 4)).toEqual([
    'responded',
    'timed-out',
    'responded',
    'connection-failed',
  ])
  const times = (delivery?.attempts ?? []).map(({ sentAt }) => Date.parse(sentAt))
  const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0))
  expect(pauses.length).toBeGreaterThan(3)
  const factor = (pauses[1] ?? 0) / (pauses[0] ?? 1)
  expect(factor).toBeGreaterThan(1)
  const longest = Math.max(...pauses)
  for (const [i, pause] of pauses.entries())
    expect(pause).toBe(Math.min((pauses[0] ?? 0) * factor ** i, longest))
})
