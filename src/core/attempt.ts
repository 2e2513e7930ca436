import type { Body } from './body.ts'
import type { Instant } from './clock.ts'
import type { AttemptId, DeliveryId, EventId, WebhookId } from './ids.ts'

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
  /** Faults that hit it, by name. */
  readonly faults: readonly string[]
}
