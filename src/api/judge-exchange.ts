import type { Finding, RequestMessage } from '../contract/messages.ts'
import { valueProblems } from '../contract/value-problems.ts'
import type { Account } from '../core/account.ts'
import type { Json } from '../core/json.ts'
import type { Violation } from '../core/violation.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import type { Answer } from './answer.ts'
import type { MockParts } from './parts.ts'
import type { RequestProblem } from './problem.ts'

interface Exchange {
  readonly id: string
  readonly account: Account | null
  readonly message: RequestMessage
  readonly answer: Answer
  /** By the clock's `elapsed`. */
  readonly started: number
  readonly url: string
  /** Why there is no operation. */
  readonly problem?: RequestProblem
}

/** Holds both sides to the contract, and notes the request with what was found. */
export async function judgeExchange(
  parts: MockParts,
  provider: Provider,
  operation: Operation | null,
  { id, account, message, answer, started, url, problem }: Exchange,
): Promise<void> {
  const contract = await parts.contract()
  const violation = (by: Violation['by'], finding: Finding): Violation => ({
    by,
    provider: provider.id,
    operation: operation?.id ?? null,
    ...finding,
  })
  const asked = operation === null ? routeFindings(problem, message) : contract.request(operation, message)
  const answered =
    operation === null
      ? componentFindings(provider, answer)
      : contract.response(operation, responseMessage(answer))
  const violations = [
    ...asked.map((finding) => violation('client', finding)),
    ...answered.map((finding) => violation('mock', finding)),
  ]
  const request = {
    id,
    at: parts.clock.now(),
    provider: provider.id,
    account: account?.name ?? null,
    operation: operation?.id ?? null,
    method: message.method,
    path: url,
    status: answer.status,
    durationMs: parts.clock.elapsed() - started,
    violations,
  }
  parts.journal.addRequest(request)
  parts.journal.addViolations(violations, id)
  parts.feed.publish({ type: 'request', request })
  for (const one of violations) parts.feed.publish({ type: 'violation', violation: one })
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
  const lower: Record<string, string> = {}
  for (const name of Object.keys(headers)) lower[name.toLowerCase()] = headers[name] ?? ''
  return {
    status,
    headers: lower,
    body: body === null ? undefined : (value ?? (JSON.parse(body) as Json)),
    bodyLength: body?.length ?? 0,
  }
}
