import type { Event } from '../../core/event.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { EventView } from './view-shapes.ts'

export function eventView(event: Event): EventView {
  const { id, providerId, provider, account, type, occurredAt, body } = event
  return {
    id,
    providerId,
    provider,
    account,
    type,
    occurredAt: isoTime(occurredAt),
    body: body.text,
    bodyEncoding: body.encoding,
  }
}
