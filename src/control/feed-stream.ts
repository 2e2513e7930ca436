import type { ServerResponse } from 'node:http'
import { feedView } from '../api/views.ts'
import type { Feed, FeedEntry } from '../core/feed.ts'

/** What all readers together may have left unread; who is further behind is cut off. */
const KEPT_BYTES = 16 * 1024 * 1024

/** For so long after the last reader has left, one that comes back misses nothing. */
const KEPT_FOR_MS = 60_000

const KEEP_ALIVE_MS = 15_000

/** A reader that is cut off may still read so long why. */
const FAREWELL_MS = 2_000

interface Reader {
  readonly response: ServerResponse
  /** The number of the entry to be sent to it next. */
  next: number
}

/**
 * Sends the entries of a feed as server-sent events, each named by its type and with an id to resume after. Entries are
 * serialised once and kept once: a reader is a place among those that are kept, and gets the next one when it has read
 * the last.
 *
 * @param run distinguishes the ids from those of an earlier process
 */
export function createFeedStream(
  feed: Feed,
  run: string,
  keptBytes = KEPT_BYTES,
): (response: ServerResponse) => void {
  const kept = new Map<number, Buffer>()
  const readers = new Set<Reader>()
  let bytes = 0
  let oldest = 1
  let next = 1
  /** Between earlier numbers and this one there were entries that nobody counted. */
  let countedFrom = 1
  let timer: NodeJS.Timeout | undefined
  let unsubscribe: (() => void) | undefined

  const idOf = (entry: number) => `${run}-${entry}`
  const forget = () => {
    bytes -= kept.get(oldest)?.length ?? 0
    kept.delete(oldest++)
  }
  const send = (reader: Reader) => {
    const { response } = reader
    for (; reader.next < next && !response.writableNeedDrain; reader.next++)
      response.write(kept.get(reader.next))
  }
  const cutOff = ({ response, next: missed }: Reader) => {
    response.end(`: too much was left unread; go on with Last-Event-ID: ${idOf(missed - 1)}\n\n`)
    setTimeout(() => response.destroy(), FAREWELL_MS).unref()
  }
  const add = (entry: FeedEntry) => {
    const frame = Buffer.from(
      `id: ${idOf(next)}\nevent: ${entry.type}\ndata: ${JSON.stringify(feedView(entry))}\n\n`,
    )
    kept.set(next++, frame)
    bytes += frame.length
    for (const reader of readers) send(reader)
    while (bytes > keptBytes) forget()
    for (const reader of readers)
      if (reader.next < oldest) {
        readers.delete(reader)
        cutOff(reader)
      }
  }
  const keepAlive = () => {
    for (const { response } of readers) if (!response.writableNeedDrain) response.write(': still here\n\n')
  }
  const begin = () => {
    clearTimeout(timer)
    timer = setInterval(keepAlive, KEEP_ALIVE_MS).unref()
    unsubscribe ??= feed.subscribe(add)
  }
  /** Nothing is serialised for nobody. */
  const end = () => {
    unsubscribe?.()
    unsubscribe = undefined
    next++
    while (oldest < next) forget()
    countedFrom = next
  }
  /** The first entry for a reader that has seen another last, and what it has to be sent before that. */
  const resume = (lastId: string | undefined): { readonly from: number; readonly head: string } => {
    if (lastId === undefined)
      return { from: next, head: `: what happens from now on\nid: ${idOf(next - 1)}\n\n` }
    const [, seen] = lastId.startsWith(`${run}-`) ? (/^(\d+)$/.exec(lastId.slice(run.length + 1)) ?? []) : []
    const from = Number(seen) + 1
    if (from >= oldest && from <= next) return { from, head: ': what has happened since\n\n' }
    const isCounted = from >= countedFrom && from < oldest
    return { from: oldest, head: gap(idOf(oldest - 1), isCounted ? oldest - from : null) }
  }

  return (response) => {
    const { method, headers } = response.req
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    })
    if (method === 'HEAD') return void response.end()
    if (readers.size === 0) begin()
    const { from, head } = resume(headers['last-event-id']?.toString())
    const reader = { response, next: from }
    readers.add(reader)
    response.on('drain', () => send(reader))
    response.once('close', () => {
      readers.delete(reader)
      if (readers.size > 0) return
      clearInterval(timer)
      timer = setTimeout(end, KEPT_FOR_MS).unref()
    })
    response.write(head)
    send(reader)
  }
}

/** @param missed how many entries are not kept any more; null where nobody counted them */
function gap(id: string, missed: number | null): string {
  const count = missed === null ? 'Entries' : `${missed} ${missed === 1 ? 'entry' : 'entries'}`
  const text = `${count} since then cannot be sent again. Look at /_mock/requests, /_mock/events and /_mock/deliveries.`
  return `id: ${id}\nevent: gap\ndata: ${JSON.stringify({ type: 'gap', missed, text })}\n\n`
}
