import type { Json, JsonObject } from '../core/json.ts'
import type { Alphabet } from '../core/random.ts'

export const FAILURE_CLASSES = [
  'connect',
  'dns',
  'tls',
  'timeout',
  '1xx',
  '3xx',
  '4xx',
  '429',
  '5xx',
] as const

/** `4xx` includes 429; `408`, `429` and the like name one status. */
export type FailureClass = (typeof FAILURE_CLASSES)[number] | `${number}`

/** Failures that have words, but of which none decides whether there is a retry. */
export const OTHER_FAILURES = ['2xx', 'invalid-url', 'forbidden-target', 'unknown'] as const

/** What the words of `attempt.error` and `attempt.cause` are by. */
export type FailureWord = FailureClass | (typeof OTHER_FAILURES)[number]

/** Tokens of these words. */
export const FAILURE_TOKENS = ['status', 'host'] as const

export type FailureToken = (typeof FAILURE_TOKENS)[number]

export type ScheduleKeyword =
  /** Delays after the end of the attempt before, in order. */
  | {
      readonly delays: readonly string[]
      readonly then?: 'stop' | 'repeat-last'
      readonly attempts?: number
      readonly window?: string
    }
  /** `base · factor^n`, never more than `cap`. */
  | {
      readonly base: string
      readonly factor: number
      readonly cap?: string
      readonly attempts?: number
      readonly window?: string
    }

export type JitterKeyword =
  | 'none'
  | 'full'
  /** ± this share of the delay. */
  | { readonly plusMinus: number }
  /** Added: this share of the delay, at least and at most so much. */
  | { readonly add: number; readonly min?: string; readonly max?: string }

/** `x-mock-delivery`, at the root. */
export interface DeliveryKeyword {
  readonly eventId: IdFormat
  readonly attemptId: IdFormat
  /** Sent with every delivery, beside those that the webhook operation declares. */
  readonly headers?: Readonly<Record<string, string>>
  /** Of the whole exchange. Default 10s. */
  readonly timeout?: string
  /** Statuses that count as success. Default `2xx`. */
  readonly success?: readonly string[]
  readonly schedule: ScheduleKeyword
  /** Default: every failure. */
  readonly retryOn?: readonly FailureClass[]
  readonly jitter?: JitterKeyword
  readonly retryAfter?: 'ignore' | 'honour' | { readonly clamp: string }
  /** Whether failed test deliveries are retried, too. Default false. */
  readonly retryTests?: boolean
  /** Whether a webhook's later deliveries wait for its earlier ones. Default false. */
  readonly inOrder?: boolean
  /** What makes the provider switch a webhook off by itself. */
  readonly disable?: {
    readonly after?: number
    readonly window?: string
    readonly statuses?: readonly number[]
    readonly how?: 'disable' | 'delete'
    /** `after-test`: its owner can enable it again only after a test delivery has succeeded. Default: at any time. */
    readonly reactivate?: 'after-test'
  }
  /** The environments of its accounts (`sandbox`, `live`), with what differs there; an account has the first unless it names another. */
  readonly environments?: Readonly<Record<string, EnvironmentKeyword>>
}

/** What can differ by the account's environment. */
export type EnvironmentKeyword = Partial<
  Omit<DeliveryKeyword, 'environments' | 'eventId' | 'attemptId' | 'inOrder'>
>

/** Schemes whose secret is a private key. */
const KEY_PAIR_SCHEMES = ['ed25519', 'ecdsa-p256'] as const

export const SCHEMES = ['hmac', ...KEY_PAIR_SCHEMES, 'jwt', 'static', 'basic', 'none'] as const

export const HASHES = ['sha1', 'sha256', 'sha512'] as const

export const DIGESTS = ['hex', 'base64', 'base64url'] as const

export const KEY_ENCODINGS = ['utf8', 'hex', 'base64'] as const

export const JWT_ALGORITHMS = ['HS256', 'HS512', 'RS256', 'ES256', 'EdDSA'] as const

/** Tokens of signature templates. Beside these, `header:NAME` is the value of another header of the delivery. */
export const SIGNATURE_TOKENS = [
  'body',
  'id',
  'event',
  'timestamp',
  'url',
  'path',
  'method',
  'params',
  'body_sha256',
  'header_names',
  'header_values',
  'digest',
  'signatures',
] as const

export type SignatureToken = (typeof SIGNATURE_TOKENS)[number]

