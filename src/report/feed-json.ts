import type { FeedEntry } from '../core/feed.ts'
import { isoTime } from '../core/iso-time.ts'
import { attemptView, deliveryView, eventView } from './views.ts'

type Entry<T extends FeedEntry['type']> = Extract<FeedEntry, { type: T }>
type Renderers = { readonly [T in FeedEntry['type']]: (entry: Entry<T>) => object }

const RENDERERS: Renderers = {
  request: ({ request }) => ({ request: { ...request, at: isoTime(request.at) } }),
  event: ({ event, deliveries, skipped }) => ({
    event: eventView(event),
    deliveries: deliveries.map(({ id, webhook, status }) => ({ id, webhook, status })),
    skipped,
  }),
  attempt: ({ attempt, delivery, event, webhook, attemptLimit }) => ({
    attempt: attemptView(attempt, event),
    delivery: deliveryView(delivery, event, webhook),
    attemptLimit,
  }),
  settled: ({ delivery, event, webhook }) => ({ delivery: deliveryView(delivery, event, webhook) }),
  violation: ({ violation }) => ({ violation }),
  notice: ({ text }) => ({ text }),
}

/** One entry as one line of JSON, `type` first, in the control API's shapes where it has them. */
export function feedJson(entry: FeedEntry): string {
  const render = RENDERERS[entry.type] as (entry: FeedEntry) => object
  return JSON.stringify({ type: entry.type, ...render(entry) })
}
