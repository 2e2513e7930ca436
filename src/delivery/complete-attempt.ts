import type { Attempt, Outcome } from '../core/attempt.ts'
import type { Delivery } from '../core/delivery.ts'
import type { Webhook } from '../core/webhook.ts'
import { type Change, put } from '../state/store.ts'
import { cancelReason } from './cancel-reason.ts'
import type { DeliveryParts } from './delivery-parts.ts'
import { nextStep, settled } from './next-step.ts'
import type { Job } from './prepare-attempt.ts'
import { webhookAfter } from './webhook-after.ts'

export interface Completed {
  readonly attempt: Attempt
  readonly delivery: Delivery
  readonly webhook: Webhook
  /** The provider switched the webhook off, or deleted it, because of this attempt. */
  readonly switchedOff: boolean
  /** This attempt settled it; false when it was settled while the attempt was under way. */
  readonly settledNow: boolean
}

/** Keeps what became of an attempt, of its delivery and of its webhook, in one commit; null when all were cleared away. */
export async function completeAttempt(
  parts: DeliveryParts,
  job: Job,
  result: { readonly outcome: Outcome; readonly durationMs: number | null },
): Promise<Completed | null> {
  const done = await parts.inTurn(job.webhook.id, () => complete(parts, job, result))
  await done?.kept
  return done?.completed ?? null
}

async function complete(
  { store, clock, chance }: DeliveryParts,
  job: Job,
  { outcome, durationMs }: { readonly outcome: Outcome; readonly durationMs: number | null },
): Promise<{ completed: Completed; kept: Promise<void> } | null> {
  const before = await store.delivery(job.delivery.id)
  const kept = await store.webhook(job.webhook.id)
  if (before === undefined || kept === undefined) return null
  const now = clock.now()
  const { delivery: policy } = job.provider
  const input = { outcome, policy, now, wall: clock.wall(), fraction: chance.fraction() }
  const wasPending = before.status === 'pending'
  const stepped = wasPending ? nextStep({ ...input, delivery: before }) : before
  const webhook = wasPending ? webhookAfter({ webhook: kept, delivery: stepped, outcome, disable: policy.disable, now }) : kept
  const reason = stepped.status === 'pending' ? cancelReason(webhook, stepped) : null
  const delivery = reason === null ? stepped : settled(stepped, 'cancelled', reason, now)
  const request = outcome.kind === 'blocked' ? { ...job.attempt.request, sentTo: null } : job.attempt.request
  const attempt: Attempt = { ...job.attempt, request, outcome, durationMs }
  const changes: Change[] = [put('attempts', attempt)]
  if (wasPending) changes.push(put('deliveries', delivery))
  if (webhook !== kept) changes.push(put('webhooks', webhook))
  const switchedOff = webhook.disabledBy !== kept.disabledBy
  const settledNow = wasPending && delivery.status !== 'pending'
  return { completed: { attempt, delivery, webhook, switchedOff, settledNow }, kept: store.commit(changes) }
}
