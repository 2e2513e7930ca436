import { join } from 'node:path'
import { result } from '../support/processes.ts'
import { startReceivers } from '../support/receiver.ts'
import { percentile, row } from '../support/rows.ts'
import { EVENT, PROVIDER } from '../support/seeded.ts'
import type { Measurement, Setting } from '../support/setting.ts'

const RECEIVERS = 10

/** Whether one receiver of ten that never answers slows the other nine down. */
export const isolation: Measurement = async (setting) => {
  const ours: number[] = []
  const bare: number[] = []
  for (let i = 0; i < setting.rounds; i++) {
    bare.push(await p99(setting, '/in'))
    ours.push(await p99(setting, '/hang'))
  }
  return [
    row({
      name: 'p99 of nine receivers, the tenth hangs',
      unit: 'ms',
      ours,
      bare: { what: 'the tenth answers', values: bare },
      goal: { of: 'ratio', atMost: 2 },
    }),
  ]
}

async function p99({ dist, scratch, quick }: Setting, tenth: string): Promise<number> {
  await using receivers = await startReceivers(RECEIVERS)
  const urls = receivers.origins.map((origin, i) => `${origin}${i === RECEIVERS - 1 ? tenth : '/in'}`)
  const db = join(await scratch.folder(), 'db.json')
  const pace = { events: quick ? 6 : 90, everyMs: quick ? 5 : 33 }
  const times = await result<readonly number[]>('isolation', {
    dist,
    db,
    provider: PROVIDER,
    type: EVENT,
    urls,
    ...pace,
  })
  return percentile(
    times.toSorted((a, b) => a - b),
    99,
  )
}
