import type { CheckedRequest, Contract } from '../contract/contract.ts'
import type { RequestMessage, RuleViolation } from '../contract/messages.ts'
import { strictViolations } from '../contract/strict.ts'
import { validateValue } from '../contract/validate.ts'
import type { Feed } from '../core/feed.ts'
import { headersByName } from '../core/headers.ts'
import { type Json, parsedJson } from '../core/json.ts'
import type { Account, Violation } from '../core/model.ts'
import { shorten } from '../core/text.ts'
import { roundMs } from '../core/units.ts'
import type { AttemptToValidate } from '../delivery/context.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import type { Store } from '../state/store.ts'
import { callerOf } from './authenticate.ts'
import type { ApiRequest, MockParts, RequestProblem } from './context.ts'
import type { FaultyRequest } from './faults.ts'
import type { Answer } from './render.ts'
import { type RequestLog, sentRequest } from './request-log.ts'

/** A request to an operation, and what became of it. */
interface OperationExchange {
  readonly operation: Operation
  readonly checked: CheckedRequest
  readonly account: Account | null
  readonly answer: Answer
  /** What faults made of it. */
  readonly faulty: Pick<FaultyRequest, 'names' | 'isReplaced' | 'isCut'> | null
}

/** A request that found no operation. */
interface OtherExchange {
  readonly operation: null
  /** Why there is none. */
  readonly problem: RequestProblem
  /** Null: the document has none, and it is a 404 without a body. */
  readonly answer: Answer | null
}

const NOT_FOUND = 404

/** Keeps a request with everything in which it, and its answer, break the contract. */
export async function recordRequest(
  parts: MockParts,
  provider: Provider,
  request: ApiRequest,
  /** By the clock's `elapsed`. */
  started: number,
  exchange: OperationExchange | OtherExchange,
): Promise<void> {
  const { operation, answer } = exchange
  const { id, url, message, incoming } = request
  const faulty = exchange.operation === null ? null : exchange.faulty
  const byParty = (by: Violation['by']) => (violation: RuleViolation) => ({
    by,
    provider: provider.id,
    operation: operation?.id ?? null,
    ...violation,
  })
  const asked = exchange.operation === null ? [] : exchange.checked.violations
  const undeclared = (
    exchange.operation === null
      ? [routeViolation(exchange.problem, message)]
      : strictViolations(exchange.operation, message)
  )
    .filter(({ location }) => asked.every((violation) => violation.location !== location))
    .map(byParty('client'))
  const { strict } = parts.settings
  const answered =
    answer === null || faulty?.isReplaced === true
      ? []
      : answerViolations(await parts.contract(), provider, operation, answer)
  const violations = [
    ...asked.map(byParty('client')),
    ...(strict ? undeclared : []),
    ...answered.map(byParty('mock')),
  ]
  // Without an operation no credentials were asked for; if they are there, they identify the account.
  const caller =
    exchange.operation === null
      ? callerOf(
          provider.credentialHeaders,
          await parts.accounts.callers(provider.id, message.headers),
          message.headers,
        )
      : exchange.account
  const record = {
    id,
    at: parts.clock.now(),
    provider: provider.id,
    account: caller?.name ?? null,
    operation: operation?.id ?? null,
    method: message.method,
    path: url,
    // An answer that was never given has no status.
    status: faulty?.isCut === true ? 0 : (answer?.status ?? NOT_FOUND),
    durationMs: roundMs(parts.clock.elapsed() - started),
    violations,
    ...(faulty !== null && { faults: faulty.names }),
    ...(!strict && undeclared.length > 0 && { undeclared }),
  }
  parts.requestLog.addRequest(record)
  parts.feed.publish({ type: 'request', request: record })
  if (violations.length === 0) return
  const bytes = 'bytes' in incoming ? incoming.bytes : Buffer.alloc(0)
  const { method, headers } = message
  const sent = sentRequest({ method, path: url, headers, bytes }, provider.credentialHeaders)
  const source = { account: record.account, request: id, attempt: null, sent }
  // The first one carries the request; the others name it.
  for (const [i, violation] of parts.requestLog.addViolations(violations, source).entries())
    parts.feed.publish({ type: 'violation', violation: i === 0 ? violation : { ...violation, sent: null } })
}

function routeViolation({ problem, reason }: RequestProblem, message: RequestMessage): RuleViolation {
  const what = problem === 'route' ? 'no such route' : `no such method here, ${reason}`
  return {
    location: 'path',
    rule: problem,
    message: `${message.method} ${shorten(message.path, 400)}: ${what}`,
  }
}

function answerViolations(
  contract: Contract,
  provider: Provider,
  operation: Operation | null,
  { status, headers, body, value }: Answer,
): readonly RuleViolation[] {
  const message = {
    status,
    headers: headersByName(headers),
    body: body === null ? undefined : (value ?? (JSON.parse(body) as Json)),
    bodyLength: body?.length ?? 0,
  }
  if (operation !== null) return contract.response(operation, message)
  // Without an operation, the answer is validated by the component response that the error row names.
  const mediaType = message.headers['content-type']
  const content = provider.errors
    .filter((row) => row.status === status && row.response !== undefined)
    .flatMap((row) => provider.responses.get(row.response ?? '')?.contents ?? [])
    .find((one) => one.mediaType === mediaType)
  if (content === undefined) {
    const text = `no component response declares ${status} as ${mediaType}`
    return [{ location: 'status', rule: 'status', message: text }]
  }
  return validateValue(content.schema, message.body, 'response').map(({ place, keyword, message }) => ({
    location: `body${place}`,
    rule: keyword,
    message,
  }))
}

interface ValidatorParts {
  readonly contract: () => Promise<Contract>
  readonly requestLog: RequestLog
  readonly feed: Feed
  readonly store: Pick<Store, 'delivery'>
}

/** Validates deliveries, and the answers of receivers, by the contract of their events, and keeps the violations. */
export function deliveryValidator({
  contract,
  requestLog,
  feed,
  store,
}: ValidatorParts): (attempt: AttemptToValidate) => Promise<void> {
  return async (validated) => {
    const { provider, event, attempt } = validated
    const broken = deliveryViolations(await contract(), validated)
    if (broken.length === 0) return
    const by = attempt.outcome === null ? 'mock' : 'receiver'
    const violations = broken.map(
      (one) => ({ by, provider: provider.id, operation: event.type, ...one }) as const,
    )
    const account = (await store.delivery(attempt.delivery))?.account ?? null
    const source = { account, request: null, attempt: attempt.id, sent: null }
    for (const violation of requestLog.addViolations(violations, source))
      feed.publish({ type: 'violation', violation })
  }
}

function deliveryViolations(
  contract: Contract,
  { event, attempt, body, raw }: AttemptToValidate,
): readonly RuleViolation[] {
  const { outcome, request } = attempt
  if (outcome === null) {
    const violations = contract.delivery(event, {
      headers: headersByName(request.headers),
      body: parsedJson(Buffer.from(body).toString()),
    })
    // Whoever triggers a raw event wants its body to break the contract, and headers repeat what is in it.
    const isOurs = ({ location, rule }: RuleViolation) => !location.startsWith('body') && rule === 'required'
    return raw ? violations.filter(isOurs) : violations
  }
  if (outcome.kind !== 'responded') return []
  return contract.receiverAnswer(event, { status: outcome.status, headers: headersByName(outcome.headers) })
}
