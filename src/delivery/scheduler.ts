import type { Instant } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import type { Feed } from '../core/feed.ts'
import type { Attempt, Delivery, Webhook } from '../core/model.ts'
import type { DeliveryId, ProviderId, WebhookId } from '../core/random.ts'
import { createSlices } from '../core/slices.ts'
import { type AttemptResult, createAttempts } from './attempt.ts'
import { cancelPending } from './cancel.ts'
import { ConcurrencyLimiter, type Job } from './concurrency.ts'
import type { DeliveryContext } from './context.ts'
import { createDeliveryFaults } from './faults/match.ts'
import { OrderedQueue } from './ordered-queue.ts'
import type { ReadWriteLock } from './read-write-lock.ts'
import { attemptLimit } from './retry.ts'
import { RetryLater } from './retry-later.ts'
import type { HttpSender } from './send.ts'

/** Decides which due deliveries are attempted when. */
export interface Scheduler {
  wake(): void
  attemptNow(delivery: Delivery): Promise<{ delivery: Delivery; attempt: Attempt }>
  /** Gives up what waited behind a webhook's first delivery. */
  leave(webhook: WebhookId): void
  /** Begins anew with what is kept now, after another state was put in its place. */
  reset(): void
  running(): number
  /** Attempts completed so far. */
  attempts(): number
  /** Resolves once nothing is in flight nor due, or once `over`. */
  idle(over?: AbortSignal): Promise<void>
  whenNothingRuns(over?: AbortSignal): Promise<void>
  /** Resolves at the next change of any delivery, or once `over`. */
  whenChanged(over?: AbortSignal): Promise<void>
  isStopped(): boolean
  /** Begins nothing more. */
  stop(): void
  /** What ends from now on is not kept. */
  close(): void
}

const LIMITS = { perWebhook: 8, overall: 64 }

const CLAIMED_AT_ONCE = 256

