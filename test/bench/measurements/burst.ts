import { triggerMany } from '../support/control.ts'
import { startHookproof } from '../support/hookproof.ts'
import { result } from '../support/processes.ts'
import { startReceivers } from '../support/receiver.ts'
import { row } from '../support/rows.ts'
import { barePosts, EVENT, FEW, PROVIDER, seeded } from '../support/seeded.ts'
import type { Measurement, Setting } from '../support/setting.ts'

/** A thousand events at once to one receiver, kept in a file: until the last one has arrived. */
export const burst: Measurement = async (setting) => {
  const count = setting.quick ? 50 : 1_000
  await using receivers = await startReceivers()
  const [receiver = ''] = receivers.origins
  const seed = await seeded(setting, receiver, FEW)
  const bare: number[] = []
  for (let i = 0; i < setting.rounds; i++) bare.push((await barePosts(receiver, seed, count)).taken)
  const inProcess = await result<readonly number[]>('burst', {
    dist: setting.dist,
    db: seed.db,
    provider: PROVIDER,
    type: EVENT,
    receiver,
    count,
    rounds: setting.rounds,
  })
  const overControl = await overControlApi(setting, seed.db, receivers, count)
  const what = { what: 'undici', values: bare }
  const goal = { of: 'ours', atMost: 500 } as const
  return [
    row({ name: `burst of ${count} events, library`, unit: 'ms', ours: inProcess, bare: what, goal }),
    row({ name: `burst of ${count} events, control API`, unit: 'ms', ours: overControl, bare: what, goal }),
  ]
}

async function overControlApi(
  setting: Setting,
  db: string,
  receivers: Awaited<ReturnType<typeof startReceivers>>,
  count: number,
): Promise<readonly number[]> {
  await using mock = await startHookproof(setting, db)
  const taken: number[] = []
  for (let i = 0; i <= setting.rounds; i++) {
    await receivers.reset()
    const started = performance.now()
    const arrived = receivers.arrived(count)
    await Promise.all([triggerMany(mock.origin, { provider: PROVIDER, type: EVENT }, count), arrived])
    taken.push(performance.now() - started)
  }
  return taken.slice(1)
}