/** How the secret becomes key bytes. Default: the whole string in UTF-8. */
export interface SignatureKey {
  /** Taken off before decoding, where the secret has it. */
  readonly prefix?: string
  /** Of a key pair: the prefix of the public half, which can verify but not sign. */
  readonly publicPrefix?: string
  /** Key pairs: raw key bytes in this encoding, or PKCS #8 in it; PEM needs none. Default `utf8`, for key pairs `base64`. */
  readonly encoding?: (typeof KEY_ENCODINGS)[number]
  /** `previous`: the newest of the retired secrets that are still valid; not sent when there is none. Default `newest`. */
  readonly secret?: 'newest' | 'previous'
}

/** What every scheme has that signs a text. */
interface SigningKeyword {
  readonly key?: SignatureKey
  /** Unit of `{timestamp}`. Default `s`. */
  readonly timestamp?: 's' | 'ms' | 'iso'
  /** Headers whose names and values `{header_names}` and `{header_values}` stand for. */
  readonly signedHeaders?: readonly string[]
  /** What is signed, e.g. `{timestamp}.{body}`. Default `{body}`. */
  readonly content?: string
  readonly digest: (typeof DIGESTS)[number]
  /** One signature, e.g. `v1={digest}`. Default `{digest}`. */
  readonly item?: string
  /** Between the signatures of all active secrets, as `{signatures}`. Absent: the newest secret alone signs. */
  readonly join?: string
  /** Of the joined signatures. Default `new-first`. */
  readonly order?: 'new-first' | 'old-first'
  readonly headers: Readonly<Record<string, string>>
  /** Added to the URL before it is signed and sent, e.g. `bodySHA256: "{body_sha256}"`. */
  readonly query?: Readonly<Record<string, string>>
  /** `past`: only a timestamp that is too old is refused. Default `both`. */
  readonly verify?: { readonly tolerance?: string; readonly direction?: 'past' | 'both' }
}

export type HmacKeyword = SigningKeyword & { readonly scheme: 'hmac'; readonly hash: (typeof HASHES)[number] }

/** The secret is a private key, and its public half verifies. `ecdsa-p256` signs with SHA-256, in DER. */
export type KeyPairKeyword = SigningKeyword & { readonly scheme: (typeof KEY_PAIR_SCHEMES)[number] }

/** A JSON Web Token, as `{digest}`, with `iat` and the SHA-256 of the body. */
export interface JwtKeyword {
  readonly scheme: 'jwt'
  readonly algorithm: (typeof JWT_ALGORITHMS)[number]
  readonly key?: SignatureKey
  /** The claim that holds the digest of the body. */
  readonly claim: string
  /** How that is written. Default `hex`. */
  readonly digest?: (typeof DIGESTS)[number]
  readonly headers: Readonly<Record<string, string>>
  readonly verify?: { readonly tolerance?: string; readonly direction?: 'past' | 'both' }
}

/** `x-mock-signature`, at the root or on an event: one scheme, or a list when several are sent. */
export type SignatureKeyword =
  | HmacKeyword
  | KeyPairKeyword
  | JwtKeyword
  /** The secret itself, as `{digest}`. */
  | { readonly scheme: 'static'; readonly headers: Readonly<Record<string, string>> }
  /** HTTP Basic with `{username, password}` from the named field of the webhook; not sent where the field is absent. */
  | { readonly scheme: 'basic'; readonly field: string }
  | { readonly scheme: 'none' }

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

/** What stands at a place of an OpenAPI 3.1 document, as far as it matters here. */
export const NODE_KINDS = {
  root: 'the root',
  components: 'components',
  path: 'a path',
  operation: 'an operation',
  event: 'a webhook',
  'event-operation': 'an operation of a webhook',
  parameter: 'a parameter',
  header: 'a header',
  'request-body': 'a request body',
  response: 'a response',
  media: 'a media type',
  schema: 'a schema',
  other: 'anything else',
} as const

export type NodeKind = keyof typeof NODE_KINDS

/** Where each keyword may stand. */
export const KEYWORD_PLACES: Readonly<Record<Keyword, readonly NodeKind[]>> = {
  'x-mock-provider': ['root'],
  'x-mock-resource': ['schema'],
  'x-mock-operation': ['operation'],
  'x-mock-value': ['schema', 'header', 'parameter'],
  'x-mock-errors': ['root', 'operation'],
  'x-mock-signature': ['root', 'event', 'event-operation'],
  'x-mock-delivery': ['root'],
}

