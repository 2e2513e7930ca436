import { matchMediaType, negotiate } from '../contract/media-types.ts'
import type { RequestMessage } from '../contract/messages.ts'
import {
  bodyProblems,
  type ParameterValues,
  readParameters,
  type SchemaProblem,
} from '../contract/parameters.ts'
import { atPointer, isJsonObject, type Json, type JsonObject, setAt } from '../core/json.ts'
import type { Account } from '../core/model.ts'
import { properties } from '../spec/document.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import type { Problem } from '../spec/vocabulary.ts'
import { ACTIONS } from './actions/index.ts'
import { authenticate } from './authenticate.ts'
import { type Incoming, parseJson } from './body.ts'
import { type Call, type MockParts, problem, type RenderContext, type RequestProblem } from './context.ts'
import { contentFor, judge, refusal } from './errors.ts'
import { exampleAnswer } from './example-answer.ts'
import { type Idempotency, keyedRequest } from './idempotency.ts'
import { type Answer, renderAnswer } from './render.ts'

/** The body's media type is one that the operation takes. */
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

/** Everything that schemas say against the parameters and, where it is JSON, the body. */
function contractProblems(
  operation: Operation,
  message: RequestMessage,
): { readonly values: ParameterValues; readonly problems: readonly RequestProblem[] } {
  const { values, problems } = readParameters(operation, message)
  const parameterProblems = problems.map((one) => schemaProblem('parameter', one))
  if (operation.body === null) return { values, problems: parameterProblems }
  if (message.body === undefined && operation.body.required)
    return {
      values,
      problems: [...parameterProblems, problem('malformed', { reason: 'the body is missing' })],
    }
  const contentType = message.headers['content-type'] ?? 'application/json'
  const found = message.body === undefined ? [] : bodyProblems(operation, contentType, message.body)
  return { values, problems: [...parameterProblems, ...found.map((one) => schemaProblem('schema', one))] }
}

