import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { expect, it } from 'vitest'
import type { DeliveryView, EventView, WebhookView } from '../../src/api/views.ts'
import { createRandom } from '../../src/core/random.ts'
import { type KillableMock, type PrintedLine, startKillable } from '../support/killable-mock.ts'
import { type Arrival, startStormReceiver } from '../support/storm-receiver.ts'

/** Of each of the two states, which are stormed side by side. */
const KILLS = 51
const WORKERS = 6
const CREDENTIALS = { Authorization: 'Bearer beel_sk_test_hookproof' }
/** BeeL's: delays in milliseconds on the mock's clock. */
const SCHEDULE = [5_000, 10_000, 20_000, 40_000]
/** 40 s take 20 ms. */
const CLOCK = 'x2000'
/** So that no attempt times out on a busy machine. */
const PATIENCE = ['--attempt-timeout', '30s']

type AttemptView = DeliveryView['attempts'][number]

/** What was acknowledged: in an answer, or in a printed line. */
interface Ledger {
  readonly hooks: Map<string, { key: string; at: number; secrets: string[]; deleted: boolean }>
  /** Providers' ids, whether or not the deletion was answered. */
  readonly mayBeGone: Set<string>
  readonly events: Map<string, string>
  readonly deliveries: Set<string>
  readonly attempts: Map<string, AttemptView>
  readonly settled: Map<string, string>
  readonly notices: string[]
  readonly keysTried: Set<string>
}

const newLedger = (): Ledger => ({
  hooks: new Map(),
  mayBeGone: new Set(),
  events: new Map(),
  deliveries: new Set(),
  attempts: new Map(),
  settled: new Map(),
  notices: [],
  keysTried: new Set(),
})

function note(ledger: Ledger, line: PrintedLine): void {
  if (line.type === 'event') ledger.events.set(line.event.id, line.event.providerId)
  if (line.type === 'attempt') {
    expect(ledger.attempts.get(line.attempt.id) ?? line.attempt).toEqual(line.attempt)
    ledger.attempts.set(line.attempt.id, line.attempt)
    ledger.deliveries.add(line.delivery.id)
  }
  if (line.type === 'settled') ledger.settled.set(line.delivery.id, line.delivery.status)
  if (line.type === 'notice') ledger.notices.push(line.text)
}

class Client {
  readonly #pool: Pool

  constructor(origin: string) {
    this.#pool = new Pool(origin, { connections: WORKERS })
  }

  async call<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const { statusCode, body: answer } = await this.#pool.request({
      method: method as 'GET',
      path,
      headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: statusCode, body: (text === '' ? undefined : JSON.parse(text)) as T }
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }
}

interface Storm {
  readonly client: Client
  readonly ledger: Ledger
  readonly url: string
  readonly rng: ReturnType<typeof createRandom>
}

const API = '/beel/api/v1/webhooks'

async function create({ client, ledger, url, rng }: Storm): Promise<void> {
  if ([...ledger.hooks.values()].filter(({ deleted }) => !deleted).length >= 3) return
  const key = rng.uuid()
  const body = { url, events: ['invoice.emitted'] }
  const answer = await client.call<{ data: { id: string; secret: string } }>('POST', API, body, {
    ...CREDENTIALS,
    'Idempotency-Key': key,
  })
  // Ten may be active: those whose creation was never answered count as well.
  if (answer.status === 201)
    ledger.hooks.set(answer.body.data.id, {
      key,
      at: Date.now(),
      secrets: [answer.body.data.secret],
      deleted: false,
    })
  else expect(answer.status).toBe(422)
}

/** The same request with the same key again: it was made before the last kill, and answered. */
async function createAgain({ client, ledger, url }: Storm): Promise<void> {
  const [id, { key, at }] = [...ledger.hooks].at(-1) ?? ['', { key: '', at: 0 }]
  // A key is kept for a day, which this clock makes 43 s of.
  if (id === '' || Date.now() - at > 20_000) return
  const body = { url, events: ['invoice.emitted'] }
  const headers = { ...CREDENTIALS, 'Idempotency-Key': key }
  const answer = await client.call<{ data: { id: string } }>('POST', API, body, headers)
  expect([answer.status, answer.body.data.id]).toEqual([201, id])
  ledger.keysTried.add(key)
}

