import { requestView, violationViews } from '../../api/views.ts'
import { coverageShares } from '../../core/coverage.ts'
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
  const all = requestLog.requests(filter)
  const { items, next } = pageOfList(
    all,
    pageRequest(query),
    ({ id }) => id,
    (entries) => entries.map(requestView),
  )
  return ok({ requests: items, next, dropped: requestLog.dropped().requests })
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
  const { items, next } = pageOfList(
    all,
    pageRequest(query),
    ({ key }) => key,
    (entries) => violationViews(entries.map(({ violation }) => violation)),
  )
  return ok({ violations: items, next, dropped })
}

export const stream: ControlHandler = ({ parts }) => ({ stream: parts.stream })
