import { afterEach, describe, expect, it } from 'vitest'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { attemptsAt } from '../support/attempts.ts'
import { type Manner, type StubbornReceiver, startStubborn } from '../support/stubborn-receiver.ts'

const ACME = new URL('../support/acme.yaml', import.meta.url).pathname
const NOTE = 'note.created'
const TIMEOUT_MS = 100
const EVENTS = 40
/** Attempts at one webhook at a time. */
const LIMIT = 8
/** So long that no test sees the end of it, however busy the machine is. */
const HOURS = 3_600_000
const PATIENCE = { timeout: 15_000 }

const open: { close(ms?: number): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close(0)
})

async function start(attemptTimeoutMs = HOURS): Promise<Mock> {
  const mock = await startMock({ specs: [ACME], clock: { kind: 'virtual' }, attemptTimeoutMs })
  open.push(mock)
  // So that the first events do not wait for what is loaded once.
  const warm = await receiver('prompt')
  const hook = await mock.register('acme', { url: warm.url })
  await mock.trigger('acme', NOTE)
  await mock.settle()
  await fetch(`${mock.url('acme')}/hooks/${hook.providerId}`, {
    method: 'DELETE',
    headers: await mock.credentials('acme'),
  })
  return mock
}

async function receiver(manner: Manner): Promise<StubbornReceiver> {
  const started = await startStubborn(manner)
  open.push(started)
  return started
}

describe.each(['hanging', 'dribbling'] as const)('a %s receiver', (manner) => {
  it('costs its own deliveries only: the other nine are done while it still holds on', async () => {
    const mock = await start()
    const bad = await receiver(manner)
    const good = await Promise.all(Array.from({ length: 9 }, () => receiver('prompt')))
    const hook = await mock.register('acme', { url: bad.url })
    for (const { url } of good) await mock.register('acme', { url })
    for (let i = 0; i < EVENTS; i++) await mock.trigger('acme', NOTE)
    await expect
      .poll(() => good.map(({ arrivals }) => arrivals.length), PATIENCE)
      .toEqual(good.map(() => EVENTS))
    // Not one of its attempts is over, and so none has made room for anyone.
    expect((await attemptsAt(mock, hook.id)).map(({ outcome }) => outcome)).toEqual(Array(LIMIT).fill(null))
    expect(bad.arrivals.length).toBe(LIMIT)
  })

  it('is given up when the time of an attempt is over, and no sooner', async () => {
    const mock = await start(TIMEOUT_MS)
    const bad = await receiver(manner)
    const hook = await mock.register('acme', { url: bad.url })
    for (let i = 0; i < 2 * LIMIT; i++) await mock.trigger('acme', NOTE)
    await expect.poll(() => bad.arrivals.length, PATIENCE).toBe(2 * LIMIT)
    const over = (await attemptsAt(mock, hook.id)).filter(({ outcome }) => outcome !== null)
    expect(over.map(({ outcome }) => outcome?.kind)).toEqual(Array(over.length).fill('timed-out'))
    // Each of the second eight waited for one of the first.
    expect(over.length).toBeGreaterThanOrEqual(LIMIT)
    // Node fires a timer up to a millisecond early.
    for (const { durationMs } of over) expect(durationMs).toBeGreaterThan(TIMEOUT_MS - 1.5)
  })
})

describe('an endless answer', () => {
  it('is read to 64 KiB, and then let go of', async () => {
    const mock = await start()
    const bad = await receiver('endless')
    const hook = await mock.register('acme', { url: bad.url })
    await mock.trigger('acme', NOTE)
    expect(await mock.settle()).toMatchObject({ settled: true, pending: 0 })
    const [attempt] = await attemptsAt(mock, hook.id)
    const { outcome } = attempt ?? {}
    expect(outcome).toMatchObject({ kind: 'responded', status: 200, truncated: true })
    expect(outcome?.body?.length).toBe(64 * 1024)
    await expect.poll(() => bad.sockets().open, PATIENCE).toBe(0)
  })
})

describe('connections', () => {
  it('are used again, no more of them than may be in flight, and closed with the mock', async () => {
    const mock = await start()
    const there = await receiver('prompt')
    await mock.register('acme', { url: there.url })
    for (let i = 0; i < 20; i++) {
      await mock.trigger('acme', NOTE)
      await mock.settle()
    }
    expect(there.sockets()).toEqual({ opened: 1, open: 1 })
    for (let i = 0; i < 200; i++) await mock.trigger('acme', NOTE)
    await mock.settle()
    expect(there.arrivals).toHaveLength(220)
    const { opened, open: still } = there.sockets()
    expect(opened).toBeLessThanOrEqual(LIMIT)
    expect(still).toBe(opened)
    await mock.close()
    await expect.poll(() => there.sockets().open, PATIENCE).toBe(0)
  })

  it('are bounded overall', async () => {
    const mock = await start()
    const hanging = await Promise.all(Array.from({ length: 12 }, () => receiver('hanging')))
    for (const { url } of hanging) await mock.register('acme', { url })
    for (let i = 0; i < 10; i++) await mock.trigger('acme', NOTE)
    const arrived = () => hanging.reduce((sum, { arrivals }) => sum + arrivals.length, 0)
    await expect.poll(arrived, PATIENCE).toBe(64)
    expect((await mock.settle(50)).inFlight).toBe(64)
    expect(arrived()).toBe(64)
  })
})