/** `x-mock-provider`, at the root. */
export interface ProviderKeyword {
  /** Lower-case letters, digits and dashes, of a variant beside the default one `name@variant`: the first step of its path. */
  readonly id: string
  /** What the default variant is called. */
  readonly variant?: string
  /** Where the facts come from. */
  readonly sources?: readonly string[]
  /** Largest request body in bytes. Default 1 MiB. */
  readonly bodyLimit?: number
}

/** How ids are written. */
export type IdFormat =
  | { readonly format: 'uuid' }
  /** A `start` beyond 2^53 - 1 is written as a text of digits. */
  | { readonly format: 'sequence'; readonly start?: number | string }
  | {
      readonly format: 'text'
      readonly prefix?: string
      readonly alphabet: Alphabet
      readonly length: number
    }

export const NORMALISATIONS = ['one-or-many', 'dotted-number', 'empty-is-absent'] as const

/**
 * `one-or-many`: a single string stands for an array of one. `dotted-number`: 0403170701 is kept as 0403.170.701,
 * 2123456789 as 2.123.456.789.
 * `empty-is-absent`: null and an empty array count as if the field were not there.
 */
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
  /** What else narrows the events that it gets. */
  readonly narrow?: {
    readonly field: string
    /** A JSON pointer into the event's body. */
    readonly match: string
    /** Its value when registered without the field. */
    readonly default: string
    /** The value with which it gets all of them. */
    readonly everything?: string
  }
  /** Fields that say how its deliveries went, and who disabled it. */
  readonly health?: {
    /** Deliveries in a row that failed. */
    readonly failures?: string
    /** Why the latest of them failed, and its cause. Null where none failed. */
    readonly lastError?: Pick<ValueDetails, 'words'> & { readonly field: string }
    readonly lastCause?: Pick<ValueDetails, 'words'> & { readonly field: string }
    /** While it is disabled: by whom. Absent while it is enabled. */
    readonly disabledBy?: { readonly field: string; readonly owner: string; readonly provider: string }
    /** Since when it is disabled; null while it is enabled. */
    readonly disabledAt?: string
  }
  readonly timestamps?: {
    readonly created?: string
    readonly updated?: string
    readonly lastSucceeded?: string
    /** In ISO 8601 with Z. Default `ms`. */
    readonly precision?: 's' | 'ms'
  }
  readonly normalise?: Readonly<Record<string, readonly Normalisation[]>>
  /** Fields that are only read, by name: what a JSON pointer finds in the webhook's own fields, or else `absent`. */
  readonly derived?: Readonly<Record<string, { readonly from: string; readonly absent: Json }>>
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
  'read-account',
  'issue-token',
] as const

export type Action = (typeof ACTIONS)[number]

/** An access token, and what it takes to get one. */
export interface TokenKeyword {
  /**
   * The fields of the request body that an account's `login` is compared with. Where the operation's security names http
   * basic, its user and password stand for the first two.
   */
  readonly login: readonly string[]
  /** How long it is good, by the mock's clock. */
  readonly expires: string
  /** The field that asks for scopes, as a text with spaces between them or as a list. Absent: a token has all of its account's. */
  readonly scope?: string
  readonly prefix?: string
  /** Default `alphanumeric`. */
  readonly alphabet?: Alphabet
  /** Default 40. */
  readonly length?: number
}

/** `x-mock-operation`, on an operation. An operation without it is answered from its examples. */
export interface OperationKeyword {
  readonly action: Action
  /** The status of its success. Default: the first 2xx that the operation declares. */
  readonly status?: number
  /** The path or query parameter that names the webhook. Default `id`. Of a list: a query parameter for one of them alone. */
  readonly webhook?: string
  /** The path parameter that names the account, which has to be that of the credentials. */
  readonly account?: string
  /** Whether a call counts among the account's calls. Default true. */
  readonly counted?: boolean
  /** The path parameter that names the log entry (`resend`). */
  readonly attempt?: string
  /** The property of the request body that holds the fields, where they are wrapped. */
  readonly input?: string
  /** Query parameters of a paged list. */
  readonly page?: {
    readonly number: { readonly param: string; readonly base: 0 | 1 }
    readonly size: { readonly param: string; readonly default: number; readonly maximum: number }
  }
  /** Query parameters of a log that leave only the entries of which the source has this value. */
  readonly filters?: Readonly<Record<string, ValueSource>>
  /** Longest list of an unpaged log. */
  readonly most?: number
  readonly idempotency?: {
    readonly header: string
    /** A duration. */
    readonly keep: string
    readonly replayHeader?: string
  }
  /** How access tokens are made, and for whom (`issue-token`). */
  readonly token?: TokenKeyword
  /** A further name for it, in faults, scenarios and filters of the request log. */
  readonly alias?: string
  /** The date in the header `Sunset` of a deprecated operation. */
  readonly sunset?: string
  /** Whether a test delivery is sent to a new webhook: what became of it is for the answer (`create`). Default false. */
  readonly test?: boolean
  /** The event type of a test delivery. Default: the first that the webhook watches. */
  readonly event?: string
  /** The id format of events of that type (`send-test`). Default: that of all events. */
  readonly eventId?: IdFormat
  /** Merged over that event's sample. */
  readonly payload?: JsonObject
  /** Whether test deliveries stand in the provider's log (`list-attempts`). Default true. */
  readonly tests?: boolean
}

