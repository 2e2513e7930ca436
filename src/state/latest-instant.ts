import type { Instant } from '../core/clock.ts'
import type { TableName, Tables } from './store.ts'

type InstantsOf = { readonly [T in TableName]: (record: Tables[T]) => readonly (Instant | null)[] }

/** The counter that keeps where a virtual clock was moved to, though nothing may have happened there. */
export const CLOCK = 'log/clock'

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
  // Its time may be one that somebody has given it; what is delivered of it tells when it was made.
  events: () => [],
  deliveries: (delivery) => [delivery.createdAt, delivery.settledAt],
  attempts: (attempt) => [attempt.sentAt],
  counters: ({ id, value }) => [id === CLOCK ? value : null],
  answers: () => [],
}

/** The latest instant in a record; 0 when it has none. */
export function latestInstantOf<T extends TableName>(table: T, record: Tables[T]): Instant {
  return INSTANTS[table](record).reduce<number>((latest, instant) => Math.max(latest, instant ?? 0), 0)
}
