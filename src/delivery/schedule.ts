import { formatDuration } from '../core/duration.ts'
import type { Jitter, Schedule } from '../spec/provider.ts'

export interface ScheduleState {
  /** Delays already used; the next one is number `delaysUsed`, from 0. */
  readonly delaysUsed: number
  /** Milliseconds since the delivery was made. */
  readonly elapsed: number
  /** In [0, 1), for the jitter. */
  readonly fraction: number
  /** The receiver's own wish, at least so many milliseconds; 0 where there is none. */
  readonly atLeast?: number
}

export type NextDelay =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'exhausted'; readonly reason: string }

/** A hundred years, as far as a clock is advanced at once: what is later is no date that anything here could show. */
const LONGEST_DELAY = 36_500 * 86_400_000

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
  const asked = Math.max(Math.round(withJitter(planned, jitter, state.fraction)), state.atLeast ?? 0)
  const ms = Math.min(asked, LONGEST_DELAY)
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
  return Math.min(schedule.base * schedule.factor ** used, schedule.cap ?? Number.POSITIVE_INFINITY)
}

function withJitter(delay: number, jitter: Jitter, fraction: number): number {
  if (jitter.kind === 'full') return delay * fraction
  if (jitter.kind === 'plus-minus') return delay * (1 + jitter.share * (2 * fraction - 1))
  if (jitter.kind === 'none') return delay
  const most = Math.min(Math.max(delay * jitter.share, jitter.min), jitter.max ?? Number.POSITIVE_INFINITY)
  return delay + most * fraction
}
