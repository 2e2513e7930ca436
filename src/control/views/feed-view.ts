import type { FeedEntry, RequestRecord } from '../../core/feed.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { KeptViolation, Violation } from '../../core/violation.ts'
import { attemptView } from './attempt-view.ts'
import { deliveryView } from './delivery-view.ts'
import { eventView } from './event-view.ts'

type Entry<T extends FeedEntry['type']> = Extract<FeedEntry, { type: T }>
type Views = { readonly [T in FeedEntry['type']]: (entry: Entry<T>) => object }

const VIEWS: Views = {
  request: ({ request }) => ({ request: requestView(request) }),
  event: ({ event, deliveries, skipped }) => ({
    event: eventView(event),
    deliveries: deliveries.map(({ id, webhook, status }) => ({ id, webhook, status })),
    skipped,
  }),
  attempt: ({ attempt, delivery, event, webhook, attemptLimit, delayMs }) => ({
    attempt: attemptView(attempt, event),
    delivery: deliveryView(delivery, event, webhook, []),
    attemptLimit,
    delayMs,
  }),
  settled: ({ delivery, event, webhook }) => ({ delivery: deliveryView(delivery, event, webhook, []) }),
  violation: ({ violation }) => ({ violation: violationView(violation) }),
  notice: ({ text }) => ({ text }),
}

/** One entry in the control API's shapes. The delivery of an attempt is shown without its attempts. */
export function feedView(entry: FeedEntry): { readonly type: FeedEntry['type'] } & object {
  const view = VIEWS[entry.type] as (entry: FeedEntry) => object
  return { type: entry.type, ...view(entry) }
}

export function requestView(request: RequestRecord): object {
  return { ...request, at: isoTime(request.at) }
}

/** With the request that it was found in, where that is known. */
export function violationView(violation: Violation | KeptViolation): object {
  if (!('sent' in violation) || violation.sent === null) return violation
  const { body, ...sent } = violation.sent
  return { ...violation, sent: { ...sent, body: body.text, bodyEncoding: body.encoding } }
}
