import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startMock } from '../../src/mock/start-mock.ts'
import { runScenario } from '../../src/scenario/run/run-scenario.ts'

const mock = await startMock({ providers: ['tsanet'], clock: 'virtual' })
afterAll(() => mock.close(0))

const END = '9999-12-31T23:59:59.999Z'

it('no clock is advanced beyond the year 9999, by the library or by the control API', async () => {
  const before = mock.clock.now()
  for (const by of ['2932896d', '99999999d', `${'9'.repeat(400)}d`]) {
    await expect(mock.clock.advance(by)).rejects.toMatchObject({ kind: 'input', code: 'CLOCK_END' })
    const response = await fetch(`${mock.origin}/_mock/clock/advance`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ by }),
    })
    expect([response.status, await response.json()]).toEqual([
      422,
      expect.objectContaining({
        pointer: '/by',
        detail: expect.stringContaining(`after ${END}, where it ends`),
      }),
    ])
  }
  expect(mock.clock.now()).toBe(before)
})

it('everything goes on at the end of time', async () => {
  await mock.register('tsanet', { url: 'http://127.0.0.1:9/gone' })
  await mock.clock.advance(`${Date.parse(END) - mock.clock.now()}ms`)
  const { event } = await mock.trigger('tsanet', 'note.created')
  await mock.clock.advance({ until: 'settled' })
  const [delivery] = await mock.delivered(event)
  expect(delivery).toMatchObject({
    status: 'exhausted',
    createdAt: END,
    reason: `the next attempt would be after ${END}, where the clock ends`,
  })
  expect((await fetch(`${mock.origin}/_mock/clock`)).status).toBe(200)
})

it('a scenario that goes beyond it is bad input, whatever its listener throws', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hookproof-end-'))
  const file = join(folder, 'far.yaml')
  const steps = Array.from({ length: 81 }, () => '  - { advance: 36500d }')
  await writeFile(
    file,
    ['version: 1', 'name: far', 'provider: tsanet', 'clock: virtual', 'steps:', ...steps, ''].join('\n'),
  )
  const result = await runScenario(file, {
    onProgress: () => {
      throw new Error('it cannot be printed.')
    },
  })
  await rm(folder, { recursive: true })
  expect([result.status, result.exitCode]).toEqual(['broken', 2])
  const broken = result.steps.find(({ status }) => status !== 'passed')
  expect([broken?.number, broken?.error?.message]).toEqual([
    80,
    expect.stringContaining(`after ${END}, where it ends`),
  ])
})
