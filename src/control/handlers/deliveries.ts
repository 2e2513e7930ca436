import { eventView, loadDeliveries, loadDelivery, loadEmission } from '../../api/views.ts'
import type { Delivery, DeliveryStatus } from '../../core/model.ts'
import type { DeliveryId, EventId, WebhookId } from '../../core/random.ts'
import { emitEvent } from '../../event/emit.ts'
import type { DeliveryQuery } from '../../state/store.ts'
import { type ControlCall, type ControlHandler, ok } from '../call.ts'
import { accountNamed, providerNamed, scopeOf } from '../lookup.ts'
import { badParameter, unknownId } from '../problems.ts'
import { durationOf, LONGEST_WAIT, unlessGone } from './clock.ts'
import { pageRequest } from './providers.ts'
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
  if (wait > 0) await unlessGone(parts.queue.untilSettled({ ...filter, status: undefined }, wait), gone)
  const { items, next } = await parts.store.deliveries(filter, page)
  return ok({ deliveries: await loadDeliveries(parts.store, items), next })
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

export const createEvent: ControlHandler = async ({ parts, body }) => {
  const provider = providerNamed(parts, body.provider)
  const account = await accountNamed(parts, provider, body.account)
  const emission = await emitEvent(parts, {
    provider,
    account: account.name,
    type: body.type as string,
    payload: body.payload,
    remove: body.remove as readonly string[] | undefined,
    id: body.id as string | undefined,
    raw: body.raw as boolean | undefined,
  })
  return ok(await loadEmission(parts.store, emission), 202)
}

export const listEvents: ControlHandler = async ({ parts, query }) => {
  const scope = { ...scopeOf(parts, query), type: query.type as string | undefined }
  const { items, next } = await parts.store.events(scope, pageRequest(query))
  return ok({ events: items.map(eventView), next })
}

export const readEvent: ControlHandler = async ({ parts, path: { id = '' } }) => {
  const event = await parts.store.event(id as EventId)
  if (event === undefined) throw unknownId('event', id)
  return ok(eventView(event))
}
