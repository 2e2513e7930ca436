import { type Instant, LAST_INSTANT } from '../core/clock.ts'
import { headerOf } from '../core/headers.ts'
import type { Delivery, Failure, Outcome } from '../core/model.ts'
import { formatDuration, isoTime } from '../core/units.ts'
import type { DeliveryPolicy, Jitter, Schedule } from '../spec/provider.ts'
import type { FailureClass, FailureWord } from '../spec/vocabulary.ts'

// Decides after an attempt whether and when the next one follows.

/** Milliseconds of the receiver's `Retry-After`, as far as the provider honours it; 0 where it does not. */
function retryAfter(outcome: Outcome, policy: DeliveryPolicy['retryAfter'], wall: Instant): number {
  if (outcome.kind !== 'responded' || policy.kind === 'ignore') return 0
  const value = headerOf(outcome.headers, 'Retry-After')
  const asked = value === undefined ? 0 : readRetryAfter(value.trim(), wall)
  return policy.kind === 'clamp' ? Math.min(asked, policy.to) : asked
}

// `Date.parse` takes "soon, 2099" for a date, too. All three forms of RFC 9110, section 5.6.7, begin with the day.
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w :-]+$/

/** RFC 9110, section 10.2.3: seconds, or a date of the real world. */
function readRetryAfter(value: string, wall: Instant): number {
  if (/^\d+$/.test(value)) return Number(value) * 1000
  // The third form names no zone; all are in GMT.
  const date = HTTP_DATE.test(value) ? Date.parse(value.replace(/(?<! GMT)$/, ' GMT')) : Number.NaN
  return Number.isNaN(date) ? 0 : Math.max(0, date - wall)
}