async function remove({ client, ledger, rng }: Storm): Promise<void> {
  const id = pick([...ledger.hooks.keys()], rng)
  if (id === undefined || ledger.hooks.size < 3) return
  ledger.mayBeGone.add(id)
  const { status } = await client.call('DELETE', `${API}/${id}`, undefined, CREDENTIALS)
  expect([204, 404]).toContain(status)
  const hook = ledger.hooks.get(id)
  if (hook !== undefined) hook.deleted = true
}

async function rotate({ client, ledger, rng }: Storm): Promise<void> {
  const id = pick([...ledger.hooks.keys()], rng)
  const hook = id === undefined ? undefined : ledger.hooks.get(id)
  if (id === undefined || hook === undefined || ledger.mayBeGone.has(id) || hook.secrets.includes('')) return
  // The empty one stands for a rotation that may have happened without an answer.
  hook.secrets.push('')
  const path = `${API}/${id}/rotate-secret`
  const answer = await client.call<{ data?: { secret: string } }>('POST', path, undefined, CREDENTIALS)
  if (answer.status === 200 && answer.body.data) hook.secrets.splice(0, Infinity, answer.body.data.secret)
}

async function trigger({ client, ledger }: Storm): Promise<void> {
  const body = { provider: 'beel', type: 'invoice.emitted' }
  const answer = await client.call<{ event: EventView; deliveries: DeliveryView[] }>(
    'POST',
    '/_mock/events',
    body,
  )
  expect(answer.status).toBe(202)
  const { event, deliveries } = answer.body
  ledger.events.set(event.id, event.providerId)
  for (const { id } of deliveries) ledger.deliveries.add(id)
}

async function resend({ client, ledger, rng }: Storm): Promise<void> {
  const id = pick([...ledger.deliveries], rng)
  if (id === undefined) return
  const answer = await client.call<DeliveryView>('POST', `/_mock/deliveries/${id}/resend`)
  if (answer.status === 202) ledger.deliveries.add(answer.body.id)
}

async function read({ client, ledger, rng }: Storm): Promise<void> {
  const id = pick([...ledger.deliveries], rng)
  if (id === undefined) return
  const { status, body } = await client.call<DeliveryView>('GET', `/_mock/deliveries/${id}`)
  expect(status).toBe(200)
  for (const attempt of body.attempts) if (attempt.outcome !== null) ledger.attempts.set(attempt.id, attempt)
}

/** By how often: out of a hundred. */
const DEEDS = [
  [4, create],
  [2, createAgain],
  [1, remove],
  [4, rotate],
  [53, trigger],
  [16, resend],
  [20, read],
] as const

async function work(storm: Storm, isOver: () => boolean, answered: () => void): Promise<void> {
  while (!isOver()) {
    let dice = storm.rng.fraction() * 100
    const deed =
      DEEDS.find(([share]) => {
        dice -= share
        return dice < 0
      })?.[1] ?? trigger
    try {
      await deed(storm)
      answered()
    } catch (error) {
      if (!isOver()) throw error
    }
  }
}

function pick<T>(items: readonly T[], rng: Storm['rng']): T | undefined {
  return items[Math.floor(rng.fraction() * items.length)]
}

