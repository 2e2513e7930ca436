import type { ClockMode } from '../core/clock.ts'
import type { Outcome } from '../core/model.ts'
import { formatDuration } from '../core/units.ts'

/** A schedule that is run fast must not wait long for a real exchange. */
const FAST_TIMEOUT_MS = 1_000

/** For how many milliseconds an attempt may take, by the wall clock. */
export function attemptTimeout(ownMs: number, mode: ClockMode, overrideMs?: number): number {
  return overrideMs ?? (mode.kind === 'real' ? ownMs : Math.min(ownMs, FAST_TIMEOUT_MS))
}

/** Says of a time-out that came sooner than the provider's own why it did. */
export function explainTimeout(
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
