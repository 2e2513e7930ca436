import type { CheckedRequest } from '../contract/contract.ts'
import { isForm } from '../contract/form.ts'
import { contentFor, matchMediaType, negotiate } from '../contract/media-types.ts'
import type { RequestMessage } from '../contract/messages.ts'
import type { ParameterValues } from '../contract/parameters.ts'
import { unknownQueryNames } from '../contract/strict.ts'
import type { SchemaViolation } from '../contract/validate.ts'
import { asText, atPointer, isJsonObject, type Json, type JsonObject, setAt } from '../core/json.ts'
import { type Account, accountId } from '../core/model.ts'
import { inEnvironment } from '../spec/delivery-policy.ts'
import { properties } from '../spec/document.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import type { Problem } from '../spec/vocabulary.ts'
import { keptAnswerId } from '../state/store.ts'
import { ACTIONS } from './actions/index.ts'
import { authenticate } from './authenticate.ts'
import { numberProblem, parseBody, parseFormBody } from './body.ts'
import { showsCalls } from './calls.ts'
import {
  type ActionResult,
  type ApiRequest,
  type Call,
  type IncomingBody,
  type Keeping,
  type MockParts,
  problem,
  type RequestProblem,
  renderContext,
} from './context.ts'
import { acceptedContent, matchRows, refuse } from './errors.ts'
import { exampleAnswer } from './example-answer.ts'
import { type Idempotency, keyedRequest } from './idempotency.ts'
import { type Answer, renderAnswer } from './render.ts'

export interface Handled {
  readonly answer: Answer
  /** Whose request it was; null where its credentials belong to nobody. */
  readonly account: Account | null
}

/**
 * Handles a request that has found its operation: authentication, scope, media type, JSON, schema, in this order; then
 * the operation's action, and its answer.
 *
 * @param checked what the contract engine says of it
 */
export async function handleRequest(
  parts: MockParts,
  idempotency: Idempotency,
  served: Provider,
  operation: Operation,
  request: ApiRequest,
  checked: CheckedRequest,
): Promise<Handled> {
  const { accept, message } = request
  const accounts = await parts.accounts.callers(served.id, message.headers)
  // Who logs in has nothing to authenticate with yet.
  const isLogin = operation.mock?.action === 'issue-token'
  const caller = isLogin
    ? { account: parts.accounts.first(served), problem: null }
    : authenticate(operation, served.credentialHeaders, accounts, message.headers)
  const account = isLogin ? null : caller.account
  const provider = inEnvironment(served, account?.environment ?? null)
  const refused = (problems: readonly RequestProblem[]) =>
    refuse(parts, provider, operation, request, problems)
  if (caller.problem !== null) return { answer: refused([caller.problem]), account }
  if (operation.mock?.counted !== false && operation.security.length > 0 && showsCalls(provider))
    await parts.accounts.called(caller.account, parts.clock.now())
  for (const one of [notAcceptable(operation, accept), request.unreadable])
    if (one !== null && matchRows(operation.errors, [one], accept).refused !== null)
      return { answer: refused([one]), account }
  const problems = contractProblems(operation, message, checked)
  const matched = matchRows(operation.errors, problems, accept)
  if (matched.refused !== null) return { answer: refused(problems), account }
  const { mock } = operation
  const elsewhere = accountProblem(mock, caller.account, checked)
  if (elsewhere !== null) return { answer: refused([elsewhere]), account }
  if (mock === null) return { answer: await exampleAnswer(operation, accept), account }
  const values = matched.clamped.reduce(clamp, checked.values)
  const call: Omit<Call, 'keeping'> = {
    parts,
    provider,
    operation,
    mock,
    account: caller.account,
    message,
    path: values.path,
    query: values.query,
    input: inputOf(operation, message, mock.input),
  }
  const perform = ACTIONS[mock.action]
  const answerTo = (done: ActionResult) =>
    'problem' in done ? refused([done.problem]) : render(call, request, done)
  const handled = (done: ActionResult): Handled => {
    const known = 'problem' in done ? undefined : done.account
    return { answer: answerTo(done), account: known ?? account }
  }
  const key = mock.idempotency && values.header[mock.idempotency.header]
  if (mock.idempotency === undefined || typeof key !== 'string')
    return handled(await perform({ ...call, keeping: NO_KEY }))
  const id = keptAnswerId(provider.id, caller.account.name, operation.id, key)
  const bytes = 'bytes' in request.incoming ? request.incoming.bytes : Buffer.alloc(0)
  const sent = { method: message.method, path: request.url, bytes }
  const answer = await idempotency.once(
    keyedRequest(id, sent, mock.idempotency),
    async (open) => {
      let answer: Answer | undefined
      const answered = (result: ActionResult) => {
        answer = answerTo(result)
        return open.keep(answer)
      }
      const done = await perform({ ...call, keeping: { begun: open.begun, begins: open.begins, answered } })
      return answer ?? answerTo(done)
    },
    (one) => refused([one]),
  )
  return { answer, account }
}

/** A path that names another account than the credentials are of. */
function accountProblem(
  mock: Operation['mock'],
  account: Account,
  { values }: CheckedRequest,
): RequestProblem | null {
  const name = mock?.account
  if (name === undefined) return null
  const id = asText(values.path[name] ?? '')
  if (id.toLowerCase() === accountId(account).toLowerCase()) return null
  return problem('wrong-account', {
    place: `path/${name}`,
    id,
    reason: 'is not the account of the credentials',
  })
}

/** Where nothing but the action itself is to be kept. */
const NO_KEY: Keeping = { begun: null, answered: () => [], begins: () => [] }

