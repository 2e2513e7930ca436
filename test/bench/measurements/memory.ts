import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHello } from '../support/bare-express.ts'
import { triggerMany } from '../support/control.ts'
import { drive } from '../support/drive.ts'
import { startHookproof } from '../support/hookproof.ts'
import { startReceivers } from '../support/receiver.ts'
import { row } from '../support/rows.ts'
import { EVENT, PROVIDER } from '../support/seeded.ts'
import type { Measurement, Setting } from '../support/setting.ts'

/** Long enough for what is loaded after the start. */
const IDLE_MS = 2_000

/** Resident memory: after the start, and after a load of events and calls. */
export const memory: Measurement = async (setting) => {
  const ours = { idle: [] as number[], loaded: [] as number[] }
  const express = { idle: [] as number[], loaded: [] as number[] }
  const count = setting.quick ? 50 : 3_000
  for (let i = 0; i < (setting.quick ? 1 : 3); i++) {
    await hookproofMemory(setting, count, ours)
    await helloMemory(setting, count, express)
  }
  const what = 'Express hello'
  return [
    row({
      name: 'memory, idle',
      unit: 'MB',
      ours: ours.idle,
      bare: { what, values: express.idle },
      goal: { of: 'ours', atMost: 110 },
    }),
    row({
      name: `memory, after ${count} calls and as many events`,
      unit: 'MB',
      ours: ours.loaded,
      bare: { what: `${what}, after ${count} calls`, values: express.loaded },
    }),
  ]
}

interface Taken {
  readonly idle: number[]
  readonly loaded: number[]
}

async function hookproofMemory(setting: Setting, count: number, taken: Taken): Promise<void> {
  await using receivers = await startReceivers()
  const db = join(await setting.scratch.folder(), 'db.json')
  const register = ['--forward-to', `${PROVIDER}=${receivers.origins[0]}/in`]
  await using mock = await startHookproof(setting, db, ...register)
  await sleep(setting.quick ? 0 : IDLE_MS)
  taken.idle.push(await mock.memory())
  await triggerMany(mock.origin, { provider: PROVIDER, type: EVENT }, count)
  await receivers.arrived(count)
  await getMany(mock.origin, '/_mock/health', count)
  taken.loaded.push(await mock.memory())
}

async function helloMemory(setting: Setting, count: number, taken: Taken): Promise<void> {
  await using server = await startHello()
  await sleep(setting.quick ? 0 : IDLE_MS)
  taken.idle.push(await server.memory())
  await getMany(server.origin, '/hello', count)
  taken.loaded.push(await server.memory())
}

async function getMany(origin: string, path: string, count: number): Promise<void> {
  await drive(origin, count, async (call) => void (await call({ method: 'GET', path, headers: {} })))
}
