import type { DeliveryPolicy, Jitter, Schedule } from '../../../src/spec/provider.ts'

export const S = 1_000
export const M = 60 * S
export const H = 60 * M
export const D = 24 * H

export const NO_JITTER: Jitter = { kind: 'none' }

export function list(
  delays: readonly number[],
  more: Partial<Extract<Schedule, { kind: 'list' }>> = {},
): Schedule {
  return { kind: 'list', delays, repeatLast: false, attempts: null, window: null, ...more }
}

export function exponential(
  base: number,
  factor: number,
  more: Partial<Extract<Schedule, { kind: 'exponential' }>> = {},
): Schedule {
  return { kind: 'exponential', base, factor, cap: null, attempts: null, window: null, ...more }
}

export function policy(more: Partial<DeliveryPolicy> = {}): DeliveryPolicy {
  return {
    eventId: { format: 'uuid' },
    attemptId: { format: 'uuid' },
    headers: {},
    timeoutMs: 10 * S,
    success: ['2xx'],
    schedule: list([10 * S, 60 * S, 300 * S]),
    retryOn: null,
    jitter: NO_JITTER,
    retryAfter: { kind: 'ignore' },
    retryTests: false,
    inOrder: false,
    disable: null,
    ...more,
  }
}
