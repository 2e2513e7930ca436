import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, type Instant, isInstant, LAST_INSTANT, LONGEST_TIMER } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import type { Attempt, Delivery } from '../core/model.ts'
import type { WebhookId } from '../core/random.ts'
import { createSlices } from '../core/slices.ts'
import { formatDuration, isoTime } from '../core/units.ts'
import { newDelivery } from '../event/emit.ts'
import { type Change, CLOCK_COUNTER, type DeliveryQuery, put } from '../state/store.ts'
import { cancelPending } from './cancel.ts'
import type { DeliveryContext } from './context.ts'
import { ReadWriteLock } from './read-write-lock.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import { createHttpSender } from './send.ts'

/** How far a virtual clock is moved: by milliseconds, to the next attempt, or until nothing is pending. */
export type AdvanceTarget = { readonly by: number } | { readonly until: 'next-attempt' | 'settled' }

/** Moves a virtual clock from due time to due time, finishing the attempts of each, up to the target or until `gone`. */
async function advanceClock(
  { clock, store }: DeliveryContext,
  scheduler: Scheduler,
  target: AdvanceTarget,
  gone: AbortSignal | undefined,
): Promise<void> {
  if (clock.mode.kind !== 'virtual') clock.moveTo(clock.now())
  if ('by' in target && !isInstant(clock.now() + target.by)) throw beyondEnd(clock, target.by)
  const isOver = () => scheduler.isStopped() || gone?.aborted === true
  await scheduler.idle(gone)
  const end = 'by' in target ? clock.now() + target.by : Number.POSITIVE_INFINITY
  const before = scheduler.attempts()
  // What falls due need not be attempted: it may wait for an earlier one, or for a fault.
  const isReached = () =>
    'until' in target && target.until === 'next-attempt' && scheduler.attempts() > before
  for (;;) {
    const next = await store.nextDueAt()
    if (isOver()) return
    if (next === null || next > end || isReached()) break
    clock.moveTo(next)
    await scheduler.idle(gone)
  }
  if ('by' in target) {
    clock.moveTo(end)
    await scheduler.idle(gone)
  }
}

function beyondEnd(clock: Clock, by: number): MockError {
  const summary = `Failed to advance the clock by ${formatDuration(by)}: it would be after ${isoTime(LAST_INSTANT)}, where it ends.`
  const left = formatDuration(LAST_INSTANT - clock.now())
  return new MockError('input', 'CLOCK_END', summary, { hint: `Advance it by at most ${left}.` })
}

/**
 * Attempts that a dead process left without an outcome are `interrupted`, and their deliveries due at once. Returns how
 * many there were.
 */
async function recoverAttempts({ store, clock }: DeliveryContext): Promise<number> {
  const cutOff = await store.unfinishedAttempts()
  const slices = createSlices()
  const changes: Change[] = []
  const nextAttemptAt = clock.now()
  for (const attempt of cutOff) {
    const outcome = { kind: 'interrupted', error: 'hookproof ended before an answer came' } as const
    changes.push(put('attempts', { ...attempt, outcome }))
    const delivery = await store.delivery(attempt.delivery)
    if (delivery?.status === 'pending') {
      const attempts = Math.max(delivery.attempts, attempt.number)
      changes.push(put('deliveries', { ...delivery, attempts, nextAttemptAt }))
    }
    if (!slices.isOver()) continue
    await store.commit(changes.splice(0))
    await slices.next()
  }
  if (changes.length > 0) await store.commit(changes)
  return cutOff.length
}

/** A new delivery of an old one's event, kept and due at once. */
async function resendDelivery(
  { store, clock, rng }: DeliveryContext,
  old: Delivery,
  along: (delivery: Delivery) => readonly Change[] = () => [],
): Promise<Delivery> {
  const event = await store.event(old.event)
  const webhook = await store.webhook(old.webhook)
  if (event === undefined || webhook === undefined || webhook.deletedAt !== null) {
    const what = event === undefined ? 'its event is no longer kept' : 'its webhook was deleted'
    throw new MockError('input', 'CANNOT_RESEND', `Failed to resend delivery ${old.id}: ${what}.`, {
      hint: 'Register a webhook and trigger a new event.',
    })
  }
  const delivery = newDelivery(event, webhook, {
    rng,
    now: clock.now(),
    cause: 'resend',
    resendOf: old.id,
  })
  await store.commit([put('deliveries', delivery), ...along(delivery)])
  return delivery
}

/** Whether `work` ends within so many real milliseconds, in every clock mode, and before `gone`; else it is to stop. */
async function within(
  timeoutMs: number,
  gone: AbortSignal | undefined,
  work: (over: AbortSignal) => Promise<boolean>,
): Promise<boolean> {
  const stop = new AbortController()
  const over = gone === undefined ? stop.signal : AbortSignal.any([stop.signal, gone])
  const late = sleep(Math.min(timeoutMs, LONGEST_TIMER), false, { signal: over }).catch(() => false)
  try {
    return await Promise.race([work(over), late])
  } finally {
    stop.abort()
  }
}

