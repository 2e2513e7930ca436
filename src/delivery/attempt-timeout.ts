import type { Outcome } from '../core/attempt.ts'
import type { ClockMode } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'

/** A schedule that is run fast must not wait long for a real exchange. */
const FAST_TIMEOUT = 1_000

/** For how long an attempt may take, by the wall clock. */
export function attemptTimeout(ownMs: number, mode: ClockMode, overrideMs?: number): number {
  return overrideMs ?? (mode.kind === 'real' ? ownMs : Math.min(ownMs, FAST_TIMEOUT))
}

/** A receiver that was cut off sooner than the provider would have done must not be blamed without a word of it. */
export function tellShortened(
  outcome: Outcome,
  ownMs: number,
  mode: ClockMode,
  overrideMs?: number,
): Outcome {
  const isShortened = outcome.kind === 'timed-out' && attemptTimeout(ownMs, mode, overrideMs) < ownMs
  if (!isShortened || overrideMs !== undefined) return outcome
  const more = `on a real clock ${formatDuration(ownMs)}; --attempt-timeout sets another`
  return { ...outcome, error: `${outcome.error} (${more})` }
}
