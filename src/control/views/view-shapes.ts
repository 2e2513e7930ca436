import type { HeaderLines, OutcomeKind } from '../../core/attempt.ts'
import type { Body } from '../../core/body.ts'
import type { DeliveryCause, DeliveryStatus } from '../../core/delivery.ts'
import type { JsonObject } from '../../core/json.ts'

/** What the control API shows. Times are ISO 8601 with milliseconds and Z. */
export interface EventView {
  readonly id: string
  readonly providerId: string
  readonly provider: string
  readonly account: string
  readonly type: string
  readonly occurredAt: string
  /** The exact text that is sent; base64 where it is no text. */
  readonly body: string
  readonly bodyEncoding: Body['encoding']
}

export interface OutcomeView {
  readonly kind: OutcomeKind
  readonly status: number | null
  readonly headers: HeaderLines
  readonly body: string | null
  readonly bodyEncoding: Body['encoding'] | null
  /** Whether more than the body shown came. */
  readonly truncated: boolean
  readonly error: string | null
  /** Of a failure of the network, such as `ECONNREFUSED`. */
  readonly code: string | null
  /** What would let a blocked attempt through. */
  readonly hint: string | null
}

export interface AttemptView {
  readonly id: string
  readonly providerId: string
  readonly number: number
  readonly sequence: number
  readonly sentAt: string
  readonly signedAt: string
  readonly request: {
    readonly method: string
    readonly url: string
    readonly sentTo: string | null
    readonly headers: HeaderLines
    readonly body: string
    readonly bodyEncoding: Body['encoding']
  }
  readonly signature: { readonly scheme: string; readonly content: string } | null
  /** Null while it is in flight. */
  readonly outcome: OutcomeView | null
  readonly durationMs: number | null
  readonly faults: readonly string[]
}

export interface DeliveryView {
  readonly id: string
  readonly provider: string
  readonly account: string
  readonly event: { readonly id: string; readonly providerId: string; readonly type: string }
  readonly webhook: { readonly id: string; readonly providerId: string; readonly url: string }
  readonly cause: DeliveryCause
  readonly status: DeliveryStatus
  readonly reason: string | null
  readonly attempts: readonly AttemptView[]
  readonly nextAttemptAt: string | null
  readonly resendOf: string | null
  readonly createdAt: string
  readonly settledAt: string | null
}

export interface WebhookView {
  readonly id: string
  readonly providerId: string
  readonly provider: string
  readonly account: string
  readonly url: string
  readonly secret: string
  readonly enabled: boolean
  /** Null: everything. */
  readonly filter: readonly string[] | null
  readonly fields: JsonObject
  readonly createdAt: string
}
