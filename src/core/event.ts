import type { Body } from './body.ts'
import type { Instant } from './clock.ts'
import type { AccountName, EventId, ProviderId } from './ids.ts'

/** Something that happened. Immutable; its body was serialised once, and these are the bytes. */
export interface Event {
  readonly id: EventId
  /** The id in the provider's own format, constant over all attempts and resends. */
  readonly providerId: string
  readonly provider: ProviderId
  readonly account: AccountName
  readonly type: string
  readonly occurredAt: Instant
  readonly body: Body
  /** Set where the body was to be sent even if it breaks the contract of its type. */
  readonly raw?: true
}

/** Why a webhook does not get an event, in words for people. */
export interface Skip {
  /** Null where the account has none: then the reason is a whole sentence. */
  readonly webhook: { readonly id: string; readonly providerId: string; readonly url: string } | null
  readonly reason: string
}
