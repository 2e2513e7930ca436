import { join } from 'node:path'
import { API_STORIES, apiRound, cannedRoutes } from '../support/api-stories.ts'
import { startCanned } from '../support/bare-express.ts'
import { type Call, CONNECTIONS, drive, once, type Shot } from '../support/drive.ts'
import { startHookproof } from '../support/hookproof.ts'
import type { Server } from '../support/processes.ts'
import { row } from '../support/rows.ts'
import type { Measurement, Row, Setting } from '../support/setting.ts'

type Credentials = Readonly<Record<string, string>>

/** Create, read, list, update and delete: judged both ways and kept in a file, beside Express that says the same. */
export const apiCalls: Measurement = async (setting) => {
  const folder = await setting.scratch.folder()
  await using mock = await startHookproof(setting, join(folder, 'db.json'))
  const rows: Row[] = []
  for (const story of API_STORIES) rows.push(...(await measureStory(setting, mock, story)))
  return rows
}

async function measureStory(
  setting: Setting,
  mock: Server,
  story: (typeof API_STORIES)[number],
): Promise<readonly Row[]> {
  const credentials = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => newAccount(mock.origin, story.provider)),
  )
  const seen: [Shot, number, string][] = []
  const round = (call: Call, connection: number) => apiRound(story, call, credentials[connection] ?? {})
  await round(async (shot) => {
    const answer = await once(mock.origin, shot)
    seen.push([shot, answer.status, answer.text])
    return answer
  }, 0)
  await using bare = await startCanned(await setting.scratch.folder(), cannedRoutes(story, seen))
  const load = setting.quick ? { calls: 50, connections: 2 } : { calls: 5_000, connections: CONNECTIONS }
  const cost = async (server: Server): Promise<Cost> => {
    const before = await server.processorTime()
    const { perSecond, made } = await drive(server.origin, load.calls, round, load.connections)
    return { perSecond, microseconds: (((await server.processorTime()) - before) * 1000) / made }
  }
  const ours: Cost[] = []
  const express: Cost[] = []
  await cost(mock)
  await cost(bare)
  for (let i = 0; i < setting.rounds; i++) {
    express.push(await cost(bare))
    ours.push(await cost(mock))
  }
  await noViolations(mock.origin)
  return [
    row({
      name: `API calls, ${story.provider}`,
      unit: 'per s',
      ours: ours.map(({ perSecond }) => perSecond),
      bare: { what: 'Express', values: express.map(({ perSecond }) => perSecond) },
      goal: { of: 'ratio', atLeast: 0.6 },
    }),
    row({
      name: `processor time of a call, ${story.provider}`,
      unit: 'µs',
      ours: ours.map(({ microseconds }) => microseconds),
      bare: { what: 'Express', values: express.map(({ microseconds }) => microseconds) },
    }),
  ]
}

interface Cost {
  readonly perSecond: number
  readonly microseconds: number
}

async function newAccount(origin: string, provider: string): Promise<Credentials> {
  const answer = await fetch(`${origin}/_mock/accounts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ provider }),
  })
  return ((await answer.json()) as { credentials: Credentials }).credentials
}

/** What breaks the contract may be answered faster, and is not what was to be measured. */
async function noViolations(origin: string): Promise<void> {
  const answer = await fetch(`${origin}/_mock/violations?limit=1`)
  const { violations } = (await answer.json()) as { violations: readonly unknown[] }
  if (violations.length > 0) throw new Error(`a violation: ${JSON.stringify(violations[0])}`)
}
