import { loadDelivery } from '../../api/views.ts'
import type { Delivery, DeliveryStatus } from '../../core/model.ts'
import type { DeliveryId, EventId, WebhookId } from '../../core/random.ts'
import type { DeliveryQuery } from '../../state/store.ts'
import { type ControlCall, type ControlHandler, ok, scopeOf } from '../call.ts'
import { pageOfStore, pageRequest } from '../page.ts'
import { badParameter, unknownId } from '../problems.ts'
import { durationOf, LONGEST_WAIT, unlessGone } from '../wait.ts'

export const listDeliveries: ControlHandler = async ({ parts, query, gone }) => {
  const filter: DeliveryQuery = {
    ...scopeOf(parts, query),
    event: query.event as EventId | undefined,
    webhook: query.webhook as WebhookId | undefined,
    status: query.status as DeliveryStatus | undefined,
  }
  const page = pageRequest(query)
  const wait = durationOf(query.wait, 0, LONGEST_WAIT)
  if (wait === undefined) throw badParameter('wait', 'wait must be at most 1h.')
  // Without the status: what is waited for has another one until it is settled.
  if (wait > 0) await unlessGone(parts.queue.untilSettled({ ...filter, status: undefined }, wait, gone), gone)
  const { items, next } = await pageOfStore(
    (request) => parts.store.deliveries(filter, request),
    page,
    (delivery) => loadDelivery(parts.store, delivery),
  )
  return ok({ deliveries: items, next })
}

export const readDelivery: ControlHandler = async (call) => {
  const delivery = await deliveryOf(call)
  const view = await loadDelivery(call.parts.store, delivery)
  if (view === undefined) throw unknownId('delivery', delivery.id)
  return ok(view)
}

export const resendDelivery: ControlHandler = async (call) => {
  const { queue, store } = call.parts
  const old = await deliveryOf(call)
  const fresh = await queue.resend(old)
  const view = await loadDelivery(store, fresh)
  if (view === undefined) throw unknownId('delivery', old.id)
  return ok(view, 202)
}

async function deliveryOf({ parts, path: { id = '' } }: ControlCall): Promise<Delivery> {
  const delivery = await parts.store.delivery(id as DeliveryId)
  if (delivery === undefined) throw unknownId('delivery', id)
  return delivery
}
