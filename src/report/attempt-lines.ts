import type { DeliveryView } from '../control/views/view-shapes.ts'
import { columns } from './columns.ts'
import { outcomeText } from './delivery-lines.ts'
import { faultsText } from './faults-text.ts'
import { otherTarget } from './other-target.ts'
import type { Style } from './style.ts'

/** The attempts of one delivery in short, then how it stands: what `trigger --wait` prints. */
export function attemptLines(delivery: DeliveryView, style: Style): string[] {
  const rows = delivery.attempts.map((attempt) => [
    `<--  ${outcomeText(attempt, style)}`,
    `${attempt.request.method} ${targetOf(attempt.request)}`,
    attempt.durationMs === null ? '' : style('quiet', `(${Math.round(attempt.durationMs)}ms)`),
    `attempt ${attempt.number}${attempt.outcome?.error ? `: ${attempt.outcome.error}` : ''}${faultsOf(attempt, style)}`,
  ])
  return [...columns(rows, ' '), standing(delivery, style)]
}

function faultsOf({ faults }: DeliveryView['attempts'][number], style: Style): string {
  return faults.length === 0 ? '' : `, ${style('warn', faultsText(faults))}`
}

function targetOf(request: DeliveryView['attempts'][number]['request']): string {
  const other = otherTarget(request)
  return other === null ? request.url : `${request.url} -> ${other}`
}

const STANDINGS: Readonly<Record<DeliveryView['status'], (delivery: DeliveryView) => string>> = {
  succeeded: () => 'delivered',
  pending: ({ nextAttemptAt }) =>
    nextAttemptAt === null ? 'still pending' : `still pending, next attempt at ${nextAttemptAt}`,
  exhausted: ({ reason }) => because('given up', reason),
  cancelled: ({ reason }) => because('cancelled', reason),
  blocked: ({ reason }) => because('blocked', reason),
}

function standing(delivery: DeliveryView, style: Style): string {
  const tone = delivery.status === 'succeeded' ? 'good' : delivery.status === 'pending' ? 'warn' : 'bad'
  return `     ${style(tone, STANDINGS[delivery.status](delivery))} ${style('quiet', `[${delivery.id}]`)}`
}

function because(word: string, reason: string | null): string {
  return reason === null ? word : `${word}: ${reason}`
}
