import type { EventId } from '../../core/ids.ts'
import { emitEvent } from '../../event/emit-event.ts'
import { type ControlHandler, ok } from '../control-call.ts'
import { unknownId } from '../control-problem.ts'
import { loadDeliveries } from '../load-delivery.ts'
import { accountNamed, providerNamed, scopeOf } from '../named.ts'
import { eventView } from '../views/event-view.ts'
import { pageRequest } from './page-request.ts'

export const createEvent: ControlHandler = async ({ parts, body }) => {
  const provider = providerNamed(parts, body.provider)
  const account = await accountNamed(parts, provider, body.account)
  const { event, deliveries, skipped } = await emitEvent(parts, {
    provider,
    account,
    type: body.type as string,
    payload: body.payload,
    remove: body.remove as readonly string[] | undefined,
    id: body.id as string | undefined,
    raw: body.raw as boolean | undefined,
  })
  return ok(
    { event: eventView(event), deliveries: await loadDeliveries(parts.store, deliveries), skipped },
    202,
  )
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
