import type { Instant } from './clock.ts'
import type { AccountName, ProviderId, WebhookId } from './ids.ts'
import type { JsonObject } from './json.ts'

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
  readonly failures: { readonly count: number; readonly since: Instant | null }
  /** Why and when the provider switched it off by itself. */
  readonly disabledBy: { readonly reason: string; readonly at: Instant } | null
}
