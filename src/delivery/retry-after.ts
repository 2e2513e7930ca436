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

// `Date.parse` takes "soon, 2099" for a date, too. All three forms of RFC 9110, section 5.6.7, begin with the day.
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w :-]+$/

/** RFC 9110, section 10.2.3: seconds, or a date of the real world. */
function readRetryAfter(value: string, wall: Instant): number {
  if (/^\d+$/.test(value)) return Number(value) * 1000
  // The third form names no zone, and all are of Greenwich.
  const date = HTTP_DATE.test(value) ? Date.parse(value.replace(/(?<! GMT)$/, ' GMT')) : Number.NaN
  return Number.isNaN(date) ? 0 : Math.max(0, date - wall)
}
