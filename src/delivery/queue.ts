import type { Attempt } from '../core/attempt.ts'
import type { Instant } from '../core/clock.ts'
import type { Delivery } from '../core/delivery.ts'
import type { WebhookId } from '../core/ids.ts'
import { CLOCK } from '../state/latest-instant.ts'
import { type DeliveryQuery, put } from '../state/store.ts'
import { type AdvanceTarget, advanceClock } from './advance.ts'
import { cancelPending } from './cancel-pending.ts'
import type { DeliveryParts } from './delivery-parts.ts'
import { createExchange } from './exchange.ts'
import { Gate } from './gate.ts'
import { createPump } from './pump.ts'
import { recoverAttempts } from './recover-attempts.ts'
import { resendDelivery } from './resend-delivery.ts'
import { within } from './within.ts'

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
  /** As {@link resend}, and waits for the first attempt. */
  resendNow(old: Delivery): Promise<{ delivery: Delivery; attempt: Attempt }>
  /** Cancels what is pending for a webhook. */
  cancel(webhook: WebhookId, reason: string): Promise<void>
  /** Whether everything that matches is settled within so many real milliseconds. */
  untilSettled(query: DeliveryQuery, timeoutMs: number): Promise<boolean>
  /** Waits until nothing is in flight nor due now. */
  settle(timeoutMs: number): Promise<Settling>
  /** Keeps nothing of its own while `work` puts another state in the place of this one; answers that come later are dropped. */
  pause<T>(work: () => Promise<T>): Promise<T>
  /** Moves a virtual clock. One advance at a time. @throws MockError on a clock that runs. */
  advance(target: AdvanceTarget): Promise<{ attempts: number }>
  /** Whether nothing more is begun: it is being drained, or was. */
  isStopped(): boolean
  /** Begins nothing more, waits for what is in flight, then cuts it off and lets go of every connection. */
  drain(timeoutMs: number): Promise<void>
}

export function createDeliveryQueue(parts: DeliveryParts): DeliveryQueue {
  const { store, clock } = parts
  const exchange = createExchange(parts.egress, parts.exchange)
  const gate = new Gate()
  const pump = createPump(parts, exchange, gate)
  return {
    wake: pump.wake,
    warmUp: exchange.warmUp,
    async recover() {
      const interrupted = await recoverAttempts(parts)
      return interrupted.length
    },
    attemptNow: pump.attemptNow,
    async resend(old) {
      const delivery = await resendDelivery(parts, old)
      pump.wake()
      return delivery
    },
    async resendNow(old) {
      return pump.attemptNow(await resendDelivery(parts, old))
    },
    async cancel(webhook, reason) {
      await cancelPending(parts, webhook, reason)
      pump.leave(webhook)
    },
    async untilSettled(query, timeoutMs) {
      const isPending = async () =>
        (await store.deliveries({ ...query, status: 'pending' }, { limit: 1 })).items.length > 0
      let isLate = false
      const settled = async () => {
        for (;;) {
          const changed = pump.whenChanged()
          if (!(await isPending())) return true
          // What is pending at the end stays so.
          if (isLate || (pump.isStopped() && pump.running() === 0)) return false
          await changed
        }
      }
      const watched = settled()
      const inTime = await within(timeoutMs, watched)
      isLate = true
      return inTime && (await watched)
    },
    async settle(timeoutMs) {
      const settled = await within(timeoutMs, pump.idle())
      const { pending } = await store.summary()
      return { settled, inFlight: pump.running(), pending, nextAttemptAt: await store.nextDueAt() }
    },
    async pause(work) {
      try {
        return await gate.alone(work)
      } finally {
        pump.wake()
      }
    },
    advance: (target) =>
      parts.inTurn('advance', async () => {
        const before = pump.attempts()
        await advanceClock({ clock, store, idle: pump.idle, isStopped: pump.isStopped }, target)
        if (!pump.isStopped()) await store.commit([put('counters', { id: CLOCK, value: clock.now() })])
        return { attempts: pump.attempts() - before }
      }),
    isStopped: pump.isStopped,
    async drain(timeoutMs) {
      pump.stop()
      await within(timeoutMs, pump.whenNothingRuns())
      pump.close()
      await exchange.close()
      await pump.whenNothingRuns()
    },
  }
}
