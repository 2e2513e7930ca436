import type { Instant } from '../core/clock.ts'
import type { Delivery } from '../core/delivery.ts'
import type { Store } from '../state/store.ts'

const AT_ONCE = 256

/** Takes everything that is due, so that the store's next due time is one to wait for. */
export async function claimAllDue(
  store: Store,
  now: () => Instant,
  take: (delivery: Delivery) => void,
): Promise<void> {
  for (;;) {
    const due = await store.claimDue(now(), AT_ONCE)
    for (const delivery of due) take(delivery)
    if (due.length < AT_ONCE) return
  }
}
