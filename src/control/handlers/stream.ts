import type { ServerResponse } from 'node:http'
import type { Feed } from '../../core/feed.ts'
import type { ControlHandler } from '../control-call.ts'
import { feedView } from '../views/feed-view.ts'

/** What a client may leave unread before it is cut off: it then knows that it missed something. */
const MOST_UNREAD_BYTES = 16 * 1024 * 1024
const KEEP_ALIVE_MS = 15_000

export const stream: ControlHandler = ({ parts }) => ({
  stream: (response) => streamFeed(parts.feed, response),
})

/** Everything that happens from now on, as server-sent events named by the type of the entry. */
export function streamFeed(feed: Feed, response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  })
  response.write(': what happens from now on\n\n')
  const stop = feed.subscribe((entry) => {
    response.write(`event: ${entry.type}\ndata: ${JSON.stringify(feedView(entry))}\n\n`)
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy()
  })
  const keepAlive = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE_MS).unref()
  response.once('close', () => {
    stop()
    clearInterval(keepAlive)
  })
}
