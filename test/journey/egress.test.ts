import { createHmac } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import type { Resolve } from '../../src/delivery/egress.ts'
import { type Mock, type MockOptions, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { callApi, textAt } from '../support/api-call.ts'
import { clientOf } from '../support/provider-clients.ts'

const REGISTERED = 'https://example.be/hooks/bce'
const BLOCKED =
  'example.be is not loopback; add --allow-host example.be or --forward https://example.be=http://127.0.0.1:PORT'

/** This machine by its name, which is neither `localhost` nor an address; null where the name leads nowhere. */
const own = await lookup(hostname()).then(
  ({ address }) => ({ name: hostname(), address }),
  () => null,
)

const open: { close(): Promise<void> }[] = []
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
  open.push(receiver)
})
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function start(options: MockOptions = {}): Promise<Mock> {
  const mock = await startMock({ providers: ['companybelgium'], clock: { kind: 'virtual' }, ...options })
  open.push(mock)
  return mock
}

interface Shown {
  readonly status: string
  readonly reason: string | null
  readonly attempts: readonly {
    readonly number: number
    readonly request: { readonly url: string; readonly sentTo: string | null }
    readonly outcome: { readonly kind: string; readonly error: string | null; readonly status: number | null }
  }[]
}

/** One event for a webhook there, and what the control API shows of its delivery once the time has come for all of it. */
async function deliver(mock: Mock, url: string) {
  const created = await (await clientOf(mock, 'companybelgium')).create(url)
  const { event } = await mock.trigger('companybelgium', 'enterprise.updated')
  await mock.clock.advance({ until: 'settled' })
  const [delivery] = await mock.deliveries({ event: event.id })
  const answer = await fetch(`${mock.origin}/_mock/deliveries/${delivery?.id}`)
  return { ...created, event, shown: (await answer.json()) as Shown }
}

it('takes a public URL, blocks its delivery after one attempt, and names the flag', async () => {
  const mock = await start()
  const { id, shown } = await deliver(mock, REGISTERED)
  expect([shown.status, shown.reason]).toEqual(['blocked', BLOCKED])
  expect(shown.attempts).toHaveLength(1)
  expect(shown.attempts[0]).toMatchObject({
    number: 1,
    request: { url: REGISTERED, sentTo: null },
    outcome: { kind: 'blocked', status: null },
  })
  const log = await callApi(mock, 'companybelgium', `GET /webhook/${id}/events`)
  expect(log.body).toMatchObject({ data: [{ status: 'failed', responseCode: null }] })
  const test = await callApi(mock, 'companybelgium', `POST /webhook/${id}/trigger`)
  expect(test).toMatchObject({ status: 200, body: { data: { delivered: false } } })
})

it.each([
  ['an address of this network', 'https://192.168.0.10/x', '192.168.0.10'],
  ['the metadata service', 'https://169.254.169.254/latest', '169.254.169.254'],
  ['a decimal address', 'https://3221225985/x', '192.0.2.1'],
  [
    'a loopback address in disguise, mapped to a public one',
    'https://[::ffff:192.0.2.1]/x',
    '[::ffff:c000:201]',
  ],
])('blocks %s', async (_, url, host) => {
  const { shown } = await deliver(await start(), url)
  expect([shown.status, shown.attempts.length]).toEqual(['blocked', 1])
  expect(shown.reason).toMatch(`${host.replace(/[[\]]/g, '')} is not loopback; add --allow-host `)
})

it.each([
  ['its origin', 'https://example.be', '', '/hooks/bce'],
  ['a prefix', 'https://example.be/hooks', '/in', '/in/bce'],
  ['everything', '*', '', '/hooks/bce'],
])(
  'forwards %s to the local receiver, signed as registered, and shows both URLs',
  async (_, from, below, path) => {
    const mock = await start({ forward: [{ from, to: `${receiver.url}${below}` }] })
    const { secret, shown } = await deliver(mock, REGISTERED)
    expect(shown).toMatchObject({ status: 'succeeded', reason: null })
    expect(shown.attempts.map(({ request }) => [request.url, request.sentTo])).toEqual([
      [REGISTERED, `${receiver.url}${path}`],
    ])
    const [arrived] = receiver.received
    expect(arrived?.path).toBe(path)
    const digest = createHmac('sha256', secret)
      .update(arrived?.body ?? '')
      .digest('hex')
    expect(headerOf(arrived?.headers ?? [], 'X-CompanyBelgium-Signature')).toBe(`sha256=${digest}`)
  },
)

