import type { ClockMode } from '../core/clock.ts'

/** A schedule that is run fast must not wait long for a real exchange. */
const FAST_TIMEOUT = 1_000

export function attemptTimeout(ownMs: number, mode: ClockMode, overrideMs?: number): number {
  return overrideMs ?? (mode.kind === 'real' ? ownMs : Math.min(ownMs, FAST_TIMEOUT))
}
