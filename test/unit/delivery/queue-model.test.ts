import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Clock, createClock } from '../../../src/core/clock.ts'
import type { Json } from '../../../src/core/json.ts'
import type { Delivery, DeliveryStatus, Webhook } from '../../../src/core/model.ts'
import type { DeliveryId } from '../../../src/core/random.ts'
import { fromExport } from '../../../src/state/export.ts'
import { createStore } from '../../../src/state/open.ts'
import { list, S } from './policies.ts'
import { type SetUp, setUp } from './queue-setup.ts'

// The queue against a model of it: whatever is asked of it, and wherever it is killed, each delivery comes to the same
// attempts at the same times; never more at a time than the limits allow, and never the same one twice at a time.

const DELAYS = [10 * S, 60 * S]
const LIMITS = { perWebhook: 2, overall: 3 }
const WEBHOOKS = 3

interface ModelDelivery {
  readonly id: DeliveryId
  readonly webhook: number
  /** What the receiver answers, in turn; the last one repeats. */
  readonly plan: readonly number[]
  status: DeliveryStatus
  due: number
  delaysUsed: number
  attempts: number
}

class Model {
  readonly isOrdered: boolean
  deliveries: ModelDelivery[] = []
  saved: readonly ModelDelivery[] = []
  now: number

  constructor(now: number, isOrdered: boolean) {
    this.now = now
    this.isOrdered = isOrdered
  }

  pending(webhook?: number): readonly ModelDelivery[] {
    return this.deliveries.filter(
      (one) => one.status === 'pending' && (webhook === undefined || one.webhook === webhook),
    )
  }

  /** Those that may go once they are due. */
  free(): readonly ModelDelivery[] {
    return this.pending().filter((one) => !this.isOrdered || this.pending(one.webhook)[0] === one)
  }

  attempt(one: ModelDelivery): void {
    const tries = one.delaysUsed
    one.attempts++
    const answer = one.plan[Math.min(tries, one.plan.length - 1)] ?? 200
    const delay = DELAYS[tries]
    if (answer === 200) one.status = 'succeeded'
    else if (delay === undefined) one.status = 'exhausted'
    else {
      one.delaysUsed++
      one.due = this.now + delay
    }
  }

  nextDue(): number {
    return Math.min(...this.free().map(({ due }) => due))
  }

  /** Makes every attempt up to a time, and is then at the last of them. */
  run(until = this.now): void {
    while (this.nextDue() <= until) {
      this.now = Math.max(this.now, this.nextDue())
      const [one] = this.free().filter(({ due }) => due <= this.now)
      if (one !== undefined) this.attempt(one)
    }
  }

  /** How many requests are under way where nothing is answered. */
  underWay(): number {
    const most = Array.from({ length: WEBHOOKS }, (_, webhook) => {
      const due = this.free().filter((one) => one.webhook === webhook && one.due <= this.now).length
      return Math.min(due, LIMITS.perWebhook)
    })
    return Math.min(
      most.reduce((sum, count) => sum + count, 0),
      LIMITS.overall,
    )
  }
}