/** How things stand once nothing was in flight nor due, or the time-out came. */
export interface Settling {
  /** False when the time-out came first. */
  readonly settled: boolean
  readonly inFlight: number
  readonly pending: number
  readonly nextAttemptAt: Instant | null
}

/** Sends what is due, keeps what became of it, and knows when the next attempt is. */
export interface DeliveryQueue {
  /** Something may have fallen due. Until the first call nothing is sent. */
  wake(): void
  /** Loads what the first attempt needs. */
  warmUp(): Promise<void>
  /** Makes good what a process that died left behind: before the first {@link wake}. Answers how many were cut off. */
  recover(): Promise<number>
  /** Makes a pending delivery's attempt at once, whatever waits before it. */
  attemptNow(delivery: Delivery): Promise<{ delivery: Delivery; attempt: Attempt }>
  /** A new delivery of the same event to the same webhook. @throws MockError when one of the two is gone. */
  resend(old: Delivery): Promise<Delivery>
  /** As {@link resend}, and waits for the first attempt. @param along what is kept in the same commit */
  resendNow(
    old: Delivery,
    along?: (delivery: Delivery) => readonly Change[],
  ): Promise<{ delivery: Delivery; attempt: Attempt }>
  /** Cancels what is pending for a webhook. */
  cancel(webhook: WebhookId, reason: string): Promise<void>
  /** Whether everything that matches is settled within so many real milliseconds, and before `gone`. */
  untilSettled(query: DeliveryQuery, timeoutMs: number, gone?: AbortSignal): Promise<boolean>
  /** Waits until nothing is in flight nor due now, or for `gone`. */
  settle(timeoutMs: number, gone?: AbortSignal): Promise<Settling>
  /** Keeps nothing of its own while `work` puts another state in the place of this one; answers that come later are dropped. */
  pause<T>(work: () => Promise<T>): Promise<T>
  /**
   * Moves a virtual clock, until `gone` at most: what is begun by then is finished, and no more follows. One advance at a
   * time. @throws MockError on a clock that runs, and for a time after its end.
   */
  advance(target: AdvanceTarget, gone?: AbortSignal): Promise<{ attempts: number }>
  /** Whether nothing more is begun: it is being drained, or was. */
  isStopped(): boolean
  /** Begins nothing more, waits for what is in flight, then cuts it off and lets go of every connection. */
  drain(timeoutMs: number): Promise<void>
}

export function createDeliveryQueue(context: DeliveryContext): DeliveryQueue {
  const { store, clock } = context
  const sender = createHttpSender(context.egress, context.http)
  const lock = new ReadWriteLock()
  const scheduler = createScheduler(context, sender, lock)
  return {
    wake: scheduler.wake,
    warmUp: sender.warmUp,
    recover: () => recoverAttempts(context),
    attemptNow: scheduler.attemptNow,
    async resend(old) {
      const delivery = await resendDelivery(context, old)
      scheduler.wake()
      return delivery
    },
    async resendNow(old, along) {
      return scheduler.attemptNow(await resendDelivery(context, old, along))
    },
    async cancel(webhook, reason) {
      await cancelPending(context, webhook, reason)
      scheduler.leave(webhook)
    },
    untilSettled(query, timeoutMs, gone) {
      const isPending = async () =>
        (await store.deliveries({ ...query, status: 'pending' }, { limit: 1 })).items.length > 0
      return within(timeoutMs, gone, async (over) => {
        for (;;) {
          const changed = scheduler.whenChanged(over)
          if (!(await isPending())) return true
          // What is pending at the end stays so.
          if (over.aborted || (scheduler.isStopped() && scheduler.running() === 0)) return false
          await changed
        }
      })
    },
    async settle(timeoutMs, gone) {
      const settled = await within(timeoutMs, gone, async (over) => {
        await scheduler.idle(over)
        return !over.aborted
      })
      const { pending } = await store.summary()
      return { settled, inFlight: scheduler.running(), pending, nextAttemptAt: await store.nextDueAt() }
    },
    async pause(work) {
      try {
        return await lock.write(work)
      } finally {
        scheduler.reset()
      }
    },
    advance: (target, gone) =>
      context.mutex('advance', async () => {
        const before = scheduler.attempts()
        await advanceClock(context, scheduler, target, gone)
        if (!scheduler.isStopped())
          await store.commit([put('counters', { id: CLOCK_COUNTER, value: clock.now() })])
        return { attempts: scheduler.attempts() - before }
      }),
    isStopped: scheduler.isStopped,
    async drain(timeoutMs) {
      scheduler.stop()
      await within(timeoutMs, undefined, async (over) => {
        await scheduler.whenNothingRuns(over)
        return true
      })
      scheduler.close()
      await sender.close()
      await scheduler.whenNothingRuns()
    },
  }
}
