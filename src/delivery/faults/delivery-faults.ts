import type { Delivery } from '../../core/delivery.ts'
import type { Event } from '../../core/event.ts'
import type { DeliveryId, WebhookId } from '../../core/ids.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { DeliveryAction, FaultSubject } from '../../fault/fault.ts'
import { put } from '../../state/store.ts'
import type { DeliveryParts } from '../delivery-parts.ts'
import type { Turn } from '../lanes.ts'
import { Postponed, type Postponement } from './postponed.ts'

interface Subject {
  readonly delivery: Delivery
  readonly event: Event
  readonly webhook: Webhook
}

export interface Struck {
  /** In the order in which their faults were added. */
  readonly actions: readonly DeliveryAction[]
  /** It is not sent now. */
  readonly postponement: Postponement | null
}

/** What goes wrong with the attempts of a mock: struck once for each, however often that attempt is prepared. */
export interface DeliveryFaults {
  strike(subject: Subject): Struck
  /** The attempt is kept: what strikes next is another. */
  begun(delivery: DeliveryId): void
  /** How those are let go that this one has overtaken often enough; null where there are none. */
  ended(turn: Turn): (() => Promise<void>) | null
  /** Whether it waits for later ones, which do not wait for it. */
  isHeld(turn: Turn): boolean
}

const UNHARMED: Struck = { actions: [], postponement: null }

/**
 * @param isAwaited whether somebody waits for this attempt: then it is made now, and neither delayed nor reordered.
 */
export function createDeliveryFaults(
  { faults, store, clock, inTurn, feed }: DeliveryParts,
  isAwaited: (id: DeliveryId) => boolean,
): DeliveryFaults {
  const postponed = new Postponed(clock)
  const known = new Map<
    DeliveryId,
    { readonly number: number; readonly actions: readonly DeliveryAction[] }
  >()

  const first = (turn: Turn, subject: Subject, number: number): Struck => {
    const hits = faults?.strike('delivery', subjectOf(subject)) ?? []
    const all = hits.map(({ action }) => action)
    const actions = isAwaited(turn.id) ? all.filter((action) => !isAboutTime(action)) : all
    const postponement = postponed.postpone(turn, actions)
    if (postponement === null) postponed.comesUp(turn, subject.delivery)
    if (actions.length === 0) return UNHARMED
    const [wait] = actions.filter(isAboutTime)
    const kept = actions.filter((action) => !isAboutTime(action) || action === wait)
    known.set(turn.id, { number, actions: kept })
    return { actions: kept, postponement }
  }

  const letGo = (webhook: WebhookId, ids: readonly DeliveryId[]) =>
    inTurn(webhook, async () => {
      const deliveries = await Promise.all(ids.map((id) => store.delivery(id)))
      const waiting = deliveries.flatMap((one) => (one?.status === 'pending' ? [one] : []))
      const now = clock.now()
      const changes = waiting.map((delivery) => put('deliveries', { ...delivery, nextAttemptAt: now }))
      if (changes.length > 0) await store.commit(changes)
    }).catch((error: Error) =>
      // They go all the same, once they have waited as long as they may.
      feed.publish({ type: 'notice', text: `Failed to let ${ids.join(', ')} go: ${error.message}` }),
    )

  return {
    strike(subject) {
      const { delivery, webhook } = subject
      const turn = { id: delivery.id, webhook: webhook.id }
      const number = delivery.attempts + 1
      const before = known.get(delivery.id)
      if (before?.number !== number) return first(turn, subject, number)
      postponed.letGo(turn)
      postponed.comesUp(turn, delivery)
      return { actions: before.actions, postponement: null }
    },
    begun: (id) => void known.delete(id),
    isHeld: (turn) => postponed.isHeld(turn),
    ended(turn) {
      const free = postponed.overtaken(turn)
      return free.length === 0 ? null : () => letGo(turn.webhook, free)
    },
  }
}

function isAboutTime({ name }: DeliveryAction): boolean {
  return name === 'delay' || name === 'reorder'
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
