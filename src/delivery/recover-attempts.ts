import type { Attempt } from '../core/attempt.ts'
import type { Clock } from '../core/clock.ts'
import { type Change, put, type Store } from '../state/store.ts'

/** Attempts that a dead process left without an outcome are `interrupted`, and their deliveries due at once. */
export async function recoverAttempts({
  store,
  clock,
}: {
  store: Store
  clock: Clock
}): Promise<readonly Attempt[]> {
  const cutOff = await store.unfinishedAttempts()
  const changes: Change[] = []
  const now = clock.now()
  const interrupted = cutOff.map(
    (attempt): Attempt => ({
      ...attempt,
      outcome: { kind: 'interrupted', error: 'hookproof ended before an answer came' },
    }),
  )
  for (const attempt of interrupted) {
    changes.push(put('attempts', attempt))
    const delivery = await store.delivery(attempt.delivery)
    if (delivery?.status === 'pending')
      changes.push(
        put('deliveries', {
          ...delivery,
          attempts: Math.max(delivery.attempts, attempt.number),
          nextAttemptAt: now,
        }),
      )
  }
  if (changes.length > 0) await store.commit(changes)
  return interrupted
}
