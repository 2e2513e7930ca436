import type { Mock } from '../../src/mock/mock.ts'

/** Attempts at a webhook, oldest delivery first, then by time, with the ids of their delivery and event. */
export async function attemptsAt(mock: Pick<Mock, 'deliveries'>, webhook: string) {
  const deliveries = (await mock.deliveries({ webhook })).toReversed()
  return deliveries
    .flatMap(({ id, event, attempts }) =>
      attempts.map((attempt) => ({
        ...attempt,
        sentAtMs: Date.parse(attempt.sentAt),
        delivery: id,
        event: event.id,
        webhook,
      })),
    )
    .sort((a, b) => a.sentAtMs - b.sentAtMs)
}
