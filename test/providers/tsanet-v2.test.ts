import { createHmac } from 'node:crypto'
import { CloudEvent, HTTP } from 'cloudevents'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { type ApiOptions, callApi } from '../support/api-call.ts'
import { sdkSession } from '../support/tsanet-sdk.ts'

// What TSANet's SDK and connectors say of version 2: its routes, its CloudEvents, and what it shares with version 1.

const V2 = 'tsanet@v2'

let mock: Mock
let receivers: Receiver[] = []
beforeAll(async () => {
  mock = await startMock({ providers: ['tsanet', V2], clock: 'virtual' })
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

async function call(route: string, status: number, body?: unknown, options?: ApiOptions, provider = V2) {
  const answer = await callApi(mock, provider, route, body, options)
  expect(answer.status, `${route}: ${JSON.stringify(answer.body)}`).toBe(status)
  return answer.body as JsonObject
}

const BOTH = ['collaboration-request.created', 'note.created']

const headersAt = (receiver: Receiver, at: number): Record<string, string> =>
  Object.fromEntries(
    (receiver.received[at]?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]),
  )

/** What CloudEvents' own library makes of a delivery; it throws for what is none. */
function cloudEvent(receiver: Receiver, at: number): CloudEvent<JsonObject> {
  const message = { headers: headersAt(receiver, at), body: receiver.received[at]?.body.toString() }
  expect(HTTP.isEvent(message)).toBe(true)
  const event = HTTP.toEvent<JsonObject>(message)
  if (!(event instanceof CloudEvent)) throw new Error('more than one event')
  event.validate()
  return event
}

describe('version 2: subscriptions', () => {
  it('takes subscriptions at /v2/webhooks and lists them there as a bare array', async () => {
    const created = await call('POST /v2/webhooks', 200, { callbackUrl: 'https://api.example.com/in' })
    expect(created).toEqual({
      id: 1,
      callbackUrl: 'https://api.example.com/in',
      eventTypes: BOTH,
      active: true,
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      createdAt: expect.any(String),
    })
    expect(await call('GET /v2/webhooks', 200)).toMatchObject([
      { id: 1, active: true, callbackAuthType: 'NONE', eventTypes: BOTH },
    ])
  })

  it('has a collection for each version: neither lists the subscriptions of the other', async () => {
    await call('POST /v2/webhooks', 200, { callbackUrl: 'https://api.example.com/v2' })
    await call('POST /v1/webhooks', 200, { callbackUrl: 'https://api.example.com/v1' }, {}, 'tsanet')
    const lists = async (provider: string) => [
      await call('GET /v1/webhooks', 200, undefined, {}, provider),
      await call('GET /v2/webhooks', 200, undefined, {}, provider),
    ]
    expect(await lists(V2)).toMatchObject([[], [{ callbackUrl: 'https://api.example.com/v2' }]])
    expect(await lists('tsanet')).toMatchObject([[{ callbackUrl: 'https://api.example.com/v1' }], []])
  })

  it('is answered for a bearer token alone, in the two error modes of version 1', async () => {
    for (const route of ['GET /v1/webhooks', 'GET /v2/webhooks'])
      await call(route, 401, undefined, { credentials: {} })
    const headers = { Accept: 'application/json, application/problem+json' }
    await call('POST /v2/webhooks', 500, {})
    expect(await call('POST /v2/webhooks', 400, {}, { headers })).toMatchObject({
      status: 400,
      instance: '/v2/webhooks',
    })
  })

  it('deprecates the registration and the list of version 1, with their end on 2027-01-01, and nothing else', () => {
    const deprecated = mock.providers.flatMap(({ id, operations }) =>
      operations
        .filter(({ http }) => http.deprecated === true)
        .map(({ method, path, http }) => [id, `${method} ${path}`, http.extensions?.['x-sunset']]),
    )
    expect(deprecated).toEqual([
      ['tsanet', 'GET /v1/webhooks', '2027-01-01'],
      ['tsanet', 'POST /v1/webhooks', '2027-01-01'],
      [V2, 'GET /v1/webhooks', '2027-01-01'],
    ])
  })
})

describe('version 2: CloudEvents', () => {
  it.each([
    ['collaboration-request.created', { requestToken: 'case-7' }],
    ['note.created', { requestToken: 'case-7', noteToken: 'nœud-🎫' }],
  ])('are taken as such by their own library, with the prefixed type: %s', async (type, data) => {
    const receiver = await receive()
    await call('POST /v2/webhooks', 200, { callbackUrl: receiver.url })
    const { event } = await mock.trigger(V2, type, { data })
    await mock.settle()
    const arrived = cloudEvent(receiver, 0)
    expect(arrived).toMatchObject({
      specversion: '1.0',
      id: event.providerId,
      type: `org.tsanet.connect.${type}`,
      source: 'https://connect2.tsanet.net',
      time: expect.stringMatching(/Z$/),
      datacontenttype: 'application/json',
      data,
    })
    expect(headersAt(receiver, 0)['content-type']).toBe('application/cloudevents+json')
    // As CloudEvents' library itself would send it, but that it writes milliseconds.
    const { headers, body } = HTTP.structured(arrived)
    expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/)
    expect(JSON.parse(receiver.received[0]?.body.toString() ?? '')).toEqual({
      ...JSON.parse(String(body)),
      time: expect.any(String),
    })
  })

  it('are signed as the payloads of version 1', async () => {
    const receiver = await receive()
    const { secret } = await call('POST /v2/webhooks', 200, { callbackUrl: receiver.url })
    await mock.trigger(V2, 'note.created')
    await mock.settle()
    const hex = createHmac('sha256', String(secret))
      .update(receiver.received[0]?.body ?? '')
      .digest('hex')
    expect(headersAt(receiver, 0)['x-hub-signature-256']).toBe(`sha256=${hex}`)
  })

  it('keep their id over all attempts, and the delivery log names it as cloudEventId', async () => {
    const receiver = await receive(503, 200)
    const { id } = await call('POST /v2/webhooks', 200, { callbackUrl: receiver.url })
    await mock.trigger(V2, 'note.created')
    await mock.clock.advance({ until: 'settled' })
    const ids = [cloudEvent(receiver, 0).id, cloudEvent(receiver, 1).id]
    const page = await call(`GET /v1/webhooks/${String(id)}/deliveries`, 200)
    const content = page.content as readonly JsonObject[]
    expect(content.map(({ cloudEventId }) => cloudEventId)).toEqual(ids)
    expect(ids[1]).toBe(ids[0])
    expect(content[0]).toMatchObject({
      eventType: 'note.created',
      attemptNumber: 2,
      requestBody: receiver.received[1]?.body.toString(),
    })
  })

  it('go to the event types that were subscribed to', async () => {
    const receiver = await receive()
    await call('POST /v2/webhooks', 200, { callbackUrl: receiver.url, eventTypes: ['note.created'] })
    for (const type of BOTH) await mock.trigger(V2, type)
    await mock.settle()
    expect(receiver.received.map((_, at) => cloudEvent(receiver, at).type)).toEqual([
      'org.tsanet.connect.note.created',
    ])
  })
})

