import type { Instant } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import type { Feed } from '../core/feed.ts'
import type { Attempt, Delivery, Webhook } from '../core/model.ts'
import type { DeliveryId, ProviderId, WebhookId } from '../core/random.ts'
import { type Page, put, type Store } from '../state/store.ts'
import { createAttemptOnce, type TurnResult } from './attempt.ts'
import { createDeliveryFaults } from './faults/hold.ts'
import { type Gate, Lanes, OrderLine, type Turn } from './lanes.ts'
import type { DeliveryParts } from './parts.ts'
import { attemptLimit, settled } from './retry.ts'
import type { Exchange } from './send.ts'
/** Cancels what is still to come for a webhook, and tells of it. */
export async function cancelPending(
  { store, clock, feed, mutex }: DeliveryParts,
  id: WebhookId,
  reason: string,
): Promise<readonly Delivery[]> {
  const cancelled = await mutex(id, async () => {
    const now = clock.now()
    const pending = await allPending((cursor) =>
      store.deliveries({ webhook: id, status: 'pending' }, { limit: 1000, cursor }),
    )
    const done = pending.map((delivery) => settled(delivery, 'cancelled', reason, now))
    if (done.length > 0) await store.commit(done.map((delivery) => put('deliveries', delivery)))
    return done
  })
  const webhook = await store.webhook(id)
  for (const delivery of cancelled) {
    const event = await store.event(delivery.event)
    if (event !== undefined && webhook !== undefined)
      feed.publish({ type: 'settled', delivery, event, webhook })
  }
  return cancelled
}

async function allPending(
  page: (cursor: string | undefined) => Promise<Page<Delivery>>,
): Promise<Delivery[]> {
  const items: Delivery[] = []
  let cursor: string | undefined
  do {
    const { items: more, next } = await page(cursor)
    items.push(...more)
    cursor = next ?? undefined
  } while (cursor !== undefined)
  return items.reverse()
}

const AT_ONCE = 256

/** Takes everything that is due, so that the store's next due time is one to wait for. */
async function claimAllDue(
  store: Store,
  now: () => Instant,
  take: (delivery: Delivery) => void,
): Promise<void> {
  for (;;) {
    const due = await store.claimDue(now(), AT_ONCE)
    for (const delivery of due) take(delivery)
    if (due.length < AT_ONCE) return
  }
}

/** Why a delivery could not be attempted when somebody asked for it. */
function stopping(id: DeliveryId): MockError {
  return new MockError('environment', 'STOPPING', `Failed to attempt delivery ${id}: hookproof is stopping.`)
}

function notAttempted(id: DeliveryId, result: TurnResult): MockError {
  if (result.kind === 'cancelled')
    return new MockError('input', 'CANCELLED', `Failed to attempt delivery ${id}: ${result.delivery.reason}.`)
  const reason =
    result.kind === 'stalled' && result.error instanceof Error
      ? result.error.message
      : 'it is no longer pending'
  return new MockError('environment', 'NOT_ATTEMPTED', `Failed to attempt delivery ${id}: ${reason}`)
}

/** Tells what was kept: the attempt, then the settlement where it led to one. */
function publishTurn(feed: Feed, result: Extract<TurnResult, { kind: 'completed' | 'cancelled' }>): void {
  if (result.kind === 'cancelled') {
    const { delivery, event, webhook } = result
    feed.publish({ type: 'settled', delivery, event, webhook })
    return
  }
  const { event, provider, completed } = result
  const { attempt, delivery, webhook, settledNow, delayMs } = completed
  const limit = delivery.cause === 'test' ? 1 : attemptLimit(provider.delivery.schedule)
  feed.publish({ type: 'attempt', attempt, delivery, event, webhook, attemptLimit: limit, delayMs })
  if (settledNow) feed.publish({ type: 'settled', delivery, event, webhook })
}