it('leaves what no mapping fits blocked', async () => {
  const mock = await start({ forward: [{ from: 'https://example.be', to: receiver.url }] })
  expect((await deliver(mock, 'https://example.be.evil.example/x')).shown.status).toBe('blocked')
  expect(receiver.received).toEqual([])
})

it.skipIf(own === null)('lets a named host through, for registrations over http as well', async () => {
  const there = await startReceiver({ host: own?.address ?? '' })
  open.push(there)
  const url = `http://${own?.name}:${there.port}/hooks`
  for (const allowHosts of [[], [`${own?.name}:1`]]) {
    const closed = await start({ allowHosts })
    const refused = await callApi(closed, 'companybelgium', 'POST /webhook', { name: 'x', url })
    expect([refused.status, textAt(refused, '/error')]).toEqual([400, `Invalid url: ${url} must use https`])
  }
  const mock = await start({ allowHosts: [own?.name ?? ''] })
  expect((await deliver(mock, url)).shown).toMatchObject({ status: 'succeeded', reason: null })
  expect(there.received).toHaveLength(1)
})

it('takes no http at all under strict URLs', async () => {
  const mock = await start({ strictUrls: true })
  const refused = await callApi(mock, 'companybelgium', 'POST /webhook', { name: 'x', url: receiver.url })
  expect([refused.status, textAt(refused, '/error')]).toEqual([
    400,
    `Invalid url: ${receiver.url} must use https`,
  ])
})

it('does not follow a redirect', async () => {
  const moved = await startReceiver({ respond: [`redirect:${receiver.url}/moved`] })
  open.push(moved)
  const { shown } = await deliver(await start(), moved.url)
  expect(shown.status).toBe('exhausted')
  expect(new Set(shown.attempts.map(({ outcome }) => outcome.status))).toEqual(new Set([302]))
  expect([moved.received.length, receiver.received.length]).toEqual([8, 0])
})

it('looks up no name that is not allowed, neither when it is registered nor when it is delivered to', async () => {
  const asked: string[] = []
  const resolve: Resolve = async (name) => {
    asked.push(name)
    return [{ address: '127.0.0.1', family: 4 }]
  }
  const mock = await start({ resolve, allowHosts: ['other.test'] })
  expect((await deliver(mock, REGISTERED)).shown.reason).toBe(BLOCKED)
  expect(asked).toEqual([])
})

describe('a webhook at the mock itself', () => {
  it.each<[string, MockOptions]>([
    ['http://127.0.0.1:PORT', {}],
    ['http://127.1:PORT', {}],
    ['http://localhost.:PORT', {}],
    ['http://[::1]:PORT', {}],
    ['http://[::ffff:127.0.0.1]:PORT', {}],
    ['http://0:PORT', { allowHosts: ['0.0.0.0'] }],
    ['http://rebound.test:PORT', { allowHosts: ['rebound.test'] }],
    ['http://127.9.9.9:PORT', { host: '0.0.0.0' }],
    ...(own === null
      ? []
      : ([[`http://${own.name}:PORT`, { host: '0.0.0.0', allowHosts: [own.name] }]] satisfies [
          string,
          MockOptions,
        ][])),
  ])('is blocked, as %s with %o', async (written, options) => {
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const mock = await start({ ...(written.includes('rebound') && { resolve }), ...options })
    const url = written.replace('PORT', new URL(mock.origin).port)
    const { shown } = await deliver(mock, `${url}/_mock/reset`)
    expect([shown.status, shown.reason]).toEqual([
      'blocked',
      `${new URL(url).origin} is this mock itself; register the URL of your receiver`,
    ])
    expect(shown.attempts).toMatchObject([{ request: { sentTo: null }, outcome: { kind: 'blocked' } }])
    expect(await mock.webhooks()).toHaveLength(1)
  })

  it('is blocked by a forwarding', async () => {
    const port = await freePort()
    const mock = await start({ port, forward: [{ from: '*', to: `http://localhost:${port}/_mock` }] })
    expect((await deliver(mock, 'https://example.be/reset')).shown.reason).toMatch(
      `http://localhost:${port} is this mock itself`,
    )
  })
})

async function freePort(): Promise<number> {
  const taken = await startReceiver()
  await taken.close()
  return taken.port
}
