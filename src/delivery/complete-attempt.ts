import type { Attempt, Outcome } from '../core/attempt.ts'
import type { Delivery } from '../core/delivery.ts'
import type { WebhookId } from '../core/ids.ts'
import type { Webhook } from '../core/webhook.ts'
import { type Change, put } from '../state/store.ts'
import { cancelReason } from './cancel-reason.ts'
import type { DeliveryParts } from './delivery-parts.ts'
import { nextStep, settled } from './next-step.ts'
import type { Job } from './prepare-attempt.ts'
import { webhookAfter } from './webhook-after.ts'

export interface Result {
  readonly outcome: Outcome
  /** Null when nobody measured it: it was cut off. */
  readonly durationMs: number | null
}

export interface Completed {
  readonly attempt: Attempt
  readonly delivery: Delivery
  readonly webhook: Webhook
  /** The provider switched the webhook off, or deleted it, because of this attempt. */
  readonly switchedOff: boolean
  /** This attempt settled it; false when it was settled while the attempt was under way. */
  readonly settledNow: boolean
  /** From its end to the next attempt; null when none follows. */
  readonly delayMs: number | null
}

/** Keeps what became of an attempt, its delivery and its webhook, in one commit; null when all were cleared away. */
export type CompleteAttempt = (job: Job, result: Result) => Promise<Completed | null>

interface Waiting {
  readonly job: Job
  readonly result: Result
  readonly resolve: (completed: Completed | null) => void
  readonly reject: (error: unknown) => void
}

/** Attempts of one webhook that end while another is being kept are kept together, in one commit after it. */
export function createCompletion(parts: DeliveryParts): CompleteAttempt {
  const batches = new Map<WebhookId, Waiting[]>()
  const keep = async (id: WebhookId) => {
    const batch = batches.get(id) ?? []
    batches.delete(id)
    try {
      const completed = await completeAll(parts, id, batch)
      for (const [i, { resolve }] of batch.entries()) resolve(completed[i] ?? null)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  return (job, result) =>
    new Promise((resolve, reject) => {
      const id = job.webhook.id
      const waiting = { job, result, resolve, reject }
      const batch = batches.get(id)
      if (batch !== undefined) {
        batch.push(waiting)
        return
      }
      batches.set(id, [waiting])
      void parts.inTurn(id, () => keep(id))
    })
}

async function completeAll(
  parts: DeliveryParts,
  id: WebhookId,
  batch: readonly Waiting[],
): Promise<readonly (Completed | null)[]> {
  let webhook = await parts.store.webhook(id)
  if (webhook === undefined) return []
  const before = webhook
  const completed: (Completed | null)[] = []
  const changes: Change[] = []
  for (const { job, result } of batch) {
    const delivery = await parts.store.delivery(job.delivery.id)
    const begun = await parts.store.attempt(job.attempt.id)
    const done: Completed | null =
      delivery === undefined || begun?.outcome !== null
        ? null
        : complete(parts, { job, result, delivery, webhook })
    completed.push(done)
    if (done === null) continue
    changes.push(put('attempts', done.attempt), put('deliveries', done.delivery))
    webhook = done.webhook
  }
  if (webhook !== before) changes.push(put('webhooks', webhook))
  if (changes.length > 0) await parts.store.commit(changes)
  return completed
}

function complete(
  { clock, chance }: DeliveryParts,
  {
    job,
    result,
    delivery: kept,
    webhook: health,
  }: {
    readonly job: Job
    readonly result: Result
    readonly delivery: Delivery
    readonly webhook: Webhook
  },
): Completed {
  const { outcome, durationMs } = result
  const now = clock.now()
  const { delivery: policy } = job.provider
  const before = { ...kept, attempts: Math.max(kept.attempts, job.attempt.number) }
  const fraction = chance.apart(`${before.id} after ${before.attempts}`).fraction()
  const wasPending = before.status === 'pending'
  const stepped = wasPending
    ? nextStep({ delivery: before, outcome, policy, now, wall: clock.wall(), fraction })
    : before
  const webhook = wasPending
    ? webhookAfter({ webhook: health, delivery: stepped, outcome, disable: policy.disable, now })
    : health
  const reason = stepped.status === 'pending' ? cancelReason(webhook, stepped) : null
  const delivery = reason === null ? stepped : settled(stepped, 'cancelled', reason, now)
  const request = outcome.kind === 'blocked' ? { ...job.attempt.request, sentTo: null } : job.attempt.request
  return {
    attempt: { ...job.attempt, request, outcome, durationMs },
    delivery,
    webhook,
    switchedOff: webhook.disabledBy !== health.disabledBy,
    settledNow: wasPending && delivery.status !== 'pending',
    delayMs: delivery.nextAttemptAt === null ? null : Math.max(0, delivery.nextAttemptAt - now),
  }
}
