import { type ControlHandler, ok } from '../control-call.ts'
import { scopeOf } from '../named.ts'
import { requestView, violationView } from '../views/feed-view.ts'
import { pageOfList, pageRequest } from './page-request.ts'

export const listRequests: ControlHandler = ({ parts, query }) => {
  const { provider, account } = scopeOf(parts, query)
  const all = parts.journal
    .requests()
    .filter((one) => (provider ?? one.provider) === one.provider && (account ?? one.account) === one.account)
    .filter((one) => (query.operation ?? one.operation) === one.operation)
  const { items, next } = pageOfList(all, pageRequest(query), ({ id }) => id)
  return ok({ requests: items.map(requestView), next, dropped: parts.journal.dropped().requests })
}

export const listViolations: ControlHandler = ({ parts, query }) => {
  const { provider, account } = scopeOf(parts, query)
  const dropped = parts.journal.dropped().violations
  const all = parts.journal
    .violations()
    .map((violation, index) => ({ violation, key: String(dropped + index) }))
    .filter(({ violation }) => (provider ?? violation.provider) === violation.provider)
    .filter(({ violation }) => (account ?? violation.account) === violation.account)
    .filter(({ violation }) => (query.operation ?? violation.operation) === violation.operation)
    .filter(({ violation }) => (query.by ?? violation.by) === violation.by)
  const { items, next } = pageOfList(all, pageRequest(query), ({ key }) => key)
  return ok({ violations: items.map(({ violation }) => violationView(violation)), next, dropped })
}
