import { afterEach, describe, expect, it } from 'vitest'
import { type Mock, startMock } from '../../src/mock.ts'
import { type Manner, type StubbornReceiver, startStubborn } from '../support/stubborn-receiver.ts'

const ACME = new URL('../support/acme.yaml', import.meta.url).pathname
const NOTE = 'note.created'
/** Of an attempt, in the document. */
const TIMEOUT_MS = 500
const EVENTS = 40

const open: { close(ms?: number): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close(0)
})

async function start(): Promise<Mock> {
  const mock = await startMock({ specs: [ACME], clock: { kind: 'virtual' } })
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
  it('costs its own deliveries only', async () => {
    const mock = await start()
    const bad = await receiver(manner)
    const good = [await receiver('prompt'), await receiver('prompt')]
    const hook = await mock.register('acme', { url: bad.url })
    for (const { url } of good) await mock.register('acme', { url })
    const began = performance.now()
    for (let i = 0; i < EVENTS; i++) await mock.trigger('acme', NOTE)
    await expect.poll(() => good.map(({ arrivals }) => arrivals.length)).toEqual([EVENTS, EVENTS])
    const took = performance.now() - began
    // Before the first attempt at the bad one is over, and so before it could have made room for anyone.
    expect((await mock.attempts(hook.id)).filter(({ outcome }) => outcome !== null)).toEqual([])
    expect(took).toBeLessThan(TIMEOUT_MS)
    expect(bad.arrivals.length).toBe(8)

    await expect.poll(() => bad.arrivals.length, { timeout: 3_000 }).toBe(16)
    const over = (await mock.attempts(hook.id)).flatMap(({ outcome, durationMs }) =>
      outcome === null ? [] : [[outcome.kind, Math.round((durationMs ?? 0) / 100) * 100]],
    )
    expect(over).toEqual(Array.from({ length: 8 }, () => ['timed-out', TIMEOUT_MS]))
  })
})

describe('an endless answer', () => {
  it('is read to 64 KiB, and then let go of', async () => {
    const mock = await start()
    const bad = await receiver('endless')
    const hook = await mock.register('acme', { url: bad.url })
    await mock.trigger('acme', NOTE)
    expect(await mock.settle()).toMatchObject({ settled: true, pending: 0 })
    const [attempt] = await mock.attempts(hook.id)
    const { outcome } = attempt ?? {}
    expect(outcome).toMatchObject({ kind: 'responded', status: 200, truncated: true })
    expect(outcome?.kind === 'responded' && outcome.body.text.length).toBe(64 * 1024)
    await expect.poll(() => bad.sockets().open).toBe(0)
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
    expect(opened).toBeLessThanOrEqual(8)
    expect(still).toBe(opened)
    await mock.close()
    await expect.poll(() => there.sockets().open).toBe(0)
  })

  it('are bounded overall', async () => {
    const mock = await start()
    const hanging = await Promise.all(Array.from({ length: 12 }, () => receiver('hanging')))
    for (const { url } of hanging) await mock.register('acme', { url })
    for (let i = 0; i < 10; i++) await mock.trigger('acme', NOTE)
    const arrived = () => hanging.reduce((sum, { arrivals }) => sum + arrivals.length, 0)
    await expect.poll(arrived).toBe(64)
    expect((await mock.settle(50)).inFlight).toBe(64)
    expect(arrived()).toBe(64)
  })
})