describe("version 2: what follows TSANet's own clients", () => {
  it('the SDK: registration and list of a version, delivery log and deletion shared', async () => {
    const sdk = sdkSession(mock, V2, 'v2')
    sdk.use(((await mock.credentials(V2)).Authorization ?? '').replace('Bearer ', ''))
    const receiver = await receive()
    const made = await sdk.create(receiver.url)
    await mock.trigger(V2, 'note.created')
    await mock.settle()
    expect((await sdk.deliveries(made.id)).content).toHaveLength(1)
    expect(await sdk.remove(made.id)).toEqual([])
    expect(mock.violations()).toEqual([])
  })

  it("the SDK's receiver, made for version 1, finds the signature right and refuses the payload with 400", async () => {
    const sdk = sdkSession(mock, V2, 'v2')
    sdk.use(((await mock.credentials(V2)).Authorization ?? '').replace('Bearer ', ''))
    const receiver = await receive()
    await sdk.create(receiver.url)
    await mock.trigger(V2, 'note.created')
    await mock.settle()
    const [delivery] = receiver.received
    const signature = headerOf(delivery?.headers ?? [], 'X-Hub-Signature-256')
    expect(sdk.receive(signature, delivery?.body ?? Buffer.alloc(0))).toEqual({
      status: 400,
      message: 'Webhook payload missing eventType',
    })
  })

  it.each(['tsanet', V2])(
    'the connector for Zendesk asks both versions of %s, and finds a push that authenticates itself',
    async (provider) => {
      const found = async () => {
        const lists = [
          await call('GET /v1/webhooks', 200, undefined, {}, provider),
          await call('GET /v2/webhooks', 200, undefined, {}, provider),
        ] as unknown as readonly (readonly JsonObject[])[]
        return lists.flat().some(({ callbackAuthType: type }) => type !== undefined && type !== 'NONE')
      }
      expect(await found()).toBe(false)
      const callbackAuth = { type: 'BASIC', username: 'u', password: 'p' }
      const route = `POST /${provider === V2 ? 'v2' : 'v1'}/webhooks`
      await call(route, 200, { callbackUrl: 'https://api.example.com/in', callbackAuth }, {}, provider)
      expect(await found()).toBe(true)
    },
  )
})