const DNS_CODES = new Set(['ENOTFOUND', 'ENODATA', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME', 'EAI_NODATA'])

/** Whether a status is one of `2xx`, `200` and the like. */
export function isSuccess(status: number, success: readonly string[]): boolean {
  return success.some((pattern) => pattern === String(status) || pattern === `${Math.floor(status / 100)}xx`)
}

function succeeded(outcome: Outcome, success: readonly string[]): boolean {
  return outcome.kind === 'responded' && isSuccess(outcome.status, success)
}

const CLASSES: {
  readonly [K in Outcome['kind']]: (outcome: Extract<Outcome, { kind: K }>) => readonly FailureClass[]
} = {
  responded: ({ status }) => [`${status}`, `${Math.floor(status / 100)}xx` as FailureClass],
  'timed-out': () => ['timeout'],
  'connection-failed': ({ code }) => [DNS_CODES.has(code) ? 'dns' : 'connect'],
  'tls-failed': () => ['tls'],
  interrupted: () => [],
  blocked: () => [],
}

/** The classes that a failure falls into: `503` and `5xx`, or `dns`. */
export function failureClasses(outcome: Outcome): readonly FailureClass[] {
  return (CLASSES[outcome.kind] as (outcome: Outcome) => readonly FailureClass[])(outcome)
}

/** The names that a provider's log has words for, the most specific first. */
export function failureNames(outcome: Outcome, url: string): readonly FailureWord[] {
  const classes = failureClasses(outcome)
  if (classes.length > 0) return classes
  if (outcome.kind !== 'blocked') return ['unknown']
  return [/^https?:$/.test(URL.parse(url)?.protocol ?? '') ? 'forbidden-target' : 'invalid-url']
}

/** Why an attempt failed, as it is kept and shown. */
export function failureOf(outcome: Outcome, url: string): Failure {
  const status = outcome.kind === 'responded' ? outcome.status : null
  return { names: failureNames(outcome, url), status, host: URL.parse(url)?.hostname ?? url }
}

/** @param retryOn null: every failure is retried. */
export function isRetried(outcome: Outcome, retryOn: readonly FailureClass[] | null): boolean {
  return retryOn === null || failureClasses(outcome).some((failure) => retryOn.includes(failure))
}

interface ScheduleState {
  /** Delays already used; the next one is number `delaysUsed`, from 0. */
  readonly delaysUsed: number
  /** Milliseconds since the delivery was made. */
  readonly elapsed: number
  /** In [0, 1), for the jitter. */
  readonly fraction: number
  /** At least so many milliseconds, as the receiver asked; 0 where it did not. */
  readonly atLeast?: number
}

type NextDelay =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'exhausted'; readonly reason: string }

/** How long the next attempt waits after the end of the one before, or why there is none. */
export function nextDelay(schedule: Schedule, jitter: Jitter, state: ScheduleState): NextDelay {
  const made = state.delaysUsed + 1
  const planned =
    made >= (attemptLimit(schedule) ?? Number.POSITIVE_INFINITY)
      ? undefined
      : plannedDelay(schedule, state.delaysUsed)
  if (planned === undefined)
    return {
      kind: 'exhausted',
      reason: `the schedule is used up after ${made} attempt${made === 1 ? '' : 's'}`,
    }
  // As long as clocks go, at most: schedules that grow without bound end at infinity, with which nothing can be computed.
  const bounded = Math.min(planned, LAST_INSTANT)
  const asked = Math.max(Math.round(withJitter(bounded, jitter, state.fraction)), state.atLeast ?? 0)
  const ms = Math.min(asked, LAST_INSTANT)
  if (schedule.window !== null && state.elapsed + ms > schedule.window)
    return {
      kind: 'exhausted',
      reason: `the next attempt would be later than ${formatDuration(schedule.window)} after the first`,
    }
  return { kind: 'delay', ms }
}

/** How many attempts a schedule allows; null when only its window ends it. */
export function attemptLimit(schedule: Schedule): number | null {
  if (schedule.kind === 'exponential' || schedule.repeatLast) return schedule.attempts
  return Math.min(schedule.delays.length + 1, schedule.attempts ?? Number.POSITIVE_INFINITY)
}

function plannedDelay(schedule: Schedule, used: number): number | undefined {
  if (schedule.kind === 'list')
    return schedule.delays[used] ?? (schedule.repeatLast ? schedule.delays.at(-1) : undefined)
  // 0 × Infinity is no number.
  const grown = schedule.base === 0 ? 0 : schedule.base * schedule.factor ** used
  return Math.min(grown, schedule.cap ?? Number.POSITIVE_INFINITY)
}

function withJitter(delay: number, jitter: Jitter, fraction: number): number {
  if (jitter.kind === 'full') return delay * fraction
  if (jitter.kind === 'plus-minus') return delay * (1 + jitter.share * (2 * fraction - 1))
  if (jitter.kind === 'none') return delay
  const most = Math.min(Math.max(delay * jitter.share, jitter.min), jitter.max ?? Number.POSITIVE_INFINITY)
  return delay + most * fraction
}

interface StepInput {
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

/** The delivery after an attempt: pending with the time of the next one, or settled with the reason. */
export function nextStep({ delivery, outcome, policy, now, wall, fraction }: StepInput): Delivery {
  const settle = (status: Delivery['status'], reason: string | null): Delivery =>
    settled(delivery, status, reason, now)
  if (outcome.kind === 'interrupted') return { ...delivery, nextAttemptAt: now }
  if (outcome.kind === 'blocked') return settle('blocked', `${outcome.error}; ${outcome.hint}`)
  if (succeeded(outcome, policy.success)) return settle('succeeded', null)
  if (delivery.cause === 'test' && !policy.retryTests)
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
  const nextAttemptAt = now + next.ms
  if (nextAttemptAt > LAST_INSTANT)
    return settle(
      'exhausted',
      `the next attempt would be after ${isoTime(LAST_INSTANT)}, where the clock ends`,
    )
  return { ...delivery, delaysUsed: delivery.delaysUsed + 1, nextAttemptAt }
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
function describeOutcome(outcome: Outcome): string {
  return outcome.kind === 'responded' ? `the receiver answered ${outcome.status}` : outcome.error
}