function schemaProblem(
  name: Problem,
  { place, keyword, message, value, params }: SchemaProblem,
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

/** A request as the contract sees it, and why its body could not be read. */
export function readMessage(
  operation: Operation,
  { method, path, query, headers, incoming }: ApiRequest,
): { readonly message: RequestMessage; readonly problem: RequestProblem | null } {
  const blank: RequestMessage = { method, path, query, headers, body: undefined, bodyLength: 0 }
  if (operation.body === null) return { message: blank, problem: null }
  if ('problem' in incoming) return { message: blank, problem: incoming.problem }
  const bodyLength = incoming.bytes.length
  if (bodyLength === 0) return { message: blank, problem: null }
  const wrongType = mediaTypeProblem(operation, headers['content-type'])
  const parsed = parseJson(incoming.bytes)
  if ('problem' in parsed) return { message: { ...blank, bodyLength }, problem: wrongType ?? parsed.problem }
  return { message: { ...blank, body: parsed.body, bodyLength }, problem: wrongType }
}

/** A request that has found its operation. */
export interface ApiRequest {
  readonly id: string
  readonly method: string
  /** As the client wrote it, with the query. */
  readonly url: string
  readonly path: string
  /** As the provider's own host would see it: with the path of its server, without our prefix and the query. */
  readonly ownPath: string
  readonly query: RequestMessage['query']
  readonly headers: Readonly<Record<string, string>>
  readonly incoming: Incoming
}

export interface Handled {
  readonly answer: Answer
  readonly account: Account | null
  /** The request as the contract sees it, for its judgement. */
  readonly message: RequestMessage
}

/** Judges a request in the order route, authentication, scope, media type, JSON, schema; then acts and renders. */
export async function handle(
  parts: MockParts,
  idempotency: Idempotency,
  provider: Provider,
  operation: Operation,
  request: ApiRequest,
): Promise<Handled> {
  const accounts = await parts.accounts.list(provider.id)
  const caller = authenticate(operation, provider.credentialHeaders, accounts, request.headers)
  const { message, problem: unreadable } = readMessage(operation, request)
  const exchange = new Exchange(parts, provider, operation, request)
  const done = (answer: Answer): Handled => ({ answer, account: caller.account, message })
  if (caller.problem !== null) return done(exchange.refuse([caller.problem]))
  const unacceptable = exchange.unacceptable()
  if (unacceptable !== null) return done(unacceptable)
  if (unreadable !== null) {
    const refused = exchange.refuseUnlessAccepted([unreadable])
    if (refused !== null) return done(refused)
  }
  const { values, problems } = contractProblems(operation, message)
  const verdict = judge(operation.errors, problems, exchange.accept)
  if (verdict.refused !== null) return done(exchange.refuse(verdict.refused.problems))
  const clampedValues = verdict.clamped.reduce(clamp, values)
  return done(await exchange.act(caller.account, message, clampedValues, idempotency))
}

class Exchange {
  readonly accept: string
  readonly #parts: MockParts
  readonly #provider: Provider
  readonly #operation: Operation
  readonly #request: ApiRequest

  constructor(parts: MockParts, provider: Provider, operation: Operation, request: ApiRequest) {
    this.#parts = parts
    this.#provider = provider
    this.#operation = operation
    this.#request = request
    this.accept = request.headers.accept ?? '*/*'
  }

  refuse(problems: readonly RequestProblem[]): Answer {
    const { refused } = judge(this.#operation.errors, problems, this.accept)
    const told = refused?.problems ?? problems
    const request = { method: this.#request.method, path: this.#request.ownPath, accept: this.accept }
    return refusal(this.#provider, this.#operation, refused?.row, told, request, this.#context())
  }

  refuseUnlessAccepted(problems: readonly RequestProblem[]): Answer | null {
    return judge(this.#operation.errors, problems, this.accept).refused === null
      ? null
      : this.refuse(problems)
  }

  /** Only a provider with a row for it refuses an `Accept` that it cannot meet; others answer as they can. */
  unacceptable(): Answer | null {
    const contents = this.#operation.responses.get(this.#operation.success)?.contents ?? []
    const offered = contents.map(({ mediaType }) => mediaType)
    if (offered.length === 0 || negotiate(this.accept, offered) !== undefined) return null
    const hasRow = this.#operation.errors.some(
      ({ when }) => when === 'not-acceptable' || when.includes('not-acceptable'),
    )
    return hasRow ? this.refuseUnlessAccepted([problem('not-acceptable', { allowed: offered })]) : null
  }

  async act(
    account: Account,
    message: RequestMessage,
    values: ParameterValues,
    idempotency: Idempotency,
  ): Promise<Answer> {
    const { mock } = this.#operation
    if (mock === null) return exampleAnswer(this.#operation, message)
    const call: Call = {
      parts: this.#parts,
      provider: this.#provider,
      operation: this.#operation,
      mock,
      account,
      message,
      path: values.path,
      query: values.query,
      input: inputOf(this.#operation, message, mock.input),
    }
    const key = mock.idempotency && values.header[mock.idempotency.header]
    if (mock.idempotency === undefined || typeof key !== 'string') return this.#perform(call)
    const owner = [this.#provider.id, account.name, this.#operation.id]
    const bytes = 'bytes' in this.#request.incoming ? this.#request.incoming.bytes : Buffer.alloc(0)
    const keyed = keyedRequest(
      owner,
      key,
      { method: message.method, path: this.#request.url, bytes },
      mock.idempotency,
    )
    return idempotency.once(
      keyed,
      () => this.#perform(call),
      (refused) => this.refuse([refused]),
    )
  }

  async #perform(call: Call): Promise<Answer> {
    const done = await ACTIONS[call.mock.action](call)
    if ('problem' in done) return this.refuse([done.problem])
    const { success, responses } = this.#operation
    const template = responses.get(success)
    if (template === undefined) throw new Error(`${this.#operation.id} declares no answer ${success}`)
    const content = contentFor(template.contents, undefined, this.accept)
    return renderAnswer(template, content, { ...this.#context(), ...done }, done.result)
  }

  #context(): RenderContext {
    const { id, ownPath } = this.#request
    return { now: this.#parts.clock.now(), requestId: id, requestPath: ownPath }
  }
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
