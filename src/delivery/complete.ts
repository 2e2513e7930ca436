import type { Attempt, Delivery, Event, Outcome, Webhook } from '../core/model.ts'
import type { WebhookId } from '../core/random.ts'
import type { Provider } from '../spec/provider.ts'
import { type Change, put } from '../state/store.ts'
import { cancelReason } from './cancel.ts'
import type { DeliveryContext } from './context.ts'
import type { PreparedAttempt } from './prepare.ts'
import { nextStep, settled } from './retry.ts'
import { webhookAfter } from './webhook-health.ts'

/** What the network did. */
export interface SendResult {
  readonly outcome: Outcome
  /** Null when it was cut off. */
  readonly durationMs: number | null
}

/** An attempt that is over and kept, with what it made of its delivery and webhook. */
export interface CompletedAttempt {
  readonly kind: 'completed'
  readonly provider: Provider
  readonly event: Event
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
type CompleteAttempt = (prepared: PreparedAttempt, result: SendResult) => Promise<CompletedAttempt | null>

interface Ended {
  readonly prepared: PreparedAttempt
  readonly result: SendResult
}

interface Waiting extends Ended {
  readonly resolve: (completed: CompletedAttempt | null) => void
  readonly reject: (error: unknown) => void
}

/** Attempts of one webhook that end while another is being kept are kept together, in one commit after it. */
export function createCompletion(context: DeliveryContext): CompleteAttempt {
  const batches = new Map<WebhookId, Waiting[]>()
  const completeBatch = async (id: WebhookId) => {
    const batch = batches.get(id) ?? []
    batches.delete(id)
    try {
      const completed = await completeAll(context, id, batch)
      for (const [i, { resolve }] of batch.entries()) resolve(completed[i] ?? null)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  return (prepared, result) =>
    new Promise((resolve, reject) => {
      const id = prepared.webhook.id
      const waiting = { prepared, result, resolve, reject }
      const batch = batches.get(id)
      if (batch !== undefined) {
        batch.push(waiting)
        return
      }
      batches.set(id, [waiting])
      void context.mutex(id, () => completeBatch(id))
    })
}

async function completeAll(
  context: DeliveryContext,
  id: WebhookId,
  batch: readonly Ended[],
): Promise<readonly (CompletedAttempt | null)[]> {
  const { store } = context
  let webhook = await store.webhook(id)
  if (webhook === undefined) return []
  const before = webhook
  const completed: (CompletedAttempt | null)[] = []
  const changes: Change[] = []
  for (const ended of batch) {
    const delivery = await store.delivery(ended.prepared.delivery.id)
    const begun = await store.attempt(ended.prepared.attempt.id)
    if (delivery === undefined || begun?.outcome !== null) {
      completed.push(null)
      continue
    }
    const done = complete(context, ended, delivery, webhook)
    completed.push(done)
    changes.push(put('attempts', done.attempt), put('deliveries', done.delivery))
    webhook = done.webhook
  }
  if (webhook !== before) changes.push(put('webhooks', webhook))
  if (changes.length > 0) await store.commit(changes)
  return completed
}

/** @param current the delivery, @param health the webhook, as they are kept now. */
function complete(
  { clock, rng }: DeliveryContext,
  { prepared, result: { outcome, durationMs } }: Ended,
  current: Delivery,
  health: Webhook,
): CompletedAttempt {
  const { provider, event, attempt } = prepared
  const now = clock.now()
  const policy = provider.delivery
  const before = { ...current, attempts: Math.max(current.attempts, attempt.number) }
  const fraction = rng.fork(`${before.id} after ${before.attempts}`).fraction()
  const wasPending = before.status === 'pending'
  const stepped = wasPending
    ? nextStep({ delivery: before, outcome, policy, now, wall: clock.wall(), fraction })
    : before
  const webhook = wasPending
    ? webhookAfter({ webhook: health, delivery: stepped, outcome, disable: policy.disable, now })
    : health
  const reason = stepped.status === 'pending' ? cancelReason(webhook, stepped) : null
  const delivery = reason === null ? stepped : settled(stepped, 'cancelled', reason, now)
  const request = outcome.kind === 'blocked' ? { ...attempt.request, sentTo: null } : attempt.request
  return {
    kind: 'completed',
    provider,
    event,
    attempt: { ...attempt, request, outcome, durationMs },
    delivery,
    webhook,
    switchedOff: webhook.disabledBy !== null && health.disabledBy === null,
    settledNow: wasPending && delivery.status !== 'pending',
    delayMs: delivery.nextAttemptAt === null ? null : Math.max(0, delivery.nextAttemptAt - now),
  }
}
