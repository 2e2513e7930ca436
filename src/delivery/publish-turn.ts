import type { Feed } from '../core/feed.ts'
import type { TurnResult } from './attempt-once.ts'
import { attemptLimit } from './schedule.ts'

/** Tells what was kept: the attempt, then the settlement where it led to one. */
export function publishTurn(
  feed: Feed,
  result: Extract<TurnResult, { kind: 'completed' | 'cancelled' }>,
): void {
  if (result.kind === 'cancelled') {
    const { delivery, event, webhook } = result
    feed.publish({ type: 'settled', delivery, event, webhook })
    return
  }
  const { event, provider, completed } = result
  const { attempt, delivery, webhook, settledNow, delayMs } = completed
  const limit = delivery.cause === 'test' ? 1 : attemptLimit(provider.delivery.schedule)
  feed.publish({ type: 'attempt', attempt, delivery, event, webhook, attemptLimit: limit, delayMs })
  if (settledNow) feed.publish({ type: 'settled', delivery, event, webhook })
}