/** Answers each event as its body says, or nothing while it holds; notes how many requests are under way. */
class PlannedReceiver {
  readonly held: ServerResponse[] = []
  readonly violations: string[] = []
  isHolding = false
  readonly #triesOf: (key: string) => Promise<number>
  readonly #underWay = new Map<string, number>()
  readonly #server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { key, plan } = JSON.parse(text) as { key: string; plan: readonly number[] }
    const path = request.url ?? ''
    const places = [
      ['overall', LIMITS.overall],
      [path, LIMITS.perWebhook],
      [key, 1],
    ] as const
    for (const [place, most] of places) {
      const count = (this.#underWay.get(place) ?? 0) + 1
      this.#underWay.set(place, count)
      if (count > most) this.violations.push(`${count} at a time: ${place}`)
    }
    response.once('close', () => {
      for (const [place] of places) this.#underWay.set(place, (this.#underWay.get(place) ?? 0) - 1)
    })
    if (this.isHolding) {
      this.held.push(response)
      return
    }
    const tries = await this.#triesOf(key)
    response.writeHead(plan[Math.min(tries, plan.length - 1)] ?? 200).end()
  })

  /** @param triesOf how often an event was answered before. */
  constructor(triesOf: (key: string) => Promise<number>) {
    this.#triesOf = triesOf
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

class System {
  readonly receiver = new PlannedReceiver(async (key) => {
    const delivery = await this.mock.store.delivery(this.#deliveries.get(key) as DeliveryId)
    return delivery?.delaysUsed ?? 0
  })
  readonly clock: Clock = createClock({ kind: 'virtual' })
  readonly isOrdered: boolean
  readonly #folder: string
  readonly #deliveries = new Map<string, DeliveryId>()
  #starts = 0
  #file: string
  mock!: SetUp
  webhooks: Webhook[] = []
  saved: Json | null = null
  #events = 0

  constructor(folder: string, isOrdered: boolean) {
    this.#folder = folder
    this.#file = join(folder, '0', 'db.json')
    this.isOrdered = isOrdered
  }

  async start(): Promise<void> {
    const store = await createStore({ file: this.#file, warn: () => {} })
    this.mock = await setUp({
      store,
      clock: this.clock,
      seed: `start ${this.#starts++}`,
      policy: { schedule: list(DELAYS), inOrder: this.isOrdered },
      parts: { limits: LIMITS },
    })
    if (this.webhooks.length > 0) return
    const origin = await this.receiver.listen()
    for (let n = 0; n < WEBHOOKS; n++) this.webhooks.push(await this.mock.webhook(`${origin}/${n}`))
  }

  async stop(): Promise<void> {
    await this.mock.queue.drain(0)
    await this.mock.store.close()
  }

  /** Goes on from the files as they are now, as after `kill -9`. */
  async kill(): Promise<number> {
    const copy = join(this.#folder, String(this.#starts))
    await cp(join(this.#file, '..'), copy, {
      recursive: true,
      filter: (path) => !basename(path).includes('lock'),
    })
    await this.stop()
    this.#file = join(copy, 'db.json')
    await this.start()
    return this.mock.queue.recover()
  }

  /** The attempts of everything that is due are made. */
  async idle(): Promise<void> {
    this.mock.queue.wake()
    expect(await this.mock.queue.settle(30_000)).toMatchObject({ settled: true, inFlight: 0 })
  }

  async emit(model: Model, webhook: number, plan: readonly number[]): Promise<void> {
    const key = `event ${this.#events++}`
    const target = this.webhooks[webhook] as Webhook
    const { deliveries } = await this.mock.event([target], { body: JSON.stringify({ key, plan }) })
    const [{ id }] = deliveries as [Delivery]
    this.#deliveries.set(key, id)
    const due = this.clock.now()
    model.deliveries.push({ id, webhook, plan, status: 'pending', due, delaysUsed: 0, attempts: 0 })
  }

  /** Everything that is kept, as the model has it. */
  async compare(model: Model): Promise<void> {
    const { items } = await this.mock.store.deliveries({}, { limit: 10_000 })
    const found = items.toReversed().map(({ id, status, attempts, nextAttemptAt }) => ({
      id,
      status,
      attempts,
      due: nextAttemptAt,
    }))
    const expected = model.deliveries.map(({ id, status, attempts, due }) => ({
      id,
      status,
      attempts,
      due: status === 'pending' ? due : null,
    }))
    expect(found).toEqual(expected)
    expect(this.clock.now()).toBe(model.now)
    expect(this.receiver.violations).toEqual([])
  }
}

type Command = fc.AsyncCommand<Model, System>

/** @param work changes both; they are compared afterwards. */
function command(
  name: string,
  work: (model: Model, system: System) => Promise<void>,
  check: (model: Model) => boolean = () => true,
): Command {
  return {
    check,
    async run(model, system) {
      await work(model, system)
      await system.compare(model)
    },
    toString: () => name,
  }
}

const webhook = fc.nat({ max: WEBHOOKS - 1 })
const plan = fc.array(fc.constantFrom(200, 500), { minLength: 1, maxLength: 4 })
const choice = fc.nat()

const commands: readonly fc.Arbitrary<Command>[] = [
  fc.array(fc.tuple(webhook, plan), { minLength: 1, maxLength: 8 }).map((events) =>
    command(`emit ${JSON.stringify(events)}`, async (model, system) => {
      for (const [webhook, plan] of events) await system.emit(model, webhook, plan)
      await system.idle()
      model.run()
    }),
  ),
  fc.integer({ min: 0, max: 80 }).map((seconds) =>
    command(`advance ${seconds}s`, async (model, system) => {
      await system.mock.queue.advance({ by: seconds * S })
      const end = model.now + seconds * S
      model.run(end)
      model.now = end
    }),
  ),
  fc.constant(
    command('advance next', async (model, system) => {
      await system.mock.queue.advance({ until: 'next-attempt' })
      const due = model.nextDue()
      if (due !== Number.POSITIVE_INFINITY) model.run(due)
    }),
  ),
  fc.constant(
    command('advance settled', async (model, system) => {
      await system.mock.queue.advance({ until: 'settled' })
      model.run(Number.MAX_SAFE_INTEGER)
      expect(model.pending()).toEqual([])
    }),
  ),
  choice.map((at) =>
    command(
      `attempt ${at} now`,
      async (model, system) => {
        const pending = model.pending()
        const one = pending[at % pending.length] as ModelDelivery
        const delivery = (await system.mock.store.delivery(one.id)) as Delivery
        await system.mock.queue.attemptNow(delivery)
        model.attempt(one)
        await system.idle()
        model.run()
      },
      (model) => model.pending().length > 0,
    ),
  ),
  webhook.map((webhook) =>
    command(`cancel ${webhook}`, async (model, system) => {
      await system.mock.queue.cancel((system.webhooks[webhook] as Webhook).id, 'the test cancels it')
      for (const one of model.pending(webhook)) one.status = 'cancelled'
    }),
  ),
  fc.constant(
    command('save', async (model, system) => {
      system.saved = await system.mock.store.exportState()
      model.saved = structuredClone(model.deliveries)
    }),
  ),
  fc.constant(
    command('restore', async (model, system) => {
      if (system.saved === null) return
      const { queue, store } = system.mock
      const records = await fromExport(system.saved)
      await queue.pause(() => store.replaceAll(records))
      await system.idle()
      model.deliveries = structuredClone([...model.saved])
      model.run()
    }),
  ),
  fc.constant(
    command('restart', async (model, system) => {
      await system.stop()
      await system.start()
      expect(await system.mock.queue.recover()).toBe(0)
      await system.idle()
      model.run()
    }),
  ),
  fc.array(fc.tuple(webhook, plan), { maxLength: 8 }).map((events) =>
    command(`kill amid ${JSON.stringify(events)}`, async (model, system) => {
      const { receiver } = system
      receiver.isHolding = true
      for (const [webhook, plan] of events) await system.emit(model, webhook, plan)
      system.mock.queue.wake()
      const underWay = model.underWay()
      while (receiver.held.length < underWay) await nextTurn()
      const begun = (await system.mock.store.unfinishedAttempts()).map(({ delivery }) => delivery)
      expect(begun).toHaveLength(underWay)
      expect(await system.kill()).toBe(underWay)
      for (const one of model.deliveries) if (begun.includes(one.id)) one.attempts++
      // What was cut off is no longer under way once the receiver has noticed it.
      while (receiver.held.some(({ closed }) => !closed)) await nextTurn()
      receiver.held.length = 0
      receiver.isHolding = false
      await system.idle()
      model.run()
    }),
  ),
]

it.each([
  ['as they come', false],
  ['in order', true],
])(
  'keeps to its model: deliveries %s',
  async (_, isOrdered) => {
    await fc.assert(
      fc.asyncProperty(fc.commands([...commands], { maxCommands: 12 }), async (script) => {
        const folder = await mkdtemp(join(tmpdir(), 'hookproof-queue-'))
        const system = new System(folder, isOrdered)
        await system.start()
        const model = new Model(system.clock.now(), isOrdered)
        try {
          await fc.asyncModelRun(() => ({ model, real: system }), script)
          await system.mock.queue.advance({ until: 'settled' })
          model.run(Number.MAX_SAFE_INTEGER)
          await system.compare(model)
        } finally {
          await system.stop()
          await system.receiver.close()
          await rm(folder, { recursive: true, force: true })
        }
      }),
      { numRuns: process.env.MODE === 'all' ? 100 : 10, endOnFailure: true },
    )
  },
  120_000,
)
