import type { Alphabet } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'

export * from './delivery-keyword.ts'
export * from './signature-keyword.ts'

/**
 * The `x-mock-*` keywords as they are written in a document; openapi/README.md explains each, vocabulary.schema.json
 * states the same for editors and for the loader. Closed: a keyword or a field that is not here is an error.
 */
export const KEYWORDS = [
  'x-mock-provider',
  'x-mock-resource',
  'x-mock-operation',
  'x-mock-value',
  'x-mock-errors',
  'x-mock-signature',
  'x-mock-delivery',
] as const
export type Keyword = (typeof KEYWORDS)[number]

/** `x-mock-provider`, at the root. */
export interface ProviderKeyword {
  /** Lower-case letters, digits and dashes: the first step of its path. */
  readonly id: string
  /** Where the facts come from. */
  readonly sources?: readonly string[]
  /** Largest request body in bytes. Default 1 MiB. */
  readonly bodyLimit?: number
}

/** How ids are written. */
export type IdFormat =
  | { readonly format: 'uuid' }
  | { readonly format: 'sequence'; readonly start?: number }
  | {
      readonly format: 'text'
      readonly prefix?: string
      readonly alphabet: Alphabet
      readonly length: number
    }

export const NORMALISATIONS = ['one-or-many', 'dotted-number'] as const
/** `one-or-many`: a single string stands for a list of one. `dotted-number`: 0403170701 is kept as 0403.170.701. */
export type Normalisation = (typeof NORMALISATIONS)[number]

/** `x-mock-resource`, on the schema of the webhook as it is read. */
export interface ResourceKeyword {
  readonly id: IdFormat & { readonly field: string }
  /** `tlsCheck`: whether an https receiver has to show a valid certificate when it is registered. */
  readonly url: { readonly field: string; readonly https?: boolean; readonly tlsCheck?: boolean }
  /** Absent: webhooks cannot be switched off. */
  readonly enabled?: { readonly field: string; readonly inverted?: boolean }
  readonly secret: {
    readonly field: string
    readonly prefix?: string
    readonly alphabet: Alphabet
    readonly length: number
    /** How long a secret still signs beside the one that took its place. Default: not at all. */
    readonly overlap?: string
  }
  /** Absent: every webhook gets every event. `match`: `type`, or a JSON pointer into the event's body. */
  readonly filter?: {
    readonly field: string
    readonly match: string
    /** What it watches when registered without the field: every event type, or nothing. */
    readonly default: 'all-types' | 'nothing'
  }
  readonly timestamps?: {
    readonly created?: string
    readonly updated?: string
    readonly lastSucceeded?: string
  }
  readonly normalise?: Readonly<Record<string, readonly Normalisation[]>>
  /** Most active webhooks an account may have. */
  readonly limit?: { readonly active: number }
}

export const ACTIONS = [
  'list',
  'create',
  'read',
  'update',
  'delete',
  'rotate-secret',
  'send-test',
  'list-filters',
  'add-filters',
  'remove-filters',
  'list-attempts',
  'list-event-types',
  'resend',
] as const
export type Action = (typeof ACTIONS)[number]

/** `x-mock-operation`, on an operation. An operation without it is answered from its examples. */
export interface OperationKeyword {
  readonly action: Action
  /** The status of its success. Default: the first 2xx that the operation declares. */
  readonly status?: number
  /** The path or query parameter that names the webhook. Default `id`. */
  readonly webhook?: string
  /** The path parameter that names the log entry (`resend`). */
  readonly attempt?: string
  /** The property of the request body that holds the fields, where they are wrapped. */
  readonly input?: string
  /** Query parameters of a paged list. */
  readonly page?: {
    readonly number: { readonly param: string; readonly base: 0 | 1 }
    readonly size: { readonly param: string; readonly default: number; readonly maximum: number }
  }
  /** Longest list of an unpaged log. */
  readonly most?: number
  readonly idempotency?: {
    readonly header: string
    /** A duration. */
    readonly keep: string
    readonly replayHeader?: string
  }
  /** The event type of a test delivery (`send-test`). */
  readonly event?: string
  /** Whether test deliveries stand in the provider's log (`list-attempts`). Default true. */
  readonly tests?: boolean
}

export const VALUE_SOURCES = [
  'now',
  'result',
  'request.id',
  'request.path',
  'page.number',
  'page.size',
  'page.total',
  'page.pages',
  'page.has-next',
  'page.has-previous',
  'filters.changed',
  'error.status',
  'error.code',
  'error.title',
  'error.message',
  'error.details',
  'event.id',
  'event.type',
  'event.occurred-at',
  'event.body',
  'webhook.id',
  'webhook.url',
  'delivery.id',
  'attempt.id',
  'attempt.number',
  'attempt.sequence',
  'attempt.status',
  'attempt.code',
  'attempt.succeeded',
  'attempt.error',
  'attempt.duration',
  'attempt.sent-at',
  'attempt.request-headers',
  'attempt.response-body',
] as const
export type ValueSource = (typeof VALUE_SOURCES)[number]

/** `x-mock-value`, on a property, a header or a whole schema: its source, with how it is written. A text is the source alone. */
export interface ValueDetails {
  readonly from: ValueSource
  /** Of times, in ISO 8601 with Z. Default `ms`. */
  readonly precision?: 's' | 'ms'
  /** Words for `attempt.status`. Default: the state's own name. */
  readonly words?: Readonly<Partial<Record<'delivered' | 'failed' | 'retrying', string>>>
  /** `json-string`: the value as JSON text in a string. */
  readonly as?: 'json-string'
}

/** What can be wrong with a request, in the order in which it is judged. */
export const PROBLEMS = [
  'route',
  'method',
  'authentication',
  'scope',
  'not-acceptable',
  'media-type',
  'too-large',
  'malformed',
  'parameter',
  'schema',
  'url-not-https',
  'tls-check-failed',
  'not-found',
  'forbidden',
  'limit-reached',
  'idempotency-mismatch',
  'idempotency-processing',
  'unavailable',
] as const
export type Problem = (typeof PROBLEMS)[number]

/** `x-mock-errors`: rows, the operation's before the root's; the first that fits decides. */
export interface ErrorRow {
  readonly when: Problem | readonly Problem[]
  /** Where: a JSON pointer into the request body, or `path/NAME`, `query/NAME`, `header/NAME`. `*` stands for one step. */
  readonly at?: string
  /** Which JSON Schema keyword failed. */
  readonly keyword?: string | readonly string[]
  /** Only when the request's `Accept` names this media type. */
  readonly accept?: string
  /** Refuse (the default), accept as it is, or clamp to the nearest allowed value. Accepted ones are kept as violations. */
  readonly do?: 'refuse' | 'accept' | 'clamp'
  readonly status?: number
  /** The media type of the answer. Default: the first declared one. */
  readonly mediaType?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly code?: string
  readonly title?: string
  readonly message?: string
  /** `fields`: every failing field with its text. `{ key: text }`: as written, with tokens filled in. */
  readonly details?: 'fields' | JsonObject
  /** With `details: fields`: the text for a field. Default `{reason}`. */
  readonly fieldText?: string
  /** The component response that is rendered where no operation declares one (`route`, `method`). */
  readonly response?: string
}

/** Tokens of the texts in error rows. */
export const ERROR_TOKENS = [
  'field',
  'place',
  'keyword',
  'reason',
  'value',
  'allowed',
  'limit',
  'method',
  'path',
  'scopes',
  'id',
  'contentType',
] as const
export type ErrorToken = (typeof ERROR_TOKENS)[number]
