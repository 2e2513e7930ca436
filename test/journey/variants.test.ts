import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type Mock, type MockOptions, startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'

const ACME = new URL('../support/acme.yaml', import.meta.url).pathname
const ORDERED = new URL('../support/acme@ordered.yaml', import.meta.url).pathname
const NOTE = 'note.created'

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function start(options: MockOptions = {}): Promise<Mock> {
  const mock = await startMock({ specs: [ACME, ORDERED], clock: 'virtual', ...options })
  open.push(mock)
  return mock
}

/** Registers a webhook through a provider's own API; answers the status. */
async function register(mock: Mock, path: string): Promise<number> {
  const response = await fetch(`${mock.origin}${path}/hooks`, {
    method: 'POST',
    headers: { Authorization: 'Bearer acme_test', 'Content-Type': 'application/json' },
    body: JSON.stringify({ url: 'http://127.0.0.1:1/hooks' }),
  })
  return response.status
}

async function control(mock: Mock, path: string, body?: JsonObject): Promise<unknown> {
  const response = await fetch(`${mock.origin}/_mock${path}`, {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return response.json()
}

describe('two variants of a provider', () => {
  it('stand side by side, each with webhooks, deliveries and log of its own', async () => {
    const mock = await start()
    expect(mock.providers.map(({ id, name, variant }) => [id, name, variant])).toEqual([
      ['acme', 'acme', null],
      ['acme@ordered', 'acme', 'ordered'],
    ])
    expect([mock.url('acme'), mock.url('acme@ordered')]).toEqual([
      `${mock.origin}/acme`,
      `${mock.origin}/acme@ordered`,
    ])
    expect(await register(mock, '/acme@ordered')).toBe(201)
    expect(await register(mock, '/acme%40ordered')).toBe(201)
    expect(await register(mock, '/acme')).toBe(201)
    const { deliveries } = await mock.trigger('acme@ordered', NOTE)
    expect(deliveries.map(({ provider }) => provider)).toEqual(['acme@ordered', 'acme@ordered'])
    expect((await mock.webhooks({ provider: 'acme' })).length).toBe(1)
    expect(mock.requests({ provider: 'acme@ordered' }).map(({ path }) => path)).toHaveLength(2)
    expect(await mock.deliveries({ provider: 'acme' })).toEqual([])
    await mock.reset({ provider: 'acme@ordered' })
    expect((await mock.webhooks()).map(({ provider }) => provider)).toEqual(['acme'])
  })

  it('are named by the control API, and by each of their names', async () => {
    const mock = await start()
    expect(await control(mock, '/health')).toMatchObject({ providers: ['acme', 'acme@ordered'] })
    expect(await control(mock, '/providers')).toMatchObject([
      { id: 'acme', name: 'acme', variant: null, baseUrl: `${mock.origin}/acme` },
      { id: 'acme@ordered', name: 'acme', variant: 'ordered', baseUrl: `${mock.origin}/acme@ordered` },
    ])
    const event = { provider: 'acme@ordered', type: NOTE }
    expect(await control(mock, '/events', event)).toMatchObject({ event: { provider: 'acme@ordered' } })
    expect(await control(mock, '/events?provider=acme')).toMatchObject({ events: [] })
    expect(await control(mock, '/events', { ...event, provider: 'acme@orderd' })).toMatchObject({
      status: 422,
      detail: expect.stringContaining('Did you mean "acme@ordered"?'),
    })
    const lost = await fetch(`${mock.origin}/acme@orderd/hooks`)
    expect([lost.status, await lost.json()]).toMatchObject([
      404,
      { detail: expect.stringContaining('belongs to no provider. Did you mean "acme@ordered"?') },
    ])
  })

  it('are kept apart by a state that is read again, and by a snapshot', async () => {
    const db = join(tmpdir(), `hookproof-variants-${process.pid}.json`)
    const first = await start({ db })
    const hook = await first.register('acme@ordered', { url: 'http://127.0.0.1:1/a' })
    await first.register('acme', { url: 'http://127.0.0.1:1/b' })
    const snapshot = await first.snapshot()
    await first.close()
    const second = await start({ db })
    open.push({ close: () => rm(db, { force: true }) })
    expect((await second.webhooks({ provider: 'acme@ordered' })).map(({ id }) => id)).toEqual([hook.id])
    await second.reset()
    await second.restore(snapshot)
    expect((await second.webhooks({ provider: 'acme@ordered' })).map(({ id }) => id)).toEqual([hook.id])
    const alone = await start({ specs: [ACME] })
    await expect(alone.restore(snapshot)).rejects.toThrow('acme@ordered')
  })
})

describe('the only variant that is served', () => {
  it('answers to the bare name, in addresses and in every call', async () => {
    const mock = await start({ variant: 'ordered' })
    expect(mock.providers.map(({ id }) => id)).toEqual(['acme@ordered'])
    expect(await register(mock, '/acme')).toBe(201)
    await mock.trigger('acme', NOTE)
    expect((await mock.webhooks({ provider: 'acme' })).map(({ provider }) => provider)).toEqual([
      'acme@ordered',
    ])
    expect(await control(mock, '/deliveries?provider=acme')).toMatchObject({
      deliveries: [{ provider: 'acme@ordered' }],
    })
    mock.use({ plane: 'api', on: { provider: 'acme' }, do: 503 })
    expect(await register(mock, '/acme@ordered')).toBe(503)
    await mock.reset({ provider: 'acme' })
    expect(await mock.webhooks()).toEqual([])
  })

  it('can be the default one, by the name of its variant', async () => {
    const mock = await start({ specs: [], providers: ['beel@spring-2026'] })
    expect(mock.url('beel@spring-2026')).toBe(`${mock.origin}/beel/api`)
    const answer = await fetch(`${mock.origin}/beel@spring-2026/api/v1/webhooks`, {
      headers: await mock.credentials('beel'),
    })
    expect(answer.status).toBe(200)
  })
})

describe('the environment of an account', () => {
  it('decides how its webhooks are delivered to, wherever it comes from', async () => {
    const mock = await start({ specs: [ACME] })
    const made = (await control(mock, '/accounts', { provider: 'acme', environment: 'doubling' })) as {
      readonly account: string
      readonly environment: string
    }
    expect(made.environment).toBe('doubling')
    expect((await mock.account('acme')).environment).toBe('plain')
    await using down = await startReceiver({ respond: [503] })
    const attempts = async (account: string | undefined) => {
      const own = account !== undefined && { account }
      await mock.register('acme', { url: down.url, ...own })
      const { event } = await mock.trigger('acme', NOTE, undefined, { ...own })
      await mock.clock.advance({ until: 'settled' })
      return (await mock.deliveries({ event: event.id })).map((one) => one.attempts.length)
    }
    expect(await attempts(made.account)).toEqual([6])
    expect(await attempts(undefined)).toEqual([3])
    const again = await mock.snapshot()
    await mock.restore(again)
    expect(await attempts(made.account)).toContain(6)
  })

  it.each([
    ['beel', 'invoice.emitted'],
    ['beel@autumn-2026', 'invoice.issued'],
  ])('is that of the key, and %s says so in its events', async (provider, event) => {
    const mock = await start({ specs: [], providers: ['beel', 'beel@autumn-2026'] })
    await using receiver = await startReceiver()
    for (const account of ['default', 'live']) {
      const made = await fetch(`${mock.url(provider)}/v1/webhooks`, {
        method: 'POST',
        headers: { ...(await mock.credentials(provider, account)), 'Content-Type': 'application/json' },
        body: JSON.stringify({ url: receiver.url, events: [event] }),
      })
      expect(made.status).toBe(201)
      await mock.trigger(provider, event, undefined, { account })
      await mock.settle()
    }
    const sent = receiver.received.map(({ body }) => JSON.parse(String(body)))
    expect(sent.filter(({ test }) => test !== true).map(({ livemode }) => livemode)).toEqual([false, true])
  })

  it('has to be known', async () => {
    const mock = await start({ specs: [ACME] })
    await expect(mock.account('acme', { environment: 'doublin' })).rejects.toThrow(
      'Failed to find the environment "doublin" of acme. Did you mean "doubling"?',
    )
    await expect(mock.isolated({ environment: 'live' })).rejects.toMatchObject({
      code: 'UNKNOWN_ENVIRONMENT',
    })
    expect(await control(mock, '/accounts', { provider: 'acme', environment: 'doublin' })).toMatchObject({
      status: 422,
      errors: [{ pointer: '/environment' }],
    })
  })

  it('is that of the first account in a state that is older', async () => {
    const mock = await start({ specs: [ACME] })
    const { name } = await mock.account('acme', { environment: 'doubling' })
    const text = JSON.stringify(await mock.snapshot()).replace(',"environment":"doubling"', '')
    expect(text).not.toContain('doubling')
    await mock.restore(JSON.parse(text))
    const [account] = (await control(mock, '/providers')) as [{ accounts: readonly JsonObject[] }]
    expect(account.accounts.find((one) => one.name === name)).toMatchObject({ environment: 'plain' })
  })
})
