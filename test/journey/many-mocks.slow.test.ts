import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { callApi } from '../support/api-call.ts'

const run = promisify(execFile)
const ACME = fileURLToPath(new URL('../support/acme.yaml', import.meta.url))
const PROGRAM = fileURLToPath(new URL('../support/many-mocks.ts', import.meta.url))
const LONG = 90_000

describe('mocks that are started and closed', () => {
  it(
    'leave nothing behind: the program ends by itself, and its memory does not grow',
    async () => {
      const started = process.hrtime.bigint()
      const { stdout, stderr } = await run(
        process.execPath,
        ['--expose-gc', '--import', 'tsx', PROGRAM, ACME, '200'],
        { timeout: LONG },
      )
      const { handles, heapMiB, growthMiB } = JSON.parse(stdout)
      expect(stderr).toBe('')
      expect(handles).toEqual([])
      // From the 20th mock to the 200th: less than 100 KiB for each would be a leak worth looking for; noise is 2 MiB.
      expect({ growthMiB, heapMiB, isBounded: growthMiB < 12 }).toMatchObject({ isBounded: true })
      expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(LONG / 1_000)
    },
    LONG,
  )

  it('is closed by await using, once, however often it is asked', async () => {
    let origin = ''
    {
      await using mock = await startMock({ specs: [ACME] })
      origin = mock.origin
      expect((await fetch(origin)).status).toBe(200)
    }
    await expect(fetch(origin)).rejects.toThrow()
    const mock = await startMock({ specs: [ACME] })
    await Promise.all([mock.close(), mock.close(), mock[Symbol.asyncDispose]()])
    await mock.close()
  })

  it('waits no longer than it is told, also for an attempt that had not begun', async () => {
    await using silent = await startReceiver({ respond: ['timeout'] })
    const mock = await startMock({ specs: [ACME], attemptTimeoutMs: 30_000 })
    await mock.register('acme', { url: silent.url })
    const { event } = await mock.trigger('acme', 'note.created')
    const delivered = mock.delivered(event, { timeout: '30s' })
    const told = expect(delivered).rejects.toThrow(
      / was not settled before the mock was closed:\n.*pending$/m,
    )
    const started = performance.now()
    await mock.close(0)
    await told
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('ends an advance of the clock that is under way', async () => {
    await using failing = await startReceiver({ respond: [503] })
    const mock = await startMock({ specs: [ACME], clock: 'virtual' })
    await mock.register('acme', { url: failing.url })
    await mock.trigger('acme', 'note.created')
    const advance = mock.clock.advance({ until: 'settled' })
    await mock.close(0)
    expect((await advance).attempts).toBeLessThanOrEqual(1)
  })

  it('share nothing with those beside them', async () => {
    await using first = await startMock({ specs: [ACME], clock: 'virtual', attemptTimeoutMs: 10_000 })
    await using second = await startMock({ specs: [ACME], clock: 'virtual', attemptTimeoutMs: 10_000 })
    await using mine = await startReceiver({ respond: [503, 200] })
    await using theirs = await startReceiver()
    const told: string[] = []
    second.feed.subscribe(({ type }) => void told.push(type))
    await callApi(first, 'acme', 'POST /hooks', { url: mine.url })
    first.use({ plane: 'api', on: {}, do: 503 })
    const { event } = await first.trigger('acme', 'note.created')
    const before = second.clock.now()
    await first.settle()
    await first.clock.advance('10s')
    expect(await first.delivered(event)).toMatchObject([
      { status: 'succeeded', attempts: [{ number: 1 }, { number: 2 }] },
    ])
    expect(told).toEqual([])
    expect(second.clock.now()).toBe(before)
    expect([await second.deliveries(), second.requests(), second.faults.list()]).toEqual([[], [], []])
    expect(second.coverage().events[0]?.count).toBe(0)
    await expect(second.delivered(event)).rejects.toThrow(`Failed to find the event "${event.id}".`)
    await second.register('acme', { url: theirs.url })
    await second.trigger('acme', 'note.created')
    await second.settle()
    expect([mine.received.length, theirs.received.length]).toEqual([2, 1])
    await first.reset()
    expect(await second.deliveries()).toHaveLength(1)
  })
})
