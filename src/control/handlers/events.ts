import { providerNamed, triggeringAccount } from '../../api/lookup.ts'
import { eventView, loadEmission } from '../../api/views.ts'
import type { EventId } from '../../core/random.ts'
import { emitEvent } from '../../event/emit.ts'
import type { PageRequest } from '../../state/store.ts'
import { type ControlHandler, ok, scopeOf } from '../call.ts'
import { pageOfStore, pageRequest } from '../page.ts'
import { unknownId } from '../problems.ts'

export const createEvent: ControlHandler = async ({ parts, body }) => {
  const provider = providerNamed(parts, body.provider)
  const emission = await emitEvent(parts, {
    provider,
    account: await triggeringAccount(parts, provider, body.account),
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
  const list = (request: PageRequest) => parts.store.events(scope, request)
  const { items, next } = await pageOfStore(list, pageRequest(query), eventView)
  return ok({ events: items, next })
}

export const readEvent: ControlHandler = async ({ parts, path: { id = '' } }) => {
  const event = await parts.store.event(id as EventId)
  if (event === undefined) throw unknownId('event', id)
  return ok(eventView(event))
}
