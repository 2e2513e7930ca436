import type { Instant } from './clock.ts'
import type { JsonObject } from './json.ts'
import {
  type AccountName,
  type AttemptId,
  createRandom,
  type DeliveryId,
  type EventId,
  type ProviderId,
  type WebhookId,
} from './random.ts'
/** A test customer of a provider. Accounts never see each other's webhooks. */
export interface Account {
  readonly provider: ProviderId
  readonly name: AccountName
  /** Its id in the provider's own API; absent: {@link accountId} makes one. */
  readonly providerId?: string
  /** Request headers that authenticate it, by name: ready to be sent as they are. */
  readonly credentials: Readonly<Record<string, string>>
  /** What it may do; null where the provider knows no scopes. */
  readonly scopes: readonly string[] | null
  /** Which of the provider's environments its key is for, such as `sandbox`; null where the provider knows none. */
  readonly environment: string | null
  /** The event types that are available to it. Absent: all of its provider. */
  readonly events?: readonly string[]
  /** Fields of a request that gets it an access token, by their names on the wire. Absent where the provider has no such request. */
  readonly login?: Readonly<Record<string, string>>
}

/** An access token that an account got by its login. */
export interface AccessToken {
  readonly provider: ProviderId
  readonly account: AccountName
  /** What it may be used for; null where the provider knows no scopes. */
  readonly scopes: readonly string[] | null
  readonly issuedAt: Instant
  readonly expiresAt: Instant
}

export type AccountIdentity = Pick<Account, 'provider' | 'name' | 'providerId'>

/** The id of an account in its provider's own API: a UUID made from its name, unless it has one. */
export function accountId({ provider, name, providerId }: AccountIdentity): string {
  return providerId ?? createRandom(`${provider}/${name}`).uuid()
}

/** Stands where an account's name does: whose event it is when it reaches every account. No account has this name. */
export const EVERY_ACCOUNT = '*' as AccountName

/** Header lines in the order and case in which they were sent or received. */
export type HeaderLines = readonly (readonly [name: string, value: string])[]

/** What became of one HTTP request. A value, never an exception. */
export type Outcome =
  | {
      readonly kind: 'responded'
      readonly status: number
      readonly headers: HeaderLines
      /** The first 64 KiB at most. */
      readonly body: Body
      readonly truncated: boolean
    }
  | { readonly kind: 'timed-out'; readonly error: string }
  | { readonly kind: 'connection-failed'; readonly error: string; readonly code: string }
  | { readonly kind: 'tls-failed'; readonly error: string; readonly code: string }
  /** The mock died meanwhile; tried again at once, without using up the schedule. */
  | { readonly kind: 'interrupted'; readonly error: string }
  /** Never sent: the address is not allowed. `hint` names the flag that would let it through. */
  | { readonly kind: 'blocked'; readonly error: string; readonly hint: string }

export type OutcomeKind = Outcome['kind']

/** Why an attempt failed. */
export interface Failure {
  /** The most specific name first: `503`, `5xx`. */
  readonly names: readonly string[]
  readonly status: number | null
  readonly host: string
}

/** What an attempt sent, or was to send. */
export interface AttemptRequest {
  readonly method: string
  /** The registered URL, which is also the one that is signed. */
  readonly url: string
  /** Where it really went (`--forward`); null when it was never sent. */
  readonly sentTo: string | null
  readonly headers: HeaderLines
  /** Null when it is the event's body, byte for byte. */
  readonly body: Body | null
}

/** One HTTP request of a delivery. */
export interface Attempt {
  readonly id: AttemptId
  /** The id in the provider's own format (its log entry, its delivery id header). */
  readonly providerId: string
  readonly delivery: DeliveryId
  readonly event: EventId
  readonly webhook: WebhookId
  /** Counts from 1 within the delivery. */
  readonly number: number
  /** Counts from 1 across resends of the event to the webhook, as providers' logs do. */
  readonly sequence: number
  /** The mock's clock. */
  readonly sentAt: Instant
  /** The wall clock, as signed. */
  readonly signedAt: Instant
  readonly request: AttemptRequest
  readonly signature: { readonly scheme: string; readonly content: string } | null
  /** Null while it is in flight. */
  readonly outcome: Outcome | null
  readonly durationMs: number | null
  /** The faults that were applied to it, by name. */
  readonly faults: readonly string[]
}

