import type { Instant } from './clock.ts'
import type { AccountName, DeliveryId, EventId, ProviderId, WebhookId } from './ids.ts'

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
