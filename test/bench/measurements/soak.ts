import { fork } from 'node:child_process'
import { join } from 'node:path'
import { API_STORIES, apiRound } from '../support/api-stories.ts'
import { control } from '../support/control.ts'
import { type Call, drive } from '../support/drive.ts'
import { startProbed } from '../support/hookproof.ts'
import { ask, program, type Server, stopped } from '../support/processes.ts'
import { type Receivers, startReceivers } from '../support/receiver.ts'
import { percentile, row } from '../support/rows.ts'
import type { Measurement, Row, Setting } from '../support/setting.ts'

/** Retries of minutes follow within tenths of a second. */
const CLOCK = 'x1000'
const PROBED_EVERY_MS = 10
const CONNECTIONS = 4

/** One event in `EVENTS` after another; the receivers of half of them fail. */
const EVENTS = [
  { provider: 'companybelgium', type: 'enterprise.updated', path: '/in' },
  { provider: 'beel', type: 'invoice.emitted', path: '/flaky' },
  { provider: 'donutwork', type: 'RecurringPayments.charge.paid', path: '/failing' },
  { provider: 'tsanet', type: 'note.created', path: '/flaky' },
] as const

/** What the heap may grow by for each byte of the records that are kept, as JSON, and beside them. */
const HEAP_PER_BYTE = 3
const BESIDE_MB = 60
/** For how long its own work may hold the event loop, whatever else the machine has to do. */
const HELD_MS = 250
/** The worst answer of health; on a machine with other work a second is nobody's fault. */
const WORST_MS = 3_000

interface Memory {
  readonly resident: number
  readonly afterwards: number
  readonly heapUsed: number
  readonly external: number
  /** Milliseconds for which its work has held the event loop at worst, and those of one garbage collection. */
  readonly held: number
  readonly collecting: number
}

/** Calls of both APIs, events, failing receivers and retries for minutes: what grows, and whether what is kept explains it. */
export const soak: Measurement = async (setting) => {
  await using receivers = await startReceivers()
  const db = join(await setting.scratch.folder(), 'db.json')
  await using mock = await startProbed(setting, db, '--clock', CLOCK)
  const [origin = ''] = receivers.origins
  for (const { provider, path } of EVENTS)
    await control(mock.origin, '/webhooks', { provider, url: `${origin}${path}` })
  const probe = fork(program('health-probe'), [
    JSON.stringify({ origin: mock.origin, everyMs: PROBED_EVERY_MS }),
  ])
  try {
    return await minutes(setting, mock, receivers, () => ask<number[]>(probe))
  } finally {
    await stopped(probe)
  }
}

async function minutes(
  { minutes: count, quick, note }: Setting,
  mock: Server,
  receivers: Receivers,
  healthTimes: () => Promise<number[]>,
): Promise<readonly Row[]> {
  const lasts = quick ? 500 : 60_000
  await load(mock, quick ? 100 : 2_000)
  const first = await mock.ask<Memory>()
  const before = await kept(mock)
  await healthTimes()
  note(`  at first: ${inWords(first)}`)
  const worst: number[] = []
  const held: number[] = []
  const unexplained: number[] = []
  for (let minute = 1; minute <= (quick ? 1 : count); minute++) {
    const calls = await load(mock, lasts)
    const times = (await healthTimes()).toSorted((a, b) => a - b)
    const memory = await mock.ask<Memory>()
    const now = await kept(mock)
    const grown = megabytes(memory.heapUsed + memory.external - first.heapUsed - first.external)
    const explained = megabytes(now.bytes - before.bytes) * HEAP_PER_BYTE + BESIDE_MB
    unexplained.push(Math.max(0, grown - explained))
    worst.push(times.at(-1) ?? Number.NaN)
    held.push(memory.held)
    note(
      `  minute ${minute}: ${calls} calls, ${await receivers.count()} attempts arrived; ` +
        `${now.records} records of ${megabytes(now.bytes).toFixed()} MB kept; ` +
        `${inWords(memory)}, grown by ${grown.toFixed()} MB of ${explained.toFixed()} MB explained; ` +
        `health p50 ${percentile(times, 50).toFixed(1)}, p99 ${percentile(times, 99).toFixed()}, worst ${worst.at(-1)?.toFixed()} ms; ` +
        `loop held for ${memory.held.toFixed()} ms, by garbage collection for ${memory.collecting.toFixed()} ms`,
    )
    // What was probed meanwhile waited for the garbage collection and the reading.
    await healthTimes()
  }
  return [
    row({
      name: 'memory beyond what the kept records explain',
      unit: 'MB',
      ours: [Math.max(...unexplained)],
      goal: { of: 'ours', atMost: 0 },
    }),
    row({
      name: 'longest work without a pause',
      unit: 'ms',
      ours: [Math.max(...held)],
      goal: { of: 'ours', atMost: HELD_MS },
    }),
    row({
      name: 'worst answer of health',
      unit: 'ms',
      ours: [Math.max(...worst)],
      goal: { of: 'ours', atMost: WORST_MS },
    }),
  ]
}

/** Mixed calls for so long; answers how many there were. */
async function load(mock: Server, lastsMs: number): Promise<number> {
  const credentials = new Map<string, Readonly<Record<string, string>>>()
  for (const { id, credentials: own } of await control<
    { id: string; credentials: Readonly<Record<string, string>> }[]
  >(mock.origin, '/providers'))
    credentials.set(id, own)
  const until = performance.now() + lastsMs
  let turn = 0
  const { made } = await drive(
    mock.origin,
    Number.POSITIVE_INFINITY,
    async (call) => {
      const { provider, type } = EVENTS[turn++ % EVENTS.length] ?? EVENTS[0]
      const story = API_STORIES[turn % API_STORIES.length]
      for (let i = 0; i < 20; i++) await trigger(call, provider, type)
      await lists(call)
      if (story !== undefined) await apiRound(story, call, credentials.get(story.provider) ?? {})
      return performance.now() < until
    },
    CONNECTIONS,
  )
  return made
}

async function trigger(call: Call, provider: string, type: string): Promise<void> {
  await call({
    method: 'POST',
    path: '/_mock/events',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ provider, type }),
  })
}

async function lists(call: Call): Promise<void> {
  for (const path of [
    '/deliveries?limit=20',
    '/events?limit=50',
    '/requests?limit=50',
    '/violations',
    '/webhooks',
  ])
    await call({ method: 'GET', path: `/_mock${path}`, headers: {} })
  const page = await call({ method: 'GET', path: '/_mock/deliveries?limit=1&status=succeeded', headers: {} })
  const { deliveries } = JSON.parse(page.text) as { deliveries: readonly { id: string }[] }
  for (const { id } of deliveries)
    await call({ method: 'POST', path: `/_mock/deliveries/${id}/resend`, headers: {} })
}

/** How many records there are, and their bytes as JSON. */
async function kept(mock: Server): Promise<{ readonly records: number; readonly bytes: number }> {
  const { body } = await fetch(`${mock.origin}/_mock/snapshot`)
  let records = 0
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    // Each record has an id of its own; those of other records stand under other names.
    records += Buffer.from(chunk).toString('latin1').split('"id":"').length - 1
  }
  return { records, bytes }
}

function inWords({ resident, heapUsed, external }: Memory): string {
  return `${megabytes(resident).toFixed()} MB resident, ${megabytes(heapUsed + external).toFixed()} MB in use`
}

function megabytes(bytes: number): number {
  return bytes / 1024 / 1024
}
