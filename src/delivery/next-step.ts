import type { Outcome } from '../core/attempt.ts'
import type { Instant } from '../core/clock.ts'
import type { Delivery } from '../core/delivery.ts'
import type { DeliveryPolicy } from '../spec/provider.ts'
import { retryAfter } from './retry-after.ts'
import { isRetried, succeeded } from './retry-on.ts'
import { nextDelay } from './schedule.ts'

export interface StepInput {
  /** With the attempt that just ended counted in `attempts`. */
  readonly delivery: Delivery
  readonly outcome: Outcome
  readonly policy: DeliveryPolicy
  /** The mock's clock at the end of the attempt. */
  readonly now: Instant
  /** The wall clock, against which a receiver's dates are read. */
  readonly wall: Instant
  /** In [0, 1), for the jitter. */
  readonly fraction: number
}

/** What becomes of a delivery after an attempt: pending with its next time, or settled with the reason. */
export function nextStep({ delivery, outcome, policy, now, wall, fraction }: StepInput): Delivery {
  const settle = (status: Delivery['status'], reason: string | null): Delivery =>
    settled(delivery, status, reason, now)
  if (outcome.kind === 'interrupted') return { ...delivery, nextAttemptAt: now }
  if (outcome.kind === 'blocked') return settle('blocked', `${outcome.error}; ${outcome.hint}`)
  if (succeeded(outcome, policy.success)) return settle('succeeded', null)
  if (delivery.cause === 'test')
    return settle('exhausted', `${describeOutcome(outcome)}, and a test is sent once`)
  if (!isRetried(outcome, policy.retryOn))
    return settle('exhausted', `${describeOutcome(outcome)}, which this provider does not retry`)
  const next = nextDelay(policy.schedule, policy.jitter, {
    delaysUsed: delivery.delaysUsed,
    elapsed: now - delivery.createdAt,
    fraction,
    atLeast: retryAfter(outcome, policy.retryAfter, wall),
  })
  if (next.kind === 'exhausted') return settle('exhausted', next.reason)
  return { ...delivery, delaysUsed: delivery.delaysUsed + 1, nextAttemptAt: now + next.ms }
}

export function settled(
  delivery: Delivery,
  status: Delivery['status'],
  reason: string | null,
  now: Instant,
): Delivery {
  return { ...delivery, status, reason, nextAttemptAt: null, settledAt: now }
}

/** `the receiver answered 400`, or the error as it is. */
export function describeOutcome(outcome: Outcome): string {
  return outcome.kind === 'responded' ? `the receiver answered ${outcome.status}` : outcome.error
}