/** Bytes as they are kept and shown: as text where they are valid UTF-8, else in base64. */
export interface Body {
  readonly encoding: 'utf8' | 'base64'
  readonly text: string
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function toBody(bytes: Uint8Array): Body {
  try {
    return { encoding: 'utf8', text: strictUtf8.decode(bytes) }
  } catch {
    return { encoding: 'base64', text: Buffer.from(bytes).toString('base64') }
  }
}

/** The exact bytes that {@link toBody} was given. */
export function toBytes(body: Body): Buffer {
  return Buffer.from(body.text, body.encoding)
}

export const DELIVERY_STATUSES = ['pending', 'succeeded', 'exhausted', 'cancelled', 'blocked'] as const

/** `pending` until it is settled; `exhausted`: no attempt follows. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

/** What a delivery was made for: an event, a test that a client asked for, or an old event sent again by hand. */
export type DeliveryCause = 'event' | 'test' | 'resend'

/** One event on its way to one webhook, until settled. */
export interface Delivery {
  readonly id: DeliveryId
  readonly provider: ProviderId
  readonly account: AccountName
  readonly event: EventId
  readonly webhook: WebhookId
  readonly cause: DeliveryCause
  readonly status: DeliveryStatus
  /** Why it was cancelled, blocked or given up; null while there is nothing to explain. */
  readonly reason: string | null
  /** Attempts begun so far. */
  readonly attempts: number
  /** Delays of the schedule already used; an interrupted attempt uses none. */
  readonly delaysUsed: number
  readonly nextAttemptAt: Instant | null
  readonly resendOf: DeliveryId | null
  readonly createdAt: Instant
  readonly settledAt: Instant | null
}

export function isSettled(delivery: Delivery): boolean {
  return delivery.status !== 'pending'
}

/** Something that happened. Immutable; its body was serialised once, and these are the bytes. */
export interface Event {
  readonly id: EventId
  /** The id in the provider's own format, constant over all attempts and resends. */
  readonly providerId: string
  readonly provider: ProviderId
  /** {@link EVERY_ACCOUNT} where it reached every account; its deliveries have the account of their webhook. */
  readonly account: AccountName
  readonly type: string
  readonly occurredAt: Instant
  readonly body: Body
  /** Set where the body was to be sent even if it breaks the contract of its type. */
  readonly raw?: true
}

/** Why a webhook does not get an event, in words for people. */
export interface Skip {
  /** Null where the account has none, and for those of other accounts: then the reason is a whole sentence. */
  readonly webhook: { readonly id: string; readonly providerId: string; readonly url: string } | null
  readonly reason: string
}

/** The first so many bytes at most, cut at a character's start, so that text stays text. */
export function firstBytes<T extends Uint8Array>(bytes: T, most: number): T {
  if (bytes.length <= most) return bytes
  let end = most
  while (end > most - 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end) as T
}

/** A message that breaks the contract, with who broke it. */
export interface Violation {
  readonly by: 'client' | 'receiver' | 'mock'
  readonly provider: string
  readonly operation: string | null
  /** Where in the message: `body/url`, `query/page`, `header/x-api-key`. */
  readonly location: string
  /** The rule that was broken: a JSON Schema keyword or a word such as `media-type`. */
  readonly rule: string
  readonly message: string
}

/** A client's request, as it is kept beside what it broke. */
export interface SentRequest {
  readonly method: string
  /** As the client wrote it, with the query. */
  readonly path: string
  /** Without those that carry credentials; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The first 64 KiB at most. */
  readonly body: Body
  readonly truncated: boolean
}

/** Where a violation comes from. */
export interface ViolationSource {
  /** Null where the credentials belong to no account. */
  readonly account: string | null
  /** The id of the client's request; null for a delivery and its answer. */
  readonly request: string | null
  /** The id of the attempt; null for a client's request. */
  readonly attempt: string | null
  /** Null for a delivery, which is kept as its attempt. */
  readonly sent: SentRequest | null
}

/** A violation, and the request or attempt that it was found in. */
export interface KeptViolation extends Violation, ViolationSource {}

/** A receiver URL registered with a provider. */
export interface Webhook {
  readonly id: WebhookId
  /** The id in the provider's own format, as text. */
  readonly providerId: string
  readonly provider: ProviderId
  readonly account: AccountName
  readonly url: string
  readonly secret: string
  /** Earlier secrets that still sign beside the new one, where the provider keeps them for a while. */
  readonly retiredSecrets: readonly { readonly secret: string; readonly until: Instant }[]
  readonly enabled: boolean
  /** What it watches (event types, entities …); null watches everything. */
  readonly filter: readonly string[] | null
  /** The provider's further fields, by their names on its wire. */
  readonly fields: JsonObject
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly lastSucceededAt: Instant | null
  /** Set once it is deleted; it stays in the log, and is gone from the provider's API. */
  readonly deletedAt: Instant | null
  /** Deliveries that failed in a row, and since when; for rules that disable a webhook. */
  readonly failures: {
    readonly count: number
    readonly since: Instant | null
    /** Why the latest one failed; absent where none did. */
    readonly last?: Failure
  }
  /** Why and when the provider switched it off by itself. */
  readonly disabledBy: {
    readonly reason: string
    readonly at: Instant
    /** A test delivery has succeeded since. */
    readonly tested?: true
  } | null
  /** When its owner switched it off; null or absent: it is on, or its provider did. */
  readonly switchedOffAt?: Instant | null
}