/** Something happened: wakes everyone who waits for the next time. */
class Signal {
  #waiting: (() => void)[] = []

  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

const RETRY_EVERY = 1_000

/** Work that could not be kept, tried again every second; told once until something can be kept again. */
class Stalls {
  readonly #feed: Feed
  #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #isTold = false

  constructor(feed: Feed) {
    this.#feed = feed
  }

  add(what: string, error: unknown, again: () => void): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (!this.#isTold)
      this.#feed.publish({ type: 'notice', text: `Failed to ${what}: ${reason} Trying again every second.` })
    this.#isTold = true
    this.#waiting.push(again)
    // It must not keep a process alive that has nothing else to do.
    this.#timer ??= setTimeout(() => this.retry(), RETRY_EVERY).unref()
  }

  /** Something was kept. */
  overcome(): void {
    this.#isTold = false
  }

  retry(): void {
    this.stop()
    for (const again of this.#waiting.splice(0)) again()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

interface Pump {
  wake(): void
  attemptNow(delivery: Delivery): Promise<{ delivery: Delivery; attempt: Attempt }>
  /** Gives up what waited behind a webhook's first delivery. */
  leave(webhook: WebhookId): void
  running(): number
  /** Attempts completed so far. */
  attempts(): number
  /** Resolves once nothing is in flight nor due. */
  idle(): Promise<void>
  whenNothingRuns(): Promise<void>
  /** Resolves at the next change of any delivery. */
  whenChanged(): Promise<void>
  isStopped(): boolean
  /** Begins nothing more. */
  stop(): void
  /** What ends from now on is not kept. */
  close(): void
}

const LIMITS = { perWebhook: 8, overall: 64 }

/** Takes what is due from the store and has it attempted, as far as the limits allow. */
export function createPump(parts: DeliveryParts, exchange: Exchange, gate: Gate): Pump {
  const { store, clock } = parts
  const lanes = new Lanes(parts.limits ?? LIMITS)
  const stalls = new Stalls(parts.feed)
  const changed = new Signal()
  const waiters = new Map<DeliveryId, ((result: TurnResult) => void)[]>()
  const ordered = new Set<WebhookId>()
  const state = { gate, stopped: false, closed: false, again: false, attempts: 0 }
  const isAwaited = (id: DeliveryId) => waiters.has(id)
  const faults = createDeliveryFaults(parts, isAwaited)
  const line = new OrderLine(store, faults.isHeld)
  const attemptOnce = createAttemptOnce(parts, exchange, state, { faults, isAwaited })
  let round: Promise<void> | undefined
  let callOff = () => {}

  const isOrdered = (provider: ProviderId) => parts.providers.get(provider)?.delivery.inOrder === true

  function begin(): void {
    for (;;) {
      const turn = state.stopped
        ? undefined
        : lanes.next((webhook) => (ordered.has(webhook) ? 1 : Number.POSITIVE_INFINITY))
      if (turn === undefined) return
      void run(turn, ordered.has(turn.webhook) ? inOrder : attemptOnce)
    }
  }

  async function inOrder(id: DeliveryId): Promise<TurnResult> {
    const delivery = await store.delivery(id)
    if (delivery === undefined || (await line.admit({ id, webhook: delivery.webhook })))
      return attemptOnce(id)
    return { kind: 'nothing', hold: true }
  }

  async function run(turn: Turn, work: (id: DeliveryId) => Promise<TurnResult>): Promise<void> {
    const result = await work(turn.id)
    try {
      tell(turn, result)
      if (result.kind === 'completed' && result.completed.switchedOff)
        await switchOff(result.completed.webhook)
      const letGo = result.kind === 'completed' ? faults.ended(turn) : null
      if (letGo !== null) await gate.pass(letGo)
    } finally {
      // Out of its lane first: from its release on the delivery may be claimed again.
      lanes.end(turn)
      after(turn, result)
      begin()
      if (lanes.running === 0 || result.kind === 'completed' || result.kind === 'postponed') wake()
      changed.tell()
    }
  }

  function after(turn: Turn, result: TurnResult): void {
    if (result.kind === 'stalled') {
      const again = () => {
        if (!state.closed && lanes.begin(turn)) void run(turn, result.again)
      }
      stalls.add(`keep an attempt of delivery ${turn.id}`, result.error, again)
      return
    }
    if (result.kind === 'nothing' && result.hold) return
    store.release(turn.id)
    if (result.kind === 'completed' && result.completed.delivery.status === 'pending') return
    if (result.kind === 'postponed' && !result.outOfOrder) return
    const next = line.settle(turn)
    if (next !== undefined) lanes.add(next)
  }

  function tell(turn: Turn, result: TurnResult): void {
    if (result.kind === 'completed') state.attempts++
    for (const resolve of waiters.get(turn.id) ?? []) resolve(result)
    waiters.delete(turn.id)
    if (result.kind !== 'completed' && result.kind !== 'cancelled') return
    stalls.overcome()
    publishTurn(parts.feed, result)
  }

  async function switchOff({ id, disabledBy }: Webhook): Promise<void> {
    const reason = `the webhook is switched off: ${disabledBy?.reason ?? 'by its provider'}`
    const cancel = () =>
      cancelPending(parts, id, reason).catch((error) =>
        stalls.add(`cancel the deliveries of webhook ${id}`, error, cancel),
      )
    await cancel()
    leave(id)
  }

  async function pumpRounds(): Promise<void> {
    let due: Instant | null
    do {
      state.again = false
      await claimAllDue(store, clock.now, ({ id, webhook, provider }) => {
        if (isOrdered(provider)) ordered.add(webhook)
        lanes.add({ id, webhook })
      })
      begin()
      due = await store.nextDueAt()
    } while (state.again && !state.stopped)
    callOff()
    callOff = due === null || state.stopped ? () => {} : clock.alarm(due, wake)
    // Not a moment later than the last look: who wakes it from now on needs another round.
    round = undefined
  }

  function pump(): Promise<void> {
    if (state.stopped) return Promise.resolve()
    state.again = true
    round ??= pumpRounds()
      .catch((error) => {
        round = undefined
        stalls.add('find what is due', error, wake)
      })
      .finally(() => changed.tell())
    return round
  }

  function wake(): void {
    void pump()
  }

  function leave(webhook: WebhookId): void {
    for (const id of line.leave(webhook)) store.release(id)
    changed.tell()
  }

  const whenNothingRuns = async () => {
    while (lanes.running > 0) await changed.next()
  }

  return {
    wake,
    leave,
    whenNothingRuns,
    running: () => lanes.running,
    attempts: () => state.attempts,
    isStopped: () => state.stopped,
    whenChanged: () => changed.next(),
    async idle() {
      do {
        await pump()
        await whenNothingRuns()
      } while (
        !state.stopped &&
        // What a round has taken is due no longer, and does not run yet.
        (((await store.nextDueAt()) ?? Number.POSITIVE_INFINITY) <= clock.now() ||
          round !== undefined ||
          lanes.running > 0)
      )
    },
    async attemptNow(delivery) {
      if (state.stopped) throw stopping(delivery.id)
      const result = await new Promise<TurnResult>((resolve) => {
        waiters.set(delivery.id, [...(waiters.get(delivery.id) ?? []), resolve])
        const turn = { id: delivery.id, webhook: delivery.webhook }
        if (lanes.begin(turn)) void run(turn, attemptOnce)
      })
      if (result.kind === 'completed')
        return { delivery: result.completed.delivery, attempt: result.completed.attempt }
      throw notAttempted(delivery.id, result)
    },
    stop() {
      state.stopped = true
      callOff()
      stalls.retry()
      stalls.stop()
      changed.tell()
    },
    close() {
      state.closed = true
      stalls.stop()
    },
  }
}
