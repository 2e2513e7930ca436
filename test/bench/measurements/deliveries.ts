import { control, triggerMany } from '../support/control.ts'
import { startHookproof } from '../support/hookproof.ts'
import { type Receivers, startReceivers } from '../support/receiver.ts'
import { row } from '../support/rows.ts'
import { barePosts, EVENT, PROVIDER, seeded } from '../support/seeded.ts'
import type { Measurement, Row, Setting } from '../support/setting.ts'

/**
 * Attempts that are signed, kept before and after, logged and reported: the second ones of many deliveries whose first
 * ones failed, so that nothing but deliveries is measured. Beside a bare loop that posts the same to the same receiver.
 */
export const deliveries: Measurement = async (setting) => {
  await using receivers = await startReceivers()
  const rows: Row[] = []
  for (const stored of setting.quick ? [10, 200] : [100, 100_000])
    rows.push(await measureWith(setting, receivers, stored))
  return rows
}

async function measureWith(setting: Setting, receivers: Receivers, stored: number): Promise<Row> {
  const [origin = ''] = receivers.origins
  const seed = await seeded(setting, origin, stored)
  await using mock = await startHookproof(setting, seed.db, '--clock', 'virtual')
  const count = setting.quick ? 20 : 2_000
  const ours: number[] = []
  const bare: number[] = []
  await secondAttempts(mock.origin, receivers, count)
  for (let i = 0; i < setting.rounds; i++) {
    bare.push((count * 1000) / (await barePosts(origin, seed, count)))
    ours.push((count * 1000) / (await secondAttempts(mock.origin, receivers, count)))
  }
  return row({
    name: `deliveries, from ${seed.stored} stored attempts on`,
    unit: 'per s',
    ours,
    bare: { what: 'undici', values: bare },
    goal: { of: 'ratio', atLeast: 0.5 },
  })
}

/** Milliseconds from the moment at which so many deliveries fall due until the last one is kept. */
async function secondAttempts(mock: string, receivers: Receivers, count: number): Promise<number> {
  await receivers.answer(503)
  await triggerMany(mock, { provider: PROVIDER, type: EVENT }, count)
  await control(mock, '/settle', { timeout: '60s' })
  await receivers.answer(200)
  const started = performance.now()
  const { attempts } = await control<{ attempts: number }>(mock, '/clock/advance', { by: '10s' })
  const taken = performance.now() - started
  if (attempts !== count) throw new Error(`${attempts} attempts instead of ${count}`)
  return taken
}