async function round(
  mock: KillableMock,
  plan: Storm['rng'],
  { ledger, url, rng }: Omit<Storm, 'client'>,
): Promise<'storm' | 'start'> {
  if (plan.fraction() < 0.35) {
    await Promise.race([sleep(plan.fraction() * 400), mock.exit])
    await mock.kill()
    return 'start'
  }
  const { url: origin, state } = await mock.ready
  expect(state.events).toBeGreaterThanOrEqual(ledger.events.size)
  expect(state.deliveries).toBeGreaterThanOrEqual(ledger.deliveries.size)
  expect(state.attempts).toBeGreaterThanOrEqual(ledger.attempts.size)
  const client = new Client(origin)
  const storm = { client, ledger, url, rng }
  const workers: Promise<void>[] = []
  let isOver = false
  // Some rounds end before the first answer, amid what the last one left behind; the others amid answers.
  const pause = plan.fraction() * 180
  const isShort = plan.fraction() < 0.4
  await new Promise<void>((resolve, reject) => {
    const inAWhile = () => setTimeout(resolve, pause)
    if (isShort) inAWhile()
    let answers = 0
    const answered = () => {
      if (answers++ === WORKERS && !isShort) inAWhile()
    }
    for (let i = 0; i < WORKERS; i++) workers.push(work(storm, () => isOver, answered))
    for (const worker of workers) worker.catch(reject)
  })
  isOver = true
  await mock.kill()
  await Promise.all(workers)
  await client.close()
  return 'storm'
}

async function all<T>(client: Client, path: string, key: string): Promise<readonly T[]> {
  const items: T[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await client.call<Record<string, unknown>>('GET', `${path}?limit=1000${query}`)
    items.push(...(body[key] as T[]))
    cursor = body.next as string | null
  }
  return items
}

