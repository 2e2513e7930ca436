import type { ServerResponse } from 'node:http'
import { feedView, requestView, violationViews } from '../../api/views.ts'
import { coverageShares } from '../../core/coverage.ts'
import type { Feed } from '../../core/feed.ts'
import { type ControlHandler, ok, scopeOf } from '../call.ts'
import { pageOfList, pageRequest } from '../page.ts'

// The handlers that report what has happened: coverage, requests, violations, and the live stream of the feed.

export const readCoverage: ControlHandler = ({ parts, query }) => {
  const { provider } = scopeOf(parts, query)
  const all = parts.coverage.coverage()
  const coverage = {
    operations: all.operations.filter((one) => (provider ?? one.provider) === one.provider),
    events: all.events.filter((one) => (provider ?? one.provider) === one.provider),
  }
  return ok({ shares: coverageShares(coverage), ...coverage })
}

export const listRequests: ControlHandler = ({ parts: { providers, requestLog }, query }) => {
  const filter = { ...scopeOf({ providers }, query), operation: query.operation as string | undefined }
  const { items, next } = pageOfList(requestLog.requests(filter), pageRequest(query), ({ id }) => id)
  return ok({ requests: items.map(requestView), next, dropped: requestLog.dropped().requests })
}

export const listViolations: ControlHandler = ({ parts, query }) => {
  const { provider, account } = scopeOf(parts, query)
  const dropped = parts.requestLog.dropped().violations
  const all = parts.requestLog
    .violations()
    .map((violation, index) => ({ violation, key: String(dropped + index) }))
    .filter(({ violation }) => (provider ?? violation.provider) === violation.provider)
    .filter(({ violation }) => (account ?? violation.account) === violation.account)
    .filter(({ violation }) => (query.operation ?? violation.operation) === violation.operation)
    .filter(({ violation }) => (query.by ?? violation.by) === violation.by)
  const { items, next } = pageOfList(all, pageRequest(query), ({ key }) => key)
  return ok({ violations: violationViews(items.map(({ violation }) => violation)), next, dropped })
}

/** A client that leaves more unread is disconnected, so that it notices that it missed something. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024

const KEEP_ALIVE_MS = 15_000

export const stream: ControlHandler = ({ parts }) => ({
  stream: (response) => streamFeed(parts.feed, response),
})

/** Streams feed entries from now on as server-sent events, each named by the type of its entry. */
function streamFeed(feed: Feed, response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  })
  response.write(': what happens from now on\n\n')
  const stop = feed.subscribe((entry) => {
    response.write(`event: ${entry.type}\ndata: ${JSON.stringify(feedView(entry))}\n\n`)
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy()
  })
  const keepAlive = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE_MS).unref()
  response.once('close', () => {
    stop()
    clearInterval(keepAlive)
  })
}
