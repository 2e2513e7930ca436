import type { Delivery, Event, Webhook } from '../../core/model.ts'
import type { DeliveryId, WebhookId } from '../../core/random.ts'
import { type DeliveryAction, waitOf } from '../../fault/delivery-catalogue.ts'
import type { FaultSubject } from '../../fault/fault.ts'
import { put } from '../../state/store.ts'
import type { Job } from '../concurrency.ts'
import type { DeliveryContext } from '../context.ts'
import { PostponedDeliveries, type Postponement } from './postpone.ts'

interface Subject {
  readonly delivery: Delivery
  readonly event: Event
  readonly webhook: Webhook
}

interface MatchedFaults {
  /** In the order in which their faults were added. */
  readonly actions: readonly DeliveryAction[]
  /** Null: it is sent now. */
  readonly postponement: Postponement | null
}

/** The faults of a mock's attempts: matched once for each, however often that attempt is prepared. */
export interface DeliveryFaults {
  match(subject: Subject): MatchedFaults
  /** Called when an attempt has been stored: the next one is matched anew. */
  begun(delivery: DeliveryId): void
  /** Called when an attempt has ended; the result releases the deliveries that it was the last to overtake, null: there are none. */
  ended(job: Job): (() => Promise<void>) | null
  /** Whether a delivery is held back until later ones have overtaken it. */
  isHeld(job: Job): boolean
}

const NONE: MatchedFaults = { actions: [], postponement: null }

/**
 * @param isAwaited whether somebody waits for this attempt: then it is made now, and neither delayed nor reordered.
 */
export function createDeliveryFaults(
  { faults, store, clock, mutex, feed }: DeliveryContext,
  isAwaited: (id: DeliveryId) => boolean,
): DeliveryFaults {
  const postponed = new PostponedDeliveries(clock)
  const known = new Map<
    DeliveryId,
    { readonly number: number; readonly actions: readonly DeliveryAction[] }
  >()

  const first = (job: Job, subject: Subject, number: number): MatchedFaults => {
    const matched = faults?.match('delivery', subjectOf(subject)) ?? []
    const all = matched.map(({ action }) => action)
    const actions = isAwaited(job.id) ? all.filter((action) => waitOf(action) === null) : all
    const postponement = postponed.postpone(job, actions)
    if (postponement === null) postponed.start(job, subject.delivery)
    if (actions.length === 0) return NONE
    const [wait] = actions.filter((action) => waitOf(action) !== null)
    const kept = actions.filter((action) => waitOf(action) === null || action === wait)
    known.set(job.id, { number, actions: kept })
    return { actions: kept, postponement }
  }

  const release = (webhook: WebhookId, ids: readonly DeliveryId[]) =>
    mutex(webhook, async () => {
      const deliveries = await Promise.all(ids.map((id) => store.delivery(id)))
      const waiting = deliveries.flatMap((one) => (one?.status === 'pending' ? [one] : []))
      const now = clock.now()
      const changes = waiting.map((delivery) => put('deliveries', { ...delivery, nextAttemptAt: now }))
      if (changes.length > 0) await store.commit(changes)
    }).catch((error: Error) =>
      // They are sent all the same when their longest wait is over.
      feed.publish({ type: 'notice', text: `Failed to release ${ids.join(', ')}: ${error.message}` }),
    )

  return {
    match(subject) {
      const { delivery, webhook } = subject
      const job = { id: delivery.id, webhook: webhook.id }
      const number = delivery.attempts + 1
      const before = known.get(delivery.id)
      if (before?.number !== number) return first(job, subject, number)
      postponed.release(job)
      postponed.start(job, delivery)
      return { actions: before.actions, postponement: null }
    },
    begun: (id) => void known.delete(id),
    isHeld: (job) => postponed.isHeld(job),
    ended(job) {
      const free = postponed.overtaken(job)
      return free.length === 0 ? null : () => release(job.webhook, free)
    },
  }
}

function subjectOf({ delivery, event, webhook }: Subject): FaultSubject {
  return {
    provider: delivery.provider,
    account: delivery.account,
    event: { type: event.type, id: event.id, providerId: event.providerId },
    webhook: { id: webhook.id, providerId: webhook.providerId },
    attempt: delivery.attempts + 1,
  }
}
