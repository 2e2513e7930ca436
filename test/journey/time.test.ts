import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { respond } from '../../src/fault/receiver-catalogue.ts'
import { type Mock, type MockOptions, startMock } from '../../src/mock/start-mock.ts'
import type { AnswerWord } from '../../src/receiver/answer.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { attemptsAt } from '../support/attempts.ts'

const ACME = new URL('../support/acme.yaml', import.meta.url).pathname
const NOTE = 'note.created'
const DAY = 86_400_000

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const one of open.splice(0).reverse()) await one.close()
})

async function start(options: MockOptions = {}): Promise<Mock> {
  const mock = await startMock({ specs: [ACME], clock: { kind: 'virtual' }, ...options })
  open.push(mock)
  return mock
}

/** With accounts in that environment of its document. */
async function startIn(environment: string, options?: MockOptions): Promise<Mock> {
  return (await start(options)).isolated({ environment })
}

async function receiver(...answers: AnswerWord[]): Promise<Receiver> {
  const started = await startReceiver({ respond: answers })
  open.push(started)
  return started
}

/** Answers 503 to everything, as fast as it can or after `pauseMs()`. */
async function downReceiver(pauseMs = () => 0): Promise<{ url: string; count: () => number }> {
  let count = 0
  const server: Server = createServer((request, response) => {
    count++
    request.resume()
    const answer = () => response.writeHead(503).end()
    const pause = pauseMs()
    if (pause === 0) answer()
    else setTimeout(answer, pause)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, count: () => count }
}

describe('an advance', () => {
  it('passes 30 days with 10,000 deliveries pending', async () => {
    const down = await downReceiver()
    const mock = await start()
    for (let i = 0; i < 20; i++) await mock.register('acme', { url: down.url })
    for (let i = 0; i < 500; i++) await mock.trigger('acme', NOTE)
    await mock.settle(60_000)
    expect(await mock.summary()).toMatchObject({ deliveries: 10_000, pending: 10_000, attempts: 10_000 })
    const before = mock.clock.now()
    expect(await mock.clock.advance('30d')).toEqual({ attempts: 20_000 })
    expect(mock.clock.now() - before).toBe(30 * DAY)
    expect(await mock.summary()).toMatchObject({ pending: 0, attempts: 30_000 })
    expect(down.count()).toBe(30_000)
  }, 120_000)

  it('makes the retries that fall due on the way, each at its own time', async () => {
    const there = await receiver(503, 503, 503)
    const mock = await startIn('doubling')
    const hook = await mock.register('acme', { url: there.url })
    await mock.trigger('acme', NOTE)
    await mock.settle()
    const first = mock.clock.now()
    expect(await mock.clock.advance('6999ms')).toEqual({ attempts: 2 })
    expect(await mock.clock.advance('1ms')).toEqual({ attempts: 1 })
    expect(await mock.clock.advance({ until: 'next-attempt' })).toEqual({ attempts: 1 })
    expect(await mock.clock.advance({ until: 'settled' })).toEqual({ attempts: 1 })
    const times = (await attemptsAt(mock, hook.id)).map(({ sentAtMs }) => (sentAtMs - first) / 1_000)
    expect(times).toEqual([0, 1, 3, 7, 12, 17])
    expect(mock.clock.now() - first).toBe(17_000)
  })

  it('first lets what is in flight finish: a delay counts from its end', async () => {
    const there = await receiver(respond(503, { afterMs: 60 }), 503)
    const mock = await start()
    const hook = await mock.register('acme', { url: there.url })
    await mock.trigger('acme', NOTE)
    const first = mock.clock.now()
    expect(await mock.clock.advance('10s')).toEqual({ attempts: 2 })
    const times = (await attemptsAt(mock, hook.id)).map(({ sentAtMs }) => sentAtMs - first)
    expect(times).toEqual([0, 10_000])
  })

  it('signs with the wall clock, however far the mock’s own is', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) })
    const there = await receiver(503, 200)
    const mock = await start()
    const hook = await mock.register('acme', { url: there.url })
    await mock.trigger('acme', NOTE)
    await mock.settle()
    vi.setSystemTime(Date.UTC(2026, 0, 1) + 7)
    await mock.clock.advance('30d')
    const attempts = await attemptsAt(mock, hook.id)
    expect(
      attempts.map(({ sentAt, signedAt }) =>
        [sentAt, signedAt].map((at) => Date.parse(at) - Date.UTC(2026, 0, 1)),
      ),
    ).toEqual([
      [0, 0],
      [10_000, 7],
    ])
  })
})

describe('settling', () => {
  it('returns once nothing is in flight nor due, and says what is to come', async () => {
    const there = await receiver('slow:60ms', 503)
    const mock = await start()
    await mock.register('acme', { url: there.url })
    await mock.trigger('acme', NOTE)
    await mock.trigger('acme', NOTE)
    const now = mock.clock.now()
    expect(await mock.settle(20)).toMatchObject({ settled: false, pending: 2 })
    expect(await mock.settle()).toEqual({
      settled: true,
      inFlight: 0,
      pending: 1,
      nextAttemptAt: now + 10_000,
    })
  })
})

