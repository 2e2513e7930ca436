import type { Attempt } from '../core/attempt.ts'
import type { Delivery } from '../core/delivery.ts'
import type { DeliveryId } from '../core/ids.ts'
import type { Store } from '../state/store.ts'
import { deliveryView } from './views/delivery-view.ts'
import type { DeliveryView } from './views/view-shapes.ts'

type DeliveryStore = Pick<Store, 'event' | 'webhook' | 'attempts'>

/** A delivery with all its attempts. Undefined when its event or webhook was cleared meanwhile. */
export async function loadDelivery(
  store: DeliveryStore,
  delivery: Delivery,
): Promise<DeliveryView | undefined> {
  const [event, webhook, attempts] = await Promise.all([
    store.event(delivery.event),
    store.webhook(delivery.webhook),
    allAttempts(store, delivery.id),
  ])
  if (event === undefined || webhook === undefined) return undefined
  return deliveryView(delivery, event, webhook, attempts)
}

export async function loadDeliveries(
  store: DeliveryStore,
  deliveries: readonly Delivery[],
): Promise<readonly DeliveryView[]> {
  const views = await Promise.all(deliveries.map((delivery) => loadDelivery(store, delivery)))
  return views.filter((view) => view !== undefined)
}

async function allAttempts(store: DeliveryStore, delivery: DeliveryId): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  let cursor: string | undefined
  do {
    const page = await store.attempts({ delivery }, { limit: 1_000, cursor })
    attempts.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return attempts
}