/** Takes what is due from the store and has it attempted, as far as the limits allow. */
export function createScheduler(
  context: DeliveryContext,
  sender: HttpSender,
  lock: ReadWriteLock,
): Scheduler {
  const { store, clock, feed, providers } = context
  const limiter = new ConcurrencyLimiter(context.limits ?? LIMITS)
  const retryLater = new RetryLater(feed)
  const changed = new Notifier()
  const waiters = new Map<DeliveryId, ((result: AttemptResult) => void)[]>()
  const orderedWebhooks = new Set<WebhookId>()
  const isAwaited = (id: DeliveryId) => waiters.has(id)
  const faults = createDeliveryFaults(context, isAwaited)
  const orderedQueue = new OrderedQueue(store, faults.isHeld)
  let isStopped = false
  let isClosed = false
  let completedAttempts = 0
  let round: Promise<void> | undefined
  let isRoundWanted = false
  let cancelAlarm = () => {}

  const attempt = createAttempts(context, {
    sender,
    faults,
    lock,
    isAwaited,
    isStopped: () => isStopped,
    isClosed: () => isClosed,
  })

  const isOrdered = (provider: ProviderId) => providers.get(provider)?.delivery.inOrder === true
  const limitOf = (webhook: WebhookId) => (orderedWebhooks.has(webhook) ? 1 : Number.POSITIVE_INFINITY)

  function startJobs(): void {
    while (!isStopped) {
      const job = limiter.next(limitOf)
      if (job === undefined) return
      void run(job, orderedWebhooks.has(job.webhook) ? attemptInOrder : attempt)
    }
  }

  async function attemptInOrder(id: DeliveryId): Promise<AttemptResult> {
    const delivery = await store.delivery(id)
    const isPending = delivery?.status === 'pending'
    if (isPending && !(await orderedQueue.admit({ id, webhook: delivery.webhook })))
      return { kind: 'nothing', hold: true }
    return attempt(id)
  }

  async function run(job: Job, work: (id: DeliveryId) => Promise<AttemptResult>): Promise<void> {
    const result = await work(job.id)
    const isCompleted = result.kind === 'completed'
    // Attempted before its turn meanwhile, or put back by another state: its turn comes when it is due.
    const isEarly = result.kind === 'nothing' && (await store.delivery(job.id))?.status === 'pending'
    try {
      report(job, result)
      if (isCompleted && result.switchedOff) await switchOff(result.webhook)
      const letGo = isCompleted ? faults.ended(job) : null
      if (letGo !== null) await lock.read(letGo)
    } finally {
      const first = await orderedQueue.first(job.webhook)
      // Before its release, from which on the delivery may be claimed again.
      limiter.end(job)
      finish(job, result, isEarly, first)
      startJobs()
      if (limiter.running === 0 || isCompleted || result.kind === 'postponed') wake()
      changed.notify()
    }
  }

  function report(job: Job, result: AttemptResult): void {
    if (result.kind === 'completed') completedAttempts++
    for (const resolve of waiters.get(job.id) ?? []) resolve(result)
    waiters.delete(job.id)
    if (result.kind !== 'completed' && result.kind !== 'cancelled') return
    retryLater.succeeded()
    publish(feed, result)
  }

  function finish(job: Job, result: AttemptResult, isEarly: boolean, first: DeliveryId | undefined): void {
    if (result.kind === 'stalled') {
      const again = () => {
        if (!isClosed && limiter.start(job)) void run(job, result.again)
      }
      retryLater.add(`keep an attempt of delivery ${job.id}`, result.error, again)
      return
    }
    if (result.kind === 'nothing' && result.hold) return
    store.release(job.id)
    if (isEarly) wake()
    const next = orderedQueue.next(job, first)
    if (next !== undefined) limiter.add(next)
  }

  async function switchOff({ id, disabledBy }: Webhook): Promise<void> {
    const reason = `the webhook is switched off: ${disabledBy?.reason ?? 'by its provider'}`
    const cancel = () =>
      cancelPending(context, id, reason).catch((error) =>
        retryLater.add(`cancel the deliveries of webhook ${id}`, error, cancel),
      )
    await cancel()
    leave(id)
  }

  /** Claims everything that is due, so that the store's next due time is one to wait for. */
  async function claimDue(): Promise<void> {
    const slices = createSlices()
    for (;;) {
      if (slices.isOver()) await slices.next()
      const due = await store.claimDue(clock.now(), CLAIMED_AT_ONCE)
      for (const { id, webhook, provider } of due) {
        if (isOrdered(provider)) orderedWebhooks.add(webhook)
        limiter.add({ id, webhook })
      }
      if (due.length < CLAIMED_AT_ONCE) return
    }
  }

  async function runRounds(): Promise<void> {
    let due: Instant | null
    do {
      isRoundWanted = false
      await claimDue()
      startJobs()
      due = await store.nextDueAt()
    } while (isRoundWanted && !isStopped)
    cancelAlarm()
    cancelAlarm = due === null || isStopped ? () => {} : clock.alarm(due, wake)
    // In the same turn as the last look at isRoundWanted: who wakes it from now on needs another round.
    round = undefined
  }

  function startRound(): Promise<void> {
    if (isStopped) return Promise.resolve()
    isRoundWanted = true
    round ??= runRounds()
      .catch((error) => {
        round = undefined
        retryLater.add('find what is due', error, wake)
      })
      .finally(() => changed.notify())
    return round
  }

  function wake(): void {
    void startRound()
  }

  function leave(webhook: WebhookId): void {
    for (const id of orderedQueue.remove(webhook)) store.release(id)
    changed.notify()
  }

  function reset(): void {
    for (const id of orderedQueue.clear()) store.release(id)
    wake()
  }

  async function whenNothingRuns(over?: AbortSignal): Promise<void> {
    while (limiter.running > 0 && over?.aborted !== true) await changed.next(over)
  }

  return {
    wake,
    leave,
    reset,
    whenNothingRuns,
    running: () => limiter.running,
    attempts: () => completedAttempts,
    isStopped: () => isStopped,
    whenChanged: (over) => changed.next(over),
    async idle(over) {
      do {
        await startRound()
        await whenNothingRuns(over)
      } while (
        !isStopped &&
        over?.aborted !== true &&
        // What a round has claimed is due no longer, and does not run yet.
        (((await store.nextDueAt()) ?? Number.POSITIVE_INFINITY) <= clock.now() ||
          round !== undefined ||
          limiter.running > 0)
      )
    },
    async attemptNow(delivery) {
      if (isStopped) throw stopping(delivery.id)
      const result = await new Promise<AttemptResult>((resolve) => {
        waiters.set(delivery.id, [...(waiters.get(delivery.id) ?? []), resolve])
        const job = { id: delivery.id, webhook: delivery.webhook }
        if (limiter.start(job)) void run(job, attempt)
      })
      if (result.kind === 'completed') return result
      throw notAttempted(delivery.id, result)
    },
    stop() {
      isStopped = true
      cancelAlarm()
      retryLater.retry()
      retryLater.stop()
      changed.notify()
    },
    close() {
      isClosed = true
      retryLater.stop()
    },
  }
}

/** Resolves everyone who waits for the next change. */
class Notifier {
  #waiting = new Set<() => void>()

  /** @param over who waits no longer is forgotten. */
  next(over?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#waiting.delete(end)
        over?.removeEventListener('abort', end)
        resolve()
      }
      if (over?.aborted === true) return resolve()
      this.#waiting.add(end)
      over?.addEventListener('abort', end)
    })
  }

  notify(): void {
    for (const end of [...this.#waiting]) end()
  }
}

/** Publishes what was kept: the attempt, then the settlement where it led to one. */
function publish(feed: Feed, result: Extract<AttemptResult, { kind: 'completed' | 'cancelled' }>): void {
  const { delivery, event, webhook } = result
  if (result.kind === 'completed') {
    const { attempt, provider, delayMs } = result
    const limit = delivery.cause === 'test' ? 1 : attemptLimit(provider.delivery.schedule)
    feed.publish({ type: 'attempt', attempt, delivery, event, webhook, attemptLimit: limit, delayMs })
  }
  if (result.kind === 'cancelled' || result.settledNow)
    feed.publish({ type: 'settled', delivery, event, webhook })
}

function stopping(id: DeliveryId): MockError {
  return new MockError('environment', 'STOPPING', `Failed to attempt delivery ${id}: hookproof is stopping.`)
}

/** Why a delivery could not be attempted on demand. */
function notAttempted(id: DeliveryId, result: AttemptResult): MockError {
  if (result.kind === 'cancelled')
    return new MockError('input', 'CANCELLED', `Failed to attempt delivery ${id}: ${result.delivery.reason}.`)
  const reason =
    result.kind === 'stalled' && result.error instanceof Error
      ? result.error.message
      : 'it is no longer pending'
  return new MockError('environment', 'NOT_ATTEMPTED', `Failed to attempt delivery ${id}: ${reason}`)
}
