import { control, triggerMany } from '../support/control.ts'
import { startHookproof } from '../support/hookproof.ts'
import type { Server } from '../support/processes.ts'
import { type Receivers, startReceivers } from '../support/receiver.ts'
import { row } from '../support/rows.ts'
import { barePosts, EVENT, FEW, MANY, PROVIDER, seeded, type Taken } from '../support/seeded.ts'
import type { Measurement, Row, Setting } from '../support/setting.ts'

/**
 * Attempts that are signed, kept before and after, logged and reported: the second ones of many deliveries whose first
 * ones failed, so that nothing but deliveries is measured. Beside a bare loop that posts the same to the same receiver.
 */
export const deliveries: Measurement = async (setting) => {
  await using receivers = await startReceivers()
  const rows: Row[] = []
  for (const stored of setting.quick ? [FEW] : [FEW, MANY])
    rows.push(...(await measureWith(setting, receivers, stored)))
  return rows
}

async function measureWith(setting: Setting, receivers: Receivers, stored: number): Promise<readonly Row[]> {
  const [origin = ''] = receivers.origins
  const seed = await seeded(setting, origin, stored)
  await using mock = await startHookproof(setting, seed.db, '--clock', 'virtual')
  const count = setting.quick ? 20 : 2_000
  const ours: Taken[] = []
  const bare: Taken[] = []
  await secondAttempts(mock, receivers, count)
  for (let i = 0; i < setting.rounds; i++) {
    bare.push(await barePosts(origin, seed, count))
    ours.push(await secondAttempts(mock, receivers, count))
  }
  const perSecond = (all: readonly Taken[]) => all.map(({ taken }) => (count * 1000) / taken)
  const processor = (all: readonly Taken[]) => all.map((one) => (one.processor * 1000) / count)
  const name = `from ${seed.stored} stored attempts on`
  return [
    row({
      name: `deliveries, ${name}`,
      unit: 'per s',
      ours: perSecond(ours),
      bare: { what: 'undici', values: perSecond(bare) },
      goal: { of: 'ratio', atLeast: 0.5 },
    }),
    row({
      name: `processor time of a delivery, ${name}`,
      unit: 'µs',
      ours: processor(ours),
      bare: { what: 'undici', values: processor(bare) },
    }),
  ]
}

/** From the moment at which so many deliveries fall due until the last one is kept. */
async function secondAttempts(mock: Server, receivers: Receivers, count: number): Promise<Taken> {
  await receivers.answer(503)
  await triggerMany(mock.origin, { provider: PROVIDER, type: EVENT }, count)
  await control(mock.origin, '/settle', { timeout: '60s' })
  await receivers.answer(200)
  const before = await mock.processorTime()
  const started = performance.now()
  const { attempts } = await control<{ attempts: number }>(mock.origin, '/clock/advance', { by: '10s' })
  const taken = performance.now() - started
  if (attempts !== count) throw new Error(`${attempts} attempts instead of ${count}`)
  return { taken, processor: (await mock.processorTime()) - before }
}
