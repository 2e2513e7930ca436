import type { Instant } from '../core/clock.ts'
import type { TableName, Tables } from './store.ts'

type InstantsOf = { readonly [T in TableName]: (record: Tables[T]) => readonly (Instant | null)[] }

/** What has happened, by the mock's clock; neither what is planned nor what the wall clock said. */
const INSTANTS: InstantsOf = {
  accounts: () => [],
  webhooks: (webhook) => [
    webhook.createdAt,
    webhook.updatedAt,
    webhook.lastSucceededAt,
    webhook.deletedAt,
    webhook.failures.since,
    webhook.disabledBy?.at ?? null,
  ],
  events: (event) => [event.occurredAt],
  deliveries: (delivery) => [delivery.createdAt, delivery.settledAt],
  attempts: (attempt) => [attempt.sentAt],
  counters: () => [],
  answers: () => [],
}

/** The latest instant in a record; 0 when it has none. */
export function latestInstantOf<T extends TableName>(table: T, record: Tables[T]): Instant {
  return INSTANTS[table](record).reduce<number>((latest, instant) => Math.max(latest, instant ?? 0), 0)
}
