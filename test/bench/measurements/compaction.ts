import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { result } from '../support/processes.ts'
import { startReceivers } from '../support/receiver.ts'
import { row } from '../support/rows.ts'
import { FEW, MANY, seeded } from '../support/seeded.ts'
import type { Measurement } from '../support/setting.ts'

interface Taken {
  readonly pause: number
  readonly quiet: number
  readonly stringify: number
  readonly attempts: number
}

/** The longest stand-still of the event loop while a large state is compacted and commits go on. */
export const compaction: Measurement = async (setting) => {
  await using receivers = await startReceivers()
  const seed = await seeded(setting, receivers.origins[0] ?? '', setting.quick ? FEW : MANY)
  const taken: Taken[] = []
  for (let i = 0; i < Math.min(setting.rounds, 3); i++) {
    const folder = await setting.scratch.folder()
    await cp(dirname(seed.db), folder, { recursive: true })
    const input = { dist: setting.dist, db: join(folder, 'db.json'), quietMs: setting.quick ? 50 : 1_000 }
    taken.push(await result<Taken>('compaction', input))
  }
  const name = `longest pause, compacting ${seed.stored} attempts`
  const ours = taken.map(({ pause }) => pause)
  const goal = { of: 'ours', atMost: 50 } as const
  const whole = { what: 'one JSON.stringify', values: taken.map(({ stringify }) => stringify) }
  const quiet = { what: 'commits alone', values: taken.map((one) => one.quiet) }
  return [row({ name, unit: 'ms', ours, bare: whole, goal }), row({ name, unit: 'ms', ours, bare: quiet })]
}
