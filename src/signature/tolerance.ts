import type { Instant } from '../core/clock.ts'
import { formatDuration, parseDuration } from '../core/duration.ts'
import { refused, VERIFIED, type Verdict } from './verdict.ts'

export interface Tolerance {
  readonly tolerance?: string
  readonly direction?: 'past' | 'both'
}

/** Whether a timestamp is near enough to now; without a tolerance every one is. */
export function judgeAge(
  at: Instant,
  now: Instant,
  { tolerance, direction = 'both' }: Tolerance = {},
): Verdict {
  if (tolerance === undefined) return VERIFIED
  const limit = parseDuration(tolerance, 'the tolerance of a signature')
  const age = now - at
  if (age > limit)
    return refused('stale-timestamp', sentence(age, 'old', limit, 'or it was sent again later'))
  if (direction === 'both' && -age > limit)
    return refused('stale-timestamp', sentence(-age, 'ahead', limit, 'or its timestamp has another unit'))
  return VERIFIED
}

function sentence(age: number, word: string, limit: number, other: string): string {
  const far = formatDuration(Math.floor(age / 1000) * 1000)
  return `The signature is right, but its timestamp is ${far} ${word} and only ${formatDuration(limit)} are allowed: a clock is wrong, ${other}.`
}