function render(
  {
    operation,
    parts,
    account,
    provider: { environment },
  }: Pick<Call, 'operation' | 'parts' | 'account' | 'provider'>,
  request: ApiRequest,
  done: Exclude<ActionResult, { readonly problem: unknown }>,
): Answer {
  const { id, success, responses } = operation
  const template = responses.get(success)
  if (template === undefined) throw new Error(`${id} declares no answer ${success}`)
  const content = acceptedContent(template.contents, undefined, request.accept)
  const context = { ...renderContext(parts, request, operation), account, environment, ...done }
  return renderAnswer(template, content, context, done.result, {}, done.test)
}

/** Only a provider with a row for it refuses an `Accept` that it cannot meet; others answer as they can. */
function notAcceptable({ responses, success, errors }: Operation, accept: string): RequestProblem | null {
  const offered = (responses.get(success)?.contents ?? []).map(({ mediaType }) => mediaType)
  if (offered.length === 0 || negotiate(accept, offered) !== undefined) return null
  return hasRow(errors, 'not-acceptable') ? problem('not-acceptable', { allowed: offered }) : null
}

/** Only a provider with a row for it refuses query parameters that it does not know; others ignore them. */
function unknownParameters(operation: Operation, { query }: RequestMessage): readonly RequestProblem[] {
  if (!hasRow(operation.errors, 'unknown-parameter')) return []
  return unknownQueryNames(operation, query).map((name) =>
    problem('unknown-parameter', { place: `query/${name}`, reason: 'is not known', value: query[name] }),
  )
}

function hasRow(errors: Operation['errors'], wanted: Problem): boolean {
  return errors.some(({ when }) => [when].flat().includes(wanted))
}

type ReadBody = Pick<RequestMessage, 'body' | 'bodyLength' | 'unread'> & Pick<ApiRequest, 'unreadable'>

/** The body as the contract sees it, and why it cannot be read. */
export function readRequestBody(
  operation: Operation | null,
  headers: RequestMessage['headers'],
  incoming: IncomingBody,
): ReadBody {
  const none = { body: undefined, bodyLength: 0, unreadable: null }
  if (operation === null || operation.body === null) return none
  if ('problem' in incoming)
    // Whatever was sent, a body was.
    return { ...none, bodyLength: 1, unread: incoming.problem.unread, unreadable: incoming.problem }
  const bodyLength = incoming.bytes.length
  if (bodyLength === 0) return none
  const contentType = headers['content-type']
  const wrongType = mediaTypeProblem(operation, contentType)
  const form = isForm(contentType) ? contentFor(operation.body.contents, contentType) : undefined
  const parsed = form === undefined ? parseBody(incoming.bytes) : parseFormBody(incoming.bytes, form.schema)
  const changed = form === undefined ? numberProblem(incoming.bytes) : null
  const problem = 'problem' in parsed ? parsed.problem : changed
  if (problem !== null)
    return { body: undefined, bodyLength, unread: problem.unread, unreadable: wrongType ?? problem }
  return { body: 'body' in parsed ? parsed.body : undefined, bodyLength, unreadable: wrongType }
}

function mediaTypeProblem(operation: Operation, contentType: string | undefined): RequestProblem | null {
  const known = (operation.body?.contents ?? []).map(({ mediaType }) => mediaType)
  if (matchMediaType(contentType, known) !== undefined) return null
  return problem('media-type', {
    place: 'header/Content-Type',
    contentType: contentType ?? 'none',
    allowed: known,
    reason: `must be ${known.join(' or ')}`,
  })
}

/** Everything that schemas say against the parameters and the body. */
function contractProblems(
  operation: Operation,
  message: RequestMessage,
  { parameters, body }: CheckedRequest,
): readonly RequestProblem[] {
  const isMissing = operation.body?.required === true && message.body === undefined
  return [
    ...parameters.map((one) => schemaProblem('parameter', one)),
    ...unknownParameters(operation, message),
    ...(isMissing
      ? [problem('malformed', { reason: 'the body is missing' })]
      : body.map((one) => schemaProblem('schema', one))),
  ]
}

function schemaProblem(
  name: 'parameter' | 'schema',
  { place, keyword, message, value, params }: SchemaViolation,
): RequestProblem {
  const { allowedValues } = params
  return problem(name, {
    place,
    keyword,
    reason: message,
    value,
    ...(Array.isArray(allowedValues) && { allowed: allowedValues as readonly Json[] }),
    ...(typeof params.limit === 'number' && { limit: params.limit }),
  })
}

/** The declared fields of the body: what a provider does not know, it does not keep. */
function inputOf(
  { body: declared }: Operation,
  { body }: RequestMessage,
  wrapper: string | undefined,
): JsonObject {
  const input = wrapper === undefined ? body : atPointer(body, `/${wrapper}`)
  const known = new Set(declared === null ? [] : inputSchema(declared, wrapper).map(([name]) => name))
  return isJsonObject(input)
    ? Object.fromEntries(Object.entries(input).filter(([name]) => known.has(name)))
    : {}
}

function inputSchema({ contents }: NonNullable<Operation['body']>, wrapper: string | undefined) {
  const members = properties(contents[0]?.schema ?? {})
  if (wrapper === undefined) return members
  return properties(members.find(([name]) => name === wrapper)?.[1] ?? {})
}

/** The nearest allowed value in the place of one that is out of range. */
function clamp(values: ParameterValues, { place, limit }: RequestProblem): ParameterValues {
  if (limit === undefined) return values
  return setAt(values as unknown as JsonObject, place.split('/'), limit) as unknown as ParameterValues
}
