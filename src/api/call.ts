import type { RequestMessage } from '../contract/messages.ts'
import type { Account } from '../core/account.ts'
import type { JsonObject } from '../core/json.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import type { OperationKeyword } from '../spec/vocabulary.ts'
import type { MockParts } from './parts.ts'
import type { RequestProblem } from './problem.ts'
import type { PageFacts, Rendered } from './render-context.ts'

/** An authenticated request that keeps to the contract, on its way to the action. */
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
}

/** What an action came to. */
export type Done =
  | {
      readonly result: Rendered | undefined
      readonly page?: PageFacts
      readonly filtersChanged?: number
    }
  | { readonly problem: RequestProblem }

export type ActionHandler = (call: Call) => Promise<Done>