function checkDelivery(delivery: DeliveryView, isDeleted: boolean): void {
  const { attempts, status } = delivery
  expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, i) => i + 1))
  const counted = attempts.filter(({ outcome }) => outcome?.kind !== 'interrupted')
  const statuses = counted.map(({ outcome }) => outcome?.status)
  expect(['succeeded', 'exhausted', isDeleted ? 'cancelled' : '']).toContain(status)
  if (status === 'succeeded')
    expect(statuses).toEqual(statuses.map((_, i) => (i === statuses.length - 1 ? 200 : 503)))
  if (status === 'exhausted') expect(statuses).toEqual([503, 503, 503, 503, 503])
  let used = 0
  for (const [i, attempt] of attempts.entries()) {
    const next = attempts[i + 1]
    const wait = attempt.outcome?.kind === 'interrupted' ? 0 : (SCHEDULE[used++] ?? 0)
    if (next !== undefined)
      expect(Date.parse(next.sentAt) - Date.parse(attempt.sentAt)).toBeGreaterThanOrEqual(wait)
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

/** Numbers of the attempts of an event at a webhook, across its resends. */
function checkSequences(deliveries: readonly DeliveryView[]): void {
  const byPair = groupBy(deliveries, ({ event, webhook }) => `${event.id} ${webhook.id}`)
  for (const group of byPair.values()) {
    const sequence = group.flatMap(({ attempts }) => attempts.map((attempt) => attempt.sequence))
    expect(sequence.sort((a, b) => a - b)).toEqual(sequence.map((_, i) => i + 1))
  }
}

function checkArrivals(deliveries: readonly DeliveryView[], arrivals: readonly Arrival[]): void {
  const byId = groupBy(arrivals, ({ headers }) => String(headers['beel-delivery-id']))
  const recorded = new Set<string>()
  for (const { attempts, event } of deliveries)
    for (const { providerId, outcome, request } of attempts) {
      recorded.add(providerId)
      const [arrival, ...again] = byId.get(providerId) ?? []
      expect(again).toEqual([])
      if (outcome?.kind === 'responded') expect(arrival?.status).toBe(outcome.status)
      else expect(outcome?.kind).toBe('interrupted')
      if (arrival === undefined) continue
      expect(arrival.headers['beel-event-id']).toBe(event.providerId)
      // One that was cut off may have arrived in part.
      expect(request.body.startsWith(arrival.body)).toBe(true)
      if (arrival.status !== null) expect(arrival.body).toBe(request.body)
    }
  expect([...byId.keys()].filter((id) => !recorded.has(id))).toEqual([])
}

async function stormOf(seed: string) {
  const folder = await mkdtemp(join(tmpdir(), 'hookproof-storm-'))
  const args = ['--db', join(folder, 'db.json'), '--provider', 'beel', '--clock', CLOCK, ...PATIENCE]
  // Apart, so that what happens in a round does not change the plan of the later ones.
  const plan = createRandom(`${seed} kills`)
  const deeds = createRandom(`${seed} deeds`)
  const answers = createRandom(`${seed} answers`)
  await using receiver = await startStormReceiver({
    pauseMs: () => answers.fraction() * 40,
    status: () => (answers.fraction() < 0.45 ? 503 : 200),
  })
  const ledger = newLedger()
  const told = (line: PrintedLine) => note(ledger, line)
  const kills = { storm: 0, start: 0 }
  let mock: KillableMock | undefined
  try {
    for (let i = 0; i < KILLS; i++) {
      mock = startKillable(args, told)
      kills[await round(mock, plan, { ledger, url: receiver.url, rng: deeds })]++
      expect([await mock.exit, mock.err()]).toEqual(['SIGKILL', ''])
    }
    mock = startKillable(args, told)
    const { url } = await mock.ready
    const client = new Client(url)
    await client.call('GET', '/_mock/deliveries?status=pending&limit=1&wait=30s')
    const deliveries = await all<DeliveryView>(client, '/_mock/deliveries', 'deliveries')
    const events = await all<EventView>(client, '/_mock/events', 'events')
    const hooks = await all<WebhookView>(client, '/_mock/webhooks', 'webhooks')
    const violations = await client.call<{ violations: { by: string }[] }>('GET', '/_mock/violations')
    await client.close()
    return { ledger, kills, deliveries, events, hooks, violations, arrivals: receiver.arrivals }
  } finally {
    await mock?.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

it('loses nothing that was acknowledged, however often it is killed', async () => {
  const storms = await Promise.all(['one', 'two'].map((seed) => stormOf(`kill-storm ${seed}`)))
  for (const { ledger, deliveries, events, hooks, violations, arrivals } of storms) {
    const eventIds = new Map(events.map(({ id, providerId }) => [id, providerId]))
    for (const [id, providerId] of ledger.events) expect(eventIds.get(id), id).toBe(providerId)
    expect(new Set(eventIds.values()).size).toBe(events.length)

    const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]))
    expect([...ledger.deliveries].filter((id) => !byId.has(id))).toEqual([])
    for (const [id, status] of ledger.settled) expect(byId.get(id)?.status).toBe(status)

    const attempts = new Map(
      deliveries.flatMap((one) => one.attempts.map((attempt) => [attempt.id, attempt])),
    )
    for (const [id, attempt] of ledger.attempts) expect(attempts.get(id)).toEqual(attempt)

    const byProviderId = new Map(hooks.map((hook) => [hook.providerId, hook]))
    for (const [id, { secrets, deleted }] of ledger.hooks) {
      const hook = byProviderId.get(id)
      if (deleted) expect(hook).toBeUndefined()
      else if (!ledger.mayBeGone.has(id)) expect(hook).toBeDefined()
      if (hook !== undefined && !secrets.includes('')) expect(secrets).toEqual([hook.secret])
    }

    for (const delivery of deliveries)
      checkDelivery(delivery, ledger.mayBeGone.has(delivery.webhook.providerId))
    checkSequences(deliveries)
    checkArrivals(deliveries, arrivals)
    expect(violations.body.violations.filter(({ by }) => by === 'mock')).toEqual([])
    expect(ledger.notices.filter((text) => !/it is torn, because the process ended/.test(text))).toEqual([])
  }
  const sum = (count: (storm: (typeof storms)[number]) => number) =>
    storms.reduce((total, storm) => total + count(storm), 0)
  expect(sum(({ kills }) => kills.storm + kills.start)).toBeGreaterThanOrEqual(100)
  const interrupted = (storm: (typeof storms)[number]) =>
    storm.deliveries
      .flatMap(({ attempts }) => attempts)
      .filter(({ outcome }) => outcome?.kind === 'interrupted').length
  expect(sum(({ ledger }) => ledger.keysTried.size)).toBeGreaterThan(0)
  expect(sum(({ kills }) => kills.storm)).toBeGreaterThan(50)
  expect(sum(interrupted)).toBeGreaterThan(50)
  expect(sum(({ arrivals }) => arrivals.length)).toBeGreaterThan(500)
}, 300_000)
