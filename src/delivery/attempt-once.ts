import type { Attempt, Outcome } from '../core/attempt.ts'
import type { Delivery } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import type { DeliveryId } from '../core/ids.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Provider } from '../spec/provider.ts'
import { attemptTimeout, tellShortened } from './attempt-timeout.ts'
import { type Completed, createCompletion, type Result } from './complete-attempt.ts'
import type { DeliveryParts } from './delivery-parts.ts'
import type { Exchange } from './exchange.ts'
import type { DeliveryFaults } from './faults/delivery-faults.ts'
import { transmit } from './faults/transmit.ts'
import type { Gate } from './gate.ts'
import { type Job, prepareAttempt } from './prepare-attempt.ts'

/** What became of a delivery's turn. */
export type TurnResult =
  | {
      readonly kind: 'completed'
      readonly provider: Provider
      readonly event: Event
      readonly completed: Completed
    }
  | {
      readonly kind: 'cancelled'
      readonly delivery: Delivery
      readonly event: Event
      readonly webhook: Webhook
    }
  /** A fault has it sent later; `outOfOrder`: those behind it need not wait. */
  | { readonly kind: 'postponed'; readonly outOfOrder: boolean }
  /** `hold`: it stays claimed, since nothing here can ever send it. */
  | { readonly kind: 'nothing'; readonly hold: boolean }
  /** It could not be kept (a full disk); `again` goes on from there and never sends twice. */
  | { readonly kind: 'stalled'; readonly error: unknown; readonly again: () => Promise<TurnResult> }

export type AttemptOnce = (id: DeliveryId) => Promise<TurnResult>

export interface Ending {
  /** Nothing more is begun. */
  readonly stopped: boolean
  /** Passed by whatever reads and keeps records; not by the exchange, which may take long. */
  readonly gate: Gate
  /** Sockets were cut off: what ends now is left unfinished, and the next start finds it. */
  readonly closed: boolean
}

export function createAttemptOnce(
  parts: DeliveryParts,
  exchange: Exchange,
  ending: Ending,
  { faults, isAwaited }: { readonly faults: DeliveryFaults; readonly isAwaited: (id: DeliveryId) => boolean },
): AttemptOnce {
  const completeAttempt = createCompletion(parts)
  const attemptOnce: AttemptOnce = async (id) => {
    if (ending.stopped) return { kind: 'nothing', hold: true }
    try {
      const prepared = await ending.gate.pass(() => prepareAttempt(parts, faults, id, isAwaited(id)))
      if (prepared.kind !== 'ready') return prepared
      const result = await send(parts, exchange, prepared.job)
      return ending.closed ? { kind: 'nothing', hold: false } : keep(prepared.job, result)
    } catch (error) {
      return { kind: 'stalled', error, again: () => attemptOnce(id) }
    }
  }
  const keep = async (job: Job, result: Result): Promise<TurnResult> => {
    try {
      const completed = await ending.gate.pass(() => completeAttempt(job, result))
      if (completed === null) return { kind: 'nothing', hold: false }
      await judge(parts, job, completed.attempt)
      return { kind: 'completed', provider: job.provider, event: job.event, completed }
    } catch (error) {
      return { kind: 'stalled', error, again: () => keep(job, result) }
    }
  }
  return attemptOnce
}

async function send(parts: DeliveryParts, exchange: Exchange, job: Job): Promise<Result> {
  const { clock } = parts
  if (job.sentTo === null || job.blocked !== null) return { outcome: job.blocked ?? UNSENT, durationMs: 0 }
  if (!job.isFaulty) await judge(parts, job, job.attempt)
  const { method, headers } = job.attempt.request
  const limit = [job.provider.delivery.timeoutMs, clock.mode, parts.exchange?.attemptTimeoutMs] as const
  const timeoutMs = attemptTimeout(...limit)
  const request = { url: job.sentTo, method, headers, body: job.body, timeoutMs }
  const { outcome, durationMs } = await transmit(request, job.wire, { exchange, clock })
  return { outcome: tellShortened(outcome, ...limit), durationMs }
}

const UNSENT: Outcome = {
  kind: 'blocked',
  error: 'there is nowhere to send it',
  hint: 'register another URL',
}

async function judge({ judge, feed }: DeliveryParts, job: Job, attempt: Attempt): Promise<void> {
  const event = job.provider.events.get(job.event.type)
  if (judge === undefined || event === undefined) return
  try {
    await judge({ provider: job.provider, event, attempt, body: job.body, raw: job.event.raw === true })
  } catch (error) {
    feed.publish({
      type: 'notice',
      text: `Failed to judge attempt ${attempt.id}: ${(error as Error).message}`,
    })
  }
}
