import type { Attempt, HeaderLines, OutcomeKind } from '../core/attempt.ts'
import type { Body } from '../core/body.ts'
import type { Delivery, DeliveryStatus } from '../core/delivery.ts'
import type { Event, Skip } from '../core/event.ts'
import { isoTime } from '../core/iso-time.ts'
import type { Webhook } from '../core/webhook.ts'

/** What people and programs are shown, in the control API's shapes; times in ISO 8601. */
export interface EventView {
  readonly id: string
  readonly providerId: string
  readonly provider: string
  readonly account: string
  readonly type: string
  readonly occurredAt: string
  readonly body: string
}

export interface AttemptView {
  readonly id: string
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
  readonly outcome: {
    readonly kind: OutcomeKind
    readonly status: number | null
    readonly headers: HeaderLines
    readonly body: string | null
    readonly error: string | null
  } | null
  readonly durationMs: number | null
  readonly faults: readonly string[]
}

export interface DeliveryView {
  readonly id: string
  readonly provider: string
  readonly account: string
  readonly event: { readonly id: string; readonly providerId: string; readonly type: string }
  readonly webhook: { readonly id: string; readonly providerId: string; readonly url: string }
  readonly status: DeliveryStatus
  readonly reason: string | null
  readonly attempts: readonly AttemptView[]
  readonly nextAttemptAt: string | null
  readonly resendOf: string | null
  readonly createdAt: string
}

export interface EmissionView {
  readonly event: EventView
  readonly deliveries: readonly DeliveryView[]
  readonly skipped: readonly Skip[]
}

export function eventView(event: Event): EventView {
  const { id, providerId, provider, account, type, occurredAt, body } = event
  return { id, providerId, provider, account, type, occurredAt: isoTime(occurredAt), body: body.text }
}

export function attemptView(attempt: Attempt, event: Event): AttemptView {
  const { id, number, sequence, request, signature, outcome, durationMs, faults } = attempt
  const body = request.body ?? event.body
  return {
    id,
    number,
    sequence,
    sentAt: isoTime(attempt.sentAt),
    signedAt: isoTime(attempt.signedAt),
    request: {
      method: request.method,
      url: request.url,
      sentTo: request.sentTo,
      headers: request.headers,
      body: body.text,
      bodyEncoding: body.encoding,
    },
    signature,
    outcome: outcome === null ? null : outcomeView(outcome),
    durationMs,
    faults,
  }
}

export function deliveryView(
  delivery: Delivery,
  event: Event,
  webhook: Pick<Webhook, 'id' | 'providerId' | 'url'>,
  attempts: readonly Attempt[] = [],
): DeliveryView {
  const { id, provider, account, status, reason, nextAttemptAt, resendOf, createdAt } = delivery
  return {
    id,
    provider,
    account,
    event: { id: event.id, providerId: event.providerId, type: event.type },
    webhook: { id: webhook.id, providerId: webhook.providerId, url: webhook.url },
    status,
    reason,
    attempts: attempts.map((attempt) => attemptView(attempt, event)),
    nextAttemptAt: nextAttemptAt === null ? null : isoTime(nextAttemptAt),
    resendOf,
    createdAt: isoTime(createdAt),
  }
}

export function outcomeView(outcome: NonNullable<Attempt['outcome']>): NonNullable<AttemptView['outcome']> {
  const { kind } = outcome
  return outcome.kind === 'responded'
    ? { kind, status: outcome.status, headers: outcome.headers, body: outcome.body.text, error: null }
    : { kind, status: null, headers: [], body: null, error: outcome.error }
}
