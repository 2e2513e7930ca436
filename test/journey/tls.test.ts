import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Resolve } from '../../src/delivery/egress.ts'
import { type Mock, type MockOptions, startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { callApi } from '../support/api-call.ts'
import { attemptsAt } from '../support/attempts.ts'
import { type SecureReceiver, selfSigned, startSecureReceiver } from '../support/certificate.ts'
import { type KillableMock, type PrintedLine, startKillable } from '../support/killable-mock.ts'

const NAME = 'hooks.test'
const EVENT = 'RecurringPayments.charge.paid'
const named = selfSigned(NAME)
const local = selfSigned('localhost')
const toLoopback: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function start(options: MockOptions): Promise<Mock> {
  const mock = await startMock({ providers: ['donutwork'], clock: { kind: 'virtual' }, ...options })
  open.push(mock)
  return mock
}

const create = (mock: Mock, url: string) =>
  callApi(mock, 'donutwork', 'POST /2026-02-01/webhooks.json', {
    webhook: { name: 'Billing Events', url, events: EVENT },
  })

describe('a provider that looks at the certificate of a receiver', () => {
  const REFUSED = { status: 400, body: { error: 'A valid "url" must be specified.' } }
  let there: SecureReceiver
  let url: string
  beforeEach(async () => {
    there = await startSecureReceiver(named)
    open.push(there)
    url = `https://${NAME}:${there.port}/hooks`
  })

  it('refuses one that it cannot trust, and keeps nothing', async () => {
    const mock = await start({ allowHosts: [NAME], resolve: toLoopback })
    const { status, body } = await create(mock, url)
    expect({ status, body }).toEqual(REFUSED)
    expect(there.connections()).toBe(1)
    expect(await mock.summary()).toMatchObject({ webhooks: 0 })
  })

  it('takes one that it is told to trust, and delivers there', async () => {
    const mock = await start({ allowHosts: [NAME], resolve: toLoopback, ca: named.file })
    expect((await create(mock, url)).status).toBe(201)
    const { event } = await mock.trigger('donutwork', EVENT)
    await mock.settle()
    expect(there.received).toEqual([event.body])
  })

  it('refuses one that is not there, and one that keeps silent', async () => {
    const mock = await start({ allowHosts: [NAME], resolve: toLoopback, ca: named.file })
    const { status, body } = await create(mock, `https://${NAME}:9/hooks`)
    expect({ status, body }).toEqual(REFUSED)
    const silent = await startReceiver()
    open.push(silent)
    expect(await create(mock, `https://${NAME}:${silent.port}/hooks`)).toMatchObject(REFUSED)
  })

  it('takes any where certificates do not matter', async () => {
    const mock = await start({ allowHosts: [NAME], resolve: toLoopback, insecure: true })
    expect((await create(mock, url)).status).toBe(201)
  })

  it.each<[string, string, MockOptions]>([
    ['loopback', 'https://127.0.0.1:PORT/hooks', {}],
    ['localhost', 'https://localhost:PORT/hooks', {}],
    ['a name that nobody allowed', `https://${NAME}:PORT/hooks`, {}],
    [
      'a forwarded one',
      `https://${NAME}:PORT/hooks`,
      { allowHosts: [NAME], forward: [{ from: '*', to: 'http://127.0.0.1:9' }] },
    ],
  ])('does not call %s', async (_, to, options) => {
    const mock = await start({ resolve: toLoopback, ...options })
    expect((await create(mock, to.replace('PORT', String(there.port)))).status).toBe(201)
    expect(there.connections()).toBe(0)
  })

  it('does not ask where a webhook is registered past its API', async () => {
    const mock = await start({ allowHosts: [NAME], resolve: toLoopback })
    await mock.register('donutwork', { url })
    expect(there.connections()).toBe(0)
  })
})

describe('a name that changes its answer', () => {
  it('is checked at each connection: what leads out is never connected to', async () => {
    const answers = ['127.0.0.1', '127.0.0.1', '192.0.2.7']
    let asked = 0
    const resolve: Resolve = async () => [
      { address: answers[Math.min(asked++, answers.length - 1)] ?? '', family: 4 },
    ]
    const receiver = await startReceiver()
    open.push(receiver)
    const mock = await start({ resolve, allowHosts: ['10.0.0.0/8'] })
    // Without TLS there: each attempt fails, and so needs a connection of its own.
    const hook = await mock.register('donutwork', { url: `https://rebinding.test:${receiver.port}/hooks` })
    const { deliveries } = await mock.trigger('donutwork', EVENT)
    await mock.clock.advance({ until: 'settled' })
    const [delivery] = await mock.deliveries({ event: deliveries[0]?.event.id })
    const attempts = await attemptsAt(mock, hook.id)
    expect(attempts.map(({ outcome }) => outcome?.kind)).toEqual(['tls-failed', 'tls-failed', 'blocked'])
    expect(delivery).toMatchObject({ status: 'blocked' })
    // Refused, not waited for.
    expect(attempts[2]?.durationMs).toBeLessThan(500)
    expect(asked).toBe(3)
  })
})

describe('hookproof start', () => {
  let there: SecureReceiver
  let mock: KillableMock | undefined
  const lines: PrintedLine[] = []
  beforeEach(async () => {
    lines.length = 0
    there = await startSecureReceiver(local)
    open.push(there)
  })
  afterEach(async () => {
    await mock?.kill()
  })

  const attempt = async (...flags: string[]) => {
    const to = `https://localhost:${there.port}/hooks`
    mock = startKillable(['--memory', '--provider', 'donutwork', '--forward-to', to, ...flags], (line) =>
      lines.push(line),
    )
    const ready = await mock.ready
    await fetch(`${ready.url}/_mock/events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ provider: 'donutwork', type: EVENT }),
    })
    await expect.poll(() => lines.some(({ type }) => type === 'attempt'), { timeout: 10_000 }).toBe(true)
    const made = lines.find((line) => line.type === 'attempt')
    return { ready, outcome: made?.attempt.outcome }
  }

  it('has an outcome of its own for a certificate that it does not trust', async () => {
    const { ready, outcome } = await attempt()
    expect(outcome).toMatchObject({
      kind: 'tls-failed',
      error: `no secure connection to localhost:${there.port}: self-signed certificate`,
    })
    expect(ready).toMatchObject({ notices: [] })
    expect(there.received).toEqual([])
  })

  it('trusts what --ca names', async () => {
    expect(await attempt('--ca', local.file)).toMatchObject({
      ready: { notices: [] },
      outcome: { kind: 'responded', status: 200 },
    })
  })

  it('trusts anything under --insecure, and warns', async () => {
    expect(await attempt('--insecure')).toMatchObject({
      ready: { notices: ['Certificates of receivers are not checked: --insecure is set.'] },
      outcome: { kind: 'responded', status: 200 },
    })
  })
})
