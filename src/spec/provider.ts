import type { IHttpOperation } from '@stoplight/types'
import type { Json, JsonObject } from '../core/json.ts'
import type { Account } from '../core/model.ts'
import type { ProviderId } from '../core/random.ts'
import type {
  ErrorRow,
  FailureClass,
  IdFormat,
  OperationKeyword,
  Problem,
  ResourceKeyword,
  SignatureKeyword,
} from './vocabulary.ts'
/** A JSON Schema of the document, dereferenced, with its `x-mock-*` keywords in place. */
export type Schema = JsonObject

export interface MediaSchema {
  readonly mediaType: string
  readonly schema: Schema
}

export interface HeaderSchema {
  readonly name: string
  readonly required: boolean
  readonly schema: Schema
}

/** What an operation declares for one status: the template of the answer. */
export interface ResponseTemplate {
  readonly status: number
  /** Empty: an answer without a body. */
  readonly contents: readonly MediaSchema[]
  readonly headers: readonly HeaderSchema[]
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly required: boolean
  readonly schema: Schema
}

/** A route of a provider's API, as its document has it. */
export interface Operation {
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** The path template below the path of its server: `/webhook/{id}`. */
  readonly path: string
  /** The path of its server, below the provider's name: `/api/v2`. That of the document, unless it has servers of its own. */
  readonly serverPath: string
  readonly summary: string
  /** Null: answered from its examples. */
  readonly mock: OperationKeyword | null
  /** Status of success. */
  readonly success: number
  /** Each alternative names the schemes that must all be present; empty: no authentication. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly Parameter[]
  readonly body: { readonly required: boolean; readonly contents: readonly MediaSchema[] } | null
  readonly responses: ReadonlyMap<number, ResponseTemplate>
  /** What can be wrong with a request to it. */
  readonly problems: readonly Problem[]
  /** The operation's own error rows, then the root's. */
  readonly errors: readonly ErrorRow[]
  /** The same operation for the contract engine. */
  readonly http: IHttpOperation
}

/** An event type of a provider, as its document has it. */
export interface EventType {
  readonly type: string
  readonly summary: string
  /** Header parameters of the delivery. */
  readonly headers: readonly HeaderSchema[]
  /** Of the body: `application/json`, or another one of JSON such as `application/cloudevents+json`. */
  readonly mediaType: string
  readonly schema: Schema
  /** The first example. */
  readonly sample: Json
  readonly signature: readonly SignatureKeyword[]
  readonly http: IHttpOperation
}

/** How a credential is carried: the header, and what stands before the credential in it. */
export interface CredentialHeader {
  readonly scheme: string
  readonly header: string
  readonly prefix: string
}

export type Schedule =
  | {
      readonly kind: 'list'
      readonly delays: readonly number[]
      readonly repeatLast: boolean
      readonly attempts: number | null
      readonly window: number | null
    }
  | {
      readonly kind: 'exponential'
      readonly base: number
      readonly factor: number
      readonly cap: number | null
      readonly attempts: number | null
      readonly window: number | null
    }

export type Jitter =
  | { readonly kind: 'none' }
  | { readonly kind: 'full' }
  | { readonly kind: 'plus-minus'; readonly share: number }
  | { readonly kind: 'add'; readonly share: number; readonly min: number; readonly max: number | null }

/** `x-mock-delivery` with durations in milliseconds and defaults filled in. */
export interface DeliveryPolicy {
  readonly eventId: IdFormat
  readonly attemptId: IdFormat
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly success: readonly string[]
  readonly schedule: Schedule
  readonly retryOn: readonly FailureClass[] | null
  readonly jitter: Jitter
  readonly retryAfter:
    | { readonly kind: 'ignore' | 'honour' }
    | { readonly kind: 'clamp'; readonly to: number }
  readonly retryTests: boolean
  readonly inOrder: boolean
  readonly disable: {
    readonly after: number | null
    readonly window: number | null
    readonly statuses: readonly number[]
    readonly how: 'disable' | 'delete'
    readonly afterTest?: boolean
  } | null
}

interface RequestLimits {
  readonly bodyBytes: number
}

/** A service that is imitated, compiled from one OpenAPI document. Frozen. */
export interface Provider {
  /** `acme`, or of a variant beside the default one `acme@autumn`. */
  readonly id: ProviderId
  /** What its variants have in common: `acme`. */
  readonly name: string
  /** `autumn`; null where the document does not say which variant it is. */
  readonly variant: string | null
  readonly title: string
  readonly version: string
  readonly description: string
  readonly sources: readonly string[]
  /** The document's file, as it was named. */
  readonly file: string
  /** Every file that it was made of, that of its accounts among them, there or not. */
  readonly files: readonly string[]
  /** `/<id>` and the path of the first server: `/acme/api/v2`. */
  readonly basePath: string
  readonly limits: RequestLimits
  readonly credentialHeaders: readonly CredentialHeader[]
  readonly accounts: readonly Account[]
  /** Every scope that an operation asks for. */
  readonly scopes: readonly string[]
  readonly resource: ResourceKeyword
  readonly operations: readonly Operation[]
  readonly events: ReadonlyMap<string, EventType>
  readonly errors: readonly ErrorRow[]
  /** Component responses that error rows name, by name. */
  readonly responses: ReadonlyMap<string, Omit<ResponseTemplate, 'status'>>
  readonly signature: readonly SignatureKeyword[]
  readonly delivery: DeliveryPolicy
  /** Which of the environments that is; null where there are none. */
  readonly environment: string | null
  /** What `delivery` is in each environment that its accounts can be in; the first one's unless an account names another. */
  readonly environments: ReadonlyMap<string, DeliveryPolicy>
}

/** An OpenAPI document as a contract alone. */
export interface ContractDocument extends Pick<Provider, 'title' | 'version' | 'description'> {
  readonly operations: readonly Operation[]
}
