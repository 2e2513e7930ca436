import type { Skip } from '../core/event.ts'
import { counted } from './columns.ts'

/**
 * Why an event is not delivered, to anyone or to some: `no delivery: 1 webhook watches 0123.456.789, the event is for
 * 0403.170.701`. Webhooks with the same reason share a line.
 */
export function noDeliveryLines(provider: string, deliveries: number, skipped: readonly Skip[]): string[] {
  if (deliveries === 0 && skipped.length === 0)
    return [`no delivery: no webhook is registered with ${provider} for this account`]
  const reasons = new Map<string, number>()
  for (const { webhook, reason } of skipped)
    if (webhook !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const head = deliveries === 0 ? 'no delivery' : 'not delivered'
  return [
    ...skipped.flatMap(({ webhook, reason }) => (webhook === null ? [`${head}: ${reason}`] : [])),
    ...[...reasons].map(([reason, count]) => `${head}: ${webhooks(count, reason)}`),
  ]
}

/** Reasons continue a sentence about one webhook, so several are told one by one. */
function webhooks(count: number, reason: string): string {
  const subject = counted(count, 'webhook')
  return count === 1 ? `${subject} ${reason}` : `${subject}, each ${reason}`
}
