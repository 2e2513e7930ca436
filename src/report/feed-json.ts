import { feedView } from '../control/views/feed-view.ts'
import type { FeedEntry } from '../core/feed.ts'

/** One entry as one line of JSON, `type` first, in the control API's shapes. */
export function feedJson(entry: FeedEntry): string {
  return JSON.stringify(feedView(entry))
}