/** Every source of a value, and what it is. */
export const VALUE_SOURCES = {
  now: "the mock's clock",
  result: 'the whole result of the operation',
  'request.id': 'a fresh id for each request',
  'request.path': "the path as the provider's own host would see it",
  'request.route': 'the same, without the path of its server',
  'operation.sunset': 'the `sunset` of the operation',
  'account.id': 'the id of the account that calls, or that an event is of',
  'account.scopes': 'the scopes of the account that calls',
  'account.calls':
    'how many calls it has made in this month (`read-account`), those with `counted: false` aside',
  'month.end': "when this month ends, by the mock's clock in UTC",
  'page.number': 'of a paged list: the page that was asked for',
  'page.size': 'the page size that was asked for',
  'page.total': 'how many entries there are on all pages',
  'page.pages': 'how many pages there are',
  'page.has-next': 'whether a page follows',
  'page.has-previous': 'whether there is a page before',
  'token.value': 'the access token that `issue-token` made',
  'token.expires-in': 'for how many seconds it is good',
  'token.scope': 'its scopes, with spaces between them',
  'filters.changed': 'how many filters `add-filters` or `remove-filters` changed',
  'error.status': 'status of the error row that answers',
  'error.code': 'its `code`',
  'error.title': 'its `title`',
  'error.message': 'its `message`',
  'error.details': 'its `details`',
  'account.environment': 'the environment of the account that calls, or whose event it is',
  'event.id': "the event's id",
  'event.type': 'its type',
  'event.occurred-at': 'when it happened',
  'event.body': 'its body',
  'webhook.id': "the webhook's id",
  'webhook.url': 'its URL',
  'delivery.id': "the delivery's id",
  'attempt.id': "the attempt's id",
  'attempt.number': 'its number within the delivery, from 1',
  'attempt.sequence': 'its number across resends, from 1',
  'attempt.status': '`delivered`, `failed` or `retrying`, or the `words` for these',
  'attempt.code': "status of the receiver's answer",
  'attempt.succeeded': 'whether it succeeded',
  'attempt.error': 'why it failed, in the `words` for that',
  'attempt.cause': 'the class of failure that this is, or the `words` for it',
  'attempt.duration': 'how long it took, in milliseconds',
  'attempt.sent-at': 'when it was sent',
  'attempt.request-headers': 'the headers that were sent',
  'attempt.response-body': "the body of the receiver's answer",
} as const

export type ValueSource = keyof typeof VALUE_SOURCES

/** What became of an attempt. */
export const ATTEMPT_STATES = ['delivered', 'failed', 'retrying'] as const

export type AttemptState = (typeof ATTEMPT_STATES)[number]

/** `x-mock-value`, on a property, a header or a whole schema: its source, with how it is written. A text is the source alone. */
export interface ValueDetails {
  readonly from: ValueSource
  /** Of times, in ISO 8601 with Z. Default `ms`. */
  readonly precision?: 's' | 'ms'
  /** Words for `attempt.status`, `attempt.error`, `attempt.cause` or `account.environment`, by the name of a state, a failure or an environment. */
  readonly words?: Readonly<Record<string, string>>
  /** Of `page.pages`: of an empty list. Default 1. */
  readonly least?: 0 | 1
  /** A text before it. */
  readonly prefix?: string
  /** The value is then a boolean: whether it is this text. */
  readonly equals?: string
  /** `json-string`: the value as JSON text in a string. */
  readonly as?: 'json-string'
}

/** What can be wrong with a request, in the order in which it is checked; `fault`: a fault asks for the row's status. */
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
  'unknown-parameter',
  'schema',
  'wrong-account',
  'login',
  'login-scope',
  'url-not-https',
  'tls-check-failed',
  'not-found',
  'forbidden',
  'limit-reached',
  'untested',
  'idempotency-mismatch',
  'idempotency-processing',
  'unavailable',
  'fault',
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
