import type { Instant } from './clock.ts'

/** `2026-06-05T09:00:00.000Z`, or without the milliseconds. */
export function isoTime(instant: Instant, precision: 's' | 'ms' = 'ms'): string {
  const text = new Date(instant).toISOString()
  return precision === 'ms' ? text : `${text.slice(0, 19)}Z`
}
