import type { Outcome } from '../core/attempt.ts'
import type { Instant } from '../core/clock.ts'
import type { DeliveryPolicy } from '../spec/provider.ts'

/** Milliseconds that a receiver asked to be left alone for, as far as the provider listens; 0 where it does not. */
export function retryAfter(outcome: Outcome, policy: DeliveryPolicy['retryAfter'], wall: Instant): number {
  if (outcome.kind !== 'responded' || policy.kind === 'ignore') return 0
  const value = outcome.headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1]
  const asked = value === undefined ? 0 : readRetryAfter(value.trim(), wall)
  return policy.kind === 'clamp' ? Math.min(asked, policy.to) : asked
}

/** RFC 9110, section 10.2.3: seconds, or a date of the real world. */
function readRetryAfter(value: string, wall: Instant): number {
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? 0 : Math.max(0, date - wall)
}
