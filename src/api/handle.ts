import { negotiate } from '../contract/media-types.ts'
import type { RequestMessage } from '../contract/messages.ts'
import type { ParameterValues } from '../contract/schema-problems.ts'
import type { Account } from '../core/account.ts'
import { atPointer, isJsonObject, type JsonObject } from '../core/json.ts'
import { setAt } from '../core/merge.ts'
import { properties } from '../spec/properties.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import { ACTIONS } from './actions/index.ts'
import { type Answer, renderAnswer } from './answer.ts'
import { authenticate } from './authenticate.ts'
import type { Call } from './call.ts'
import { judge } from './error-row.ts'
import { exampleAnswer } from './example-answer.ts'
import { type Idempotency, keyedRequest } from './idempotency.ts'
import type { Incoming } from './incoming.ts'
import type { MockParts } from './parts.ts'
import { problem, type RequestProblem } from './problem.ts'
import { readMessage } from './read-message.ts'
import { contentFor, refusal } from './refusal.ts'
import type { RenderContext } from './render-context.ts'
import { contractProblems } from './request-problems.ts'

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
