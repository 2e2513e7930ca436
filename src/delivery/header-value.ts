import type { Instant } from '../core/clock.ts'
import type { Delivery } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import { isoTime } from '../core/iso-time.ts'
import type { Webhook } from '../core/webhook.ts'
import type { HeaderSchema } from '../spec/provider.ts'
import { valueKeyword } from '../spec/value-keyword.ts'
import type { ValueDetails, ValueSource } from '../spec/vocabulary.ts'

/** What the headers of an attempt can tell. */
export interface AttemptFacts {
  readonly event: Event
  readonly webhook: Webhook
  readonly delivery: Delivery
  /** In the provider's own format. */
  readonly attemptId: string
  readonly number: number
  readonly sequence: number
  readonly sentAt: Instant
}

const SOURCES: Partial<Record<ValueSource, (facts: AttemptFacts, details: ValueDetails) => string>> = {
  now: ({ sentAt }, { precision }) => isoTime(sentAt, precision),
  'event.id': ({ event }) => event.providerId,
  'event.type': ({ event }) => event.type,
  'event.occurred-at': ({ event }, { precision }) => isoTime(event.occurredAt, precision),
  'webhook.id': ({ webhook }) => webhook.providerId,
  'webhook.url': ({ webhook }) => webhook.url,
  'delivery.id': ({ delivery }) => delivery.id,
  'attempt.id': ({ attemptId }) => attemptId,
  'attempt.number': ({ number }) => String(number),
  'attempt.sequence': ({ sequence }) => String(sequence),
  'attempt.sent-at': ({ sentAt }, { precision }) => isoTime(sentAt, precision),
}

/** The value of a header that an event type declares; undefined when its document does not say where it comes from. */
export function declaredValue({ schema }: HeaderSchema, facts: AttemptFacts): string | undefined {
  const details = valueKeyword(schema)
  if (details !== undefined) return SOURCES[details.from]?.(facts, details)
  return schema.const === undefined || schema.const === null ? undefined : String(schema.const)
}