describe('settling with retries that follow at once', () => {
  it.each<MockOptions['clock']>([{ kind: 'virtual' }, { kind: 'real' }])(
    'waits for them, too: %j',
    async (clock) => {
      const there = await receiver(503)
      const mock = await startIn('insistent', { ...(clock !== undefined && { clock }) })
      await mock.register('acme', { url: there.url })
      for (let i = 0; i < 20; i++) await mock.trigger('acme', NOTE)
      expect(await mock.settle()).toEqual({ settled: true, inFlight: 0, pending: 0, nextAttemptAt: null })
      expect(there.received).toHaveLength(60)
    },
  )
})

describe('the same seed and the same steps', () => {
  /** Everything that happened, with what a receiver saw of it. */
  async function story(seed: string) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) })
    // How long an answer takes is nobody's to repeat.
    const down = await downReceiver(() => Math.random() * 8)
    const mock = await startIn('jittered', { seed })
    const hooks = []
    for (let i = 0; i < 4; i++) hooks.push(await mock.register('acme', { url: `${down.url}${i}` }))
    for (let i = 0; i < 6; i++) {
      await mock.trigger('acme', NOTE)
      await mock.clock.advance('7s')
    }
    await mock.clock.advance({ until: 'settled' })
    const attempts = (await Promise.all(hooks.map(({ id }) => attemptsAt(mock, id)))).flat()
    const lines = attempts
      .map(({ id, delivery, event, number, sequence, providerId, sentAtMs, signature, webhook }) => ({
        order: Number(providerId),
        line: [id, delivery, event, webhook, number, sequence, sentAtMs, signature?.content].join(' '),
      }))
      .sort((a, b) => a.order - b.order)
    const port = new URL(down.url).port
    return {
      hooks: hooks.map(({ id, providerId, secret }) => [id, providerId, secret]),
      lines: lines.map(({ order, line }) => `${order} ${line}`.replace(port, 'PORT')),
      deliveries: (await mock.deliveries()).map(({ id, settledAt, status }) => [id, settledAt, status]),
    }
  }

  it('come to the same ids, times and order', async () => {
    const first = await story('42')
    expect(first.lines).toHaveLength(4 * 6 * 5)
    expect(await story('42')).toEqual(first)
    const other = await story('43')
    expect(other.lines).toHaveLength(4 * 6 * 5)
    expect(other.lines[0]).not.toEqual(first.lines[0])
  })

  it('come to the same ids over a restart, whenever it is, and to no id twice', async () => {
    const ids = async (startedAt: number) => {
      const folder = await mkdtemp(join(tmpdir(), 'hookproof-seed-'))
      const found: string[] = []
      vi.useFakeTimers({ toFake: ['Date'], now: startedAt })
      const down = await receiver(503)
      for (let i = 0; i < 3; i++) {
        const mock = await start({ seed: '42', db: join(folder, 'db.json') })
        const hook = await mock.register('acme', { url: down.url })
        const { event, deliveries } = await mock.trigger('acme', NOTE)
        await mock.clock.advance('1m')
        const attempts = await attemptsAt(mock, hook.id)
        found.push(hook.id, hook.secret, event.id, ...deliveries.map(({ id }) => id))
        found.push(...attempts.map(({ id }) => id))
        await mock.close()
      }
      await rm(folder, { recursive: true })
      return found
    }
    const first = await ids(Date.UTC(2026, 0, 1))
    expect(new Set(first).size).toBe(first.length)
    expect(await ids(Date.UTC(2027, 5, 5))).toEqual(first)
  })

  it('mint new ids and secrets after a restart, though only a webhook was registered before it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hookproof-seed-'))
    const hooks = []
    for (let i = 0; i < 2; i++) {
      const mock = await start({ seed: '42', db: join(folder, 'db.json') })
      hooks.push(await mock.register('acme', { url: 'http://127.0.0.1:9/' }))
      await mock.close()
    }
    await rm(folder, { recursive: true })
    expect(new Set(hooks.flatMap(({ id, secret }) => [id, secret])).size).toBe(4)
  })

  it('go through what is due in the order of its time, then of its making', async () => {
    const { lines, hooks } = await story('42')
    const attempts = lines
      .map((line) => line.split(' '))
      .map((words) => ({
        delivery: words[2],
        webhook: words[4],
        number: Number(words[5]),
        at: Number(words[7]),
      }))
    const times = attempts.map(({ at }) => at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    for (const { delivery, number, at } of attempts) {
      const next = attempts.find((one) => one.delivery === delivery && one.number === number + 1)
      if (next !== undefined)
        expect(next.at - at).toSatisfy((delay: number) => delay >= 8_000 && delay <= 12_000)
    }
    const firsts = attempts.filter(({ number }) => number === 1).map(({ webhook }) => webhook)
    expect(firsts).toEqual(Array.from({ length: 6 }, () => hooks.map(([id]) => id)).flat())
  })
})
