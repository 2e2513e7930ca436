import type { Attempt } from '../core/attempt.ts'
import type { Instant } from '../core/clock.ts'
import type { Delivery } from '../core/delivery.ts'
import type { DeliveryId, ProviderId, WebhookId } from '../core/ids.ts'
import type { Webhook } from '../core/webhook.ts'
import { createAttemptOnce, type TurnResult } from './attempt-once.ts'
import { cancelPending } from './cancel-pending.ts'
import { claimAllDue } from './claim-all-due.ts'
import type { DeliveryParts } from './delivery-parts.ts'
import type { Exchange } from './exchange.ts'
import { createDeliveryFaults } from './faults/delivery-faults.ts'
import type { Gate } from './gate.ts'
import { Lanes, type Turn } from './lanes.ts'
import { notAttempted, stopping } from './not-attempted.ts'
import { OrderLine } from './order-line.ts'
import { publishTurn } from './publish-turn.ts'
import { Signal } from './signal.ts'
import { Stalls } from './stalls.ts'

export interface Pump {
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
