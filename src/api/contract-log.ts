import type { Contract } from '../contract/contract.ts'
import type { Finding, RequestMessage } from '../contract/messages.ts'
import { strictFindings } from '../contract/strict.ts'
import { valueProblems } from '../contract/validate.ts'
import type { Feed } from '../core/feed.ts'
import { headersByName } from '../core/headers.ts'
import { type Json, parsedJson } from '../core/json.ts'
import type { Account, Violation } from '../core/model.ts'
import { roundMs } from '../core/units.ts'
import type { AttemptToValidate } from '../delivery/context.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import type { Store } from '../state/store.ts'
import { callerOf } from './authenticate.ts'
import type { Incoming } from './body.ts'
import type { MockParts, RequestProblem } from './context.ts'
import type { StruckRequest } from './faults.ts'
import type { Answer } from './render.ts'
import { type RequestLog, sentRequest } from './request-log.ts'

interface JudgeParts {
  readonly contract: () => Promise<Contract>
  readonly requestLog: RequestLog
  readonly feed: Feed
  readonly store: Pick<Store, 'delivery'>
}

/** Holds deliveries, and what receivers answer, to the contract of their events, and notes what breaks it. */
export function deliveryValidator({
  contract,
  requestLog,
  feed,
  store,
}: JudgeParts): (judged: AttemptToValidate) => Promise<void> {
  return async (judged) => {
    const findings = validateDelivery(await contract(), judged)
    const by: Violation['by'] = judged.attempt.outcome === null ? 'mock' : 'receiver'
    if (findings.length === 0) return
    const { provider, event, attempt } = judged
    const violations = findings.map(
      (one): Violation => ({ by, provider: provider.id, operation: event.type, ...one }),
    )
    const account = (await store.delivery(attempt.delivery))?.account ?? null
    const source = { account, request: null, attempt: attempt.id, sent: null }
    for (const violation of requestLog.addViolations(violations, source))
      feed.publish({ type: 'violation', violation })
  }
}

function validateDelivery(
  contract: Contract,
  { event, attempt, body, raw }: AttemptToValidate,
): readonly Finding[] {
  const { outcome, request } = attempt
  if (outcome === null) {
    const findings = contract.delivery(event, {
      headers: headersByName(request.headers),
      body: parsedJson(Buffer.from(body).toString()),
    })
    // Whoever triggers a raw event wants its body to break the contract.
    return raw ? findings.filter(({ location }) => !location.startsWith('body')) : findings
  }
  if (outcome.kind !== 'responded') return []
  return contract.receiverAnswer(event, { status: outcome.status, headers: headersByName(outcome.headers) })
}

interface Exchange {
  readonly id: string
  readonly account: Account | null
  readonly message: RequestMessage
  readonly incoming: Incoming
  /** Null: nothing that the provider's document speaks of, but that there is no such route. */
  readonly answer: Answer | null
  /** By the clock's `elapsed`. */
  readonly started: number
  readonly url: string
  /** Faults that struck it. */
  readonly struck?: Pick<StruckRequest, 'names' | 'isReplaced' | 'isCut'>
  /** Why there is no operation. */
  readonly problem?: RequestProblem
}

/** Holds both sides to the contract, and notes the request with what was found. */
export async function validateExchange(
  parts: MockParts,
  provider: Provider,
  operation: Operation | null,
  { id, account, message, incoming, answer, started, url, struck, problem }: Exchange,
): Promise<void> {
  const contract = await parts.contract()
  const violation = (by: Violation['by'], finding: Finding): Violation => ({
    by,
    provider: provider.id,
    operation: operation?.id ?? null,
    ...finding,
  })
  const asked = operation === null ? [] : contract.request(operation, message)
  const undeclared = (
    operation === null ? routeFindings(problem, message) : strictFindings(operation, message)
  ).filter(({ location }) => asked.every((finding) => finding.location !== location))
  const { strict } = parts.settings
  const answered =
    answer === null || struck?.isReplaced === true
      ? []
      : answerFindings(contract, provider, operation, answer)
  const violations = [
    ...[...asked, ...(strict ? undeclared : [])].map((finding) => violation('client', finding)),
    ...answered.map((finding) => violation('mock', finding)),
  ]
  // Whose request it was is told by its credentials, also where there was no operation to ask for them.
  const caller =
    account ??
    (operation === null
      ? callerOf(provider.credentialHeaders, await parts.accounts.list(provider.id), message.headers)
      : null)
  const request = {
    id,
    at: parts.clock.now(),
    provider: provider.id,
    account: caller?.name ?? null,
    operation: operation?.id ?? null,
    method: message.method,
    path: url,
    // An answer that never was given has no status.
    status: struck?.isCut === true ? 0 : (answer?.status ?? NOT_FOUND),
    durationMs: roundMs(parts.clock.elapsed() - started),
    violations,
    ...(struck !== undefined && { faults: struck.names }),
    ...(!strict &&
      undeclared.length > 0 && { undeclared: undeclared.map((finding) => violation('client', finding)) }),
  }
  parts.requestLog.addRequest(request)
  parts.feed.publish({ type: 'request', request })
  if (violations.length === 0) return
  const bytes = 'bytes' in incoming ? incoming.bytes : Buffer.alloc(0)
  const { method, headers } = message
  const sent = sentRequest({ method, path: url, headers, bytes }, provider.credentialHeaders)
  const source = { account: request.account, request: id, attempt: null, sent }
  for (const one of parts.requestLog.addViolations(violations, source))
    parts.feed.publish({ type: 'violation', violation: one })
}

const NOT_FOUND = 404

function answerFindings(
  contract: Contract,
  provider: Provider,
  operation: Operation | null,
  answer: Answer,
): readonly Finding[] {
  return operation === null
    ? componentFindings(provider, answer)
    : contract.response(operation, responseMessage(answer))
}

function routeFindings(problem: RequestProblem | undefined, message: RequestMessage): readonly Finding[] {
  if (problem === undefined) return []
  const words = problem.problem === 'route' ? 'no such route' : `no such method here, ${problem.reason}`
  return [{ location: 'path', rule: problem.problem, message: `${message.method} ${message.path}: ${words}` }]
}

/** An answer without an operation is held to the component response that the error row named. */
function componentFindings({ responses, errors }: Provider, answer: Answer): readonly Finding[] {
  const { status, headers, body } = responseMessage(answer)
  const rows = errors.filter((row) => row.status === status && row.response !== undefined)
  const mediaType = headers['content-type']
  const contents = rows.flatMap((row) => responses.get(row.response ?? '')?.contents ?? [])
  const content = contents.find((one) => one.mediaType === mediaType)
  if (content === undefined)
    return [
      {
        location: 'status',
        rule: 'status',
        message: `no component response declares ${status} as ${mediaType}`,
      },
    ]
  return valueProblems(content.schema, body, 'response').map(({ place, keyword, message }) => ({
    location: `body${place}`,
    rule: keyword,
    message,
  }))
}

function responseMessage({ status, headers, body, value }: Answer) {
  return {
    status,
    headers: headersByName(headers),
    body: body === null ? undefined : (value ?? (JSON.parse(body) as Json)),
    bodyLength: body?.length ?? 0,
  }
}
