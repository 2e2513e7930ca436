import { startHello } from '../support/bare-express.ts'
import { startHookproof } from '../support/hookproof.ts'
import { runsInMs, type Server } from '../support/processes.ts'
import { row } from '../support/rows.ts'
import type { Measurement } from '../support/setting.ts'

/** From the spawn to the first 200, beside Node alone and a server on Express that says hello. */
export const startUp: Measurement = async (setting) => {
  const rounds = setting.quick ? 1 : setting.rounds * 2 + 1
  const ours: number[] = []
  const node: number[] = []
  const express: number[] = []
  for (let i = 0; i < rounds; i++) {
    node.push(await runsInMs(process.execPath, ['-e', '0']))
    express.push(await startTime(startHello()))
    ours.push(await startTime(startHookproof(setting, null)))
  }
  return [
    row({
      name: 'start, spawn to first 200',
      unit: 'ms',
      ours,
      bare: { what: 'Express hello', values: express },
      goal: { of: 'ours', atMost: 300 },
    }),
    row({ name: 'start, spawn to first 200', unit: 'ms', ours, bare: { what: 'node -e 0', values: node } }),
  ]
}

async function startTime(starting: Promise<Server>): Promise<number> {
  await using server = await starting
  return server.startedInMs
}
