import type { Contract } from '../contract/contract.ts'
import type { RequestMessage } from '../contract/messages.ts'
import type { Clock, Instant } from '../core/clock.ts'
import type { Feed } from '../core/feed.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Account, Attempt, Delivery, Event, Failure, Webhook } from '../core/model.ts'
import type { KeyedMutex } from '../core/mutex.ts'
import type { ExactJson } from '../core/number-text.ts'
import type { DeliveryId, ProviderId, Random } from '../core/random.ts'
import type { Egress } from '../delivery/egress.ts'
import type { DeliveryQueue } from '../delivery/queue.ts'
import { failureOf, isSuccess } from '../delivery/retry.ts'
import type { TlsCheck } from '../delivery/tls-check.ts'
import type { PageFacts, TokenFacts, ValueContext } from '../event/value-sources.ts'
import type { FaultRegistry } from '../fault/fault.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import type { AttemptState, OperationKeyword, Problem } from '../spec/vocabulary.ts'
import type { Change, Store } from '../state/store.ts'
import type { Accounts } from './accounts.ts'
import type { CoverageLog } from './coverage.ts'
import type { RequestLog } from './request-log.ts'

/** The body of a request: its bytes, or why they could not be read. */
export type IncomingBody = { readonly bytes: Buffer } | { readonly problem: RequestProblem }

/** A request to a provider's API. */
export interface ApiRequest {
  readonly id: string
  /** As the client wrote it, with the query. */
  readonly url: string
  /** As the provider's own host would see it: with the path of its server, without our prefix and the query. */
  readonly ownPath: string
  /** The Accept header; without one, all media types. */
  readonly accept: string
  readonly incoming: IncomingBody
  /** As the contract sees it. Without a body where no operation was found. */
  readonly message: RequestMessage
  /** Why its body cannot be read; null where it can. */
  readonly unreadable: RequestProblem | null
}

/** What an operation's action is called with: an authenticated request that does not break its contract. */
export interface Call {
  readonly parts: MockParts
  readonly provider: Provider
  readonly operation: Operation
  readonly mock: OperationKeyword
  readonly account: Account
  readonly message: RequestMessage
  /** Path and query parameters, coerced to the types of their schemas. */
  readonly path: JsonObject
  readonly query: JsonObject
  /** The fields of the request body, unwrapped. */
  readonly input: JsonObject
  readonly keeping: Keeping
}

/** What an action keeps in one commit with what it makes, so that a repeated request finds both or neither. */
export interface Keeping {
  /** The delivery that this request made before the mock ended, without an answer. */
  readonly begun: DeliveryId | null
  /** Keeps the answer to this result. */
  answered(result: ActionResult): readonly Change[]
  /** Keeps which delivery was made, where the answer waits for its attempt. */
  begins(delivery: Delivery): readonly Change[]
}

/** The result of an action. */
export type ActionResult =
  | {
      readonly result: Rendered | undefined
      readonly page?: PageFacts
      readonly filtersChanged?: number
      readonly calls?: number
      /** The test delivery that was made beside it. */
      readonly test?: LogEntry
      readonly token?: TokenFacts
      /** Whose request it was, where only the action finds that out. */
      readonly account?: Account
    }
  | { readonly problem: RequestProblem }

export type ActionHandler = (call: Call) => Promise<ActionResult>

/** One line of a provider's delivery log: an attempt with what it belongs to. */
export class LogEntry {
  readonly attempt: Attempt
  readonly event: Event
  readonly delivery: Delivery
  readonly webhook: Webhook
  readonly provider: Provider
  readonly state: AttemptState
  readonly failure: Failure | null

  constructor({ attempt, delivery, event, webhook, provider }: Omit<LogEntry, 'state' | 'failure'>) {
    this.attempt = attempt
    this.delivery = delivery
    this.event = event
    this.webhook = webhook
    this.provider = provider
    const { outcome, number } = attempt
    const isLatest = number === delivery.attempts
    this.state =
      outcome?.kind === 'responded' && isSuccess(outcome.status, provider.delivery.success)
        ? 'delivered'
        : isLatest && delivery.status === 'pending'
          ? 'retrying'
          : 'failed'
    this.failure =
      outcome === null || this.state === 'delivered' ? null : failureOf(outcome, attempt.request.url)
  }
}

/** What the providers' APIs and the control API of a mock work with. Made once, in start-mock.ts. */
export interface MockParts {
  readonly providers: ReadonlyMap<ProviderId, Provider>
  readonly store: Store
  readonly clock: Clock
  readonly rng: Random
  readonly feed: Feed
  readonly accounts: Accounts
  readonly queue: DeliveryQueue
  readonly egress: Egress
  readonly tlsCheck: TlsCheck
  readonly requestLog: RequestLog
  readonly coverage: CoverageLog
  readonly faults: FaultRegistry
  /** One change at a time for each key: a webhook's id, an account. */
  readonly mutex: KeyedMutex
  /** The contract engine, loaded when it is first asked for. */
  readonly contract: () => Promise<Contract>
  readonly settings: {
    /** Refuse http:// wherever the provider would. */
    readonly strictUrls: boolean
    /** What a client sends without its being declared, and routes that there are not, are violations too. */
    readonly strict: boolean
    /** `http://127.0.0.1:4010`, known once it listens. */
    readonly origin: () => string
  }
}

/** One thing that is wrong with a request, with what a provider may want to say about it. */
export interface RequestProblem {
  readonly problem: Problem
  /** `/url` in the body, or `query/page`, `path/id`, `header/X-Key`; empty: the request as a whole. */
  readonly place: string
  /** The JSON Schema keyword that failed, for `schema` and `parameter`. */
  readonly keyword?: string | undefined
  readonly reason?: string | undefined
  /** As {@link RequestMessage.unread}. */
  readonly unread?: string | undefined
  readonly value?: Json | undefined
  readonly allowed?: readonly Json[] | undefined
  readonly limit?: number | undefined
  readonly scopes?: readonly string[] | undefined
  readonly id?: string | undefined
  readonly contentType?: string | undefined
}

export function problem(
  name: Problem,
  details: Omit<Partial<RequestProblem>, 'problem'> = {},
): RequestProblem {
  return { place: '', ...details, problem: name }
}

/** What an operation came to: JSON by the provider's names, or lines of its delivery log. */
export type Rendered = ExactJson | LogEntry | readonly LogEntry[]

/** What the sources of `x-mock-value` draw from, beside the value at hand. */
export interface RenderContext extends ValueContext {
  readonly now: Instant
  readonly requestId: string
  readonly requestPath: string
  readonly result?: Rendered | undefined
}

export function renderContext(
  { clock }: Pick<MockParts, 'clock'>,
  { id, ownPath, message }: ApiRequest,
  operation: Operation | null,
): RenderContext {
  return {
    sunset: operation?.mock?.sunset,
    now: clock.now(),
    requestId: id,
    requestPath: ownPath,
    requestRoute: message.path,
  }
}

/** A problem with a field, placed where the request has that field: below the property that wraps the fields. */
export function atInputPath({ mock }: Pick<Call, 'mock'>, problem: RequestProblem): RequestProblem {
  return mock.input === undefined ? problem : { ...problem, place: `/${mock.input}${problem.place}` }
}
