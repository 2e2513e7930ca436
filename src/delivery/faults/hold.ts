import type { Clock, Instant } from '../../core/clock.ts'
import type { Delivery, Event, Webhook } from '../../core/model.ts'
import type { DeliveryId, WebhookId } from '../../core/random.ts'
import { formatDuration } from '../../core/units.ts'
import { type DeliveryAction, waitOf } from '../../fault/delivery-catalogue.ts'
import type { FaultSubject } from '../../fault/fault.ts'
import { put } from '../../state/store.ts'
import type { Job } from '../concurrency.ts'
import type { DeliveryContext } from '../context.ts'

/** When a delivery is sent that is not sent now, and why, in words for people. */
export interface Postponement {
  readonly until: Instant
  readonly reason: string
  /** Whether later deliveries go first where the provider keeps their order. */
  readonly outOfOrder: boolean
}

interface Hold {
  readonly id: DeliveryId
  readonly order: number
  readonly until: Instant
  left: number
}

/** Nobody waits longer than that, by the mock's clock, for deliveries that may never come. */
const LONGEST_HOLD = 30_000

/** Deliveries that wait until others have overtaken them, or for some time. */
class Postponed {
  readonly #clock: Pick<Clock, 'now'>
  readonly #holds = new Map<WebhookId, Hold[]>()
  /** Those that were started while another was held back, in which order. */
  readonly #later = new Map<DeliveryId, number>()
  #count = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** What the first of these actions that is about time makes of a delivery; null when none is. */
  postpone({ id, webhook }: Job, actions: readonly DeliveryAction[]): Postponement | null {
    const [action] = actions.filter((one) => waitOf(one) !== null)
    const wait = action === undefined ? null : waitOf(action)
    if (action === undefined || wait === null) return null
    if (wait.kind === 'time') {
      const reason = `waits ${formatDuration(wait.ms)}: fault ${action.name}`
      return { until: this.#clock.now() + wait.ms, reason, outOfOrder: false }
    }
    const until = this.#clock.now() + LONGEST_HOLD
    const hold: Hold = { id, order: this.#orderOf(id), until, left: wait.by }
    this.#holds.set(webhook, [...(this.#holds.get(webhook) ?? []), hold])
    const count = wait.by === 1 ? 'a later delivery' : `${wait.by} later deliveries`
    const reason = `waits for ${count}, ${formatDuration(LONGEST_HOLD)} at most: fault ${action.name}`
    return { until, reason, outOfOrder: true }
  }

  /** A delivery is about to be sent for the first time, and may overtake others. */
  start({ id, webhook }: Job, { attempts }: Pick<Delivery, 'attempts'>): void {
    if (attempts === 0 && this.#holds.has(webhook)) this.#later.set(id, this.#orderOf(id))
  }

  /** Those that have now been overtaken often enough. */
  overtaken({ id, webhook }: Job): readonly DeliveryId[] {
    const order = this.#later.get(id)
    this.#later.delete(id)
    const holds = this.#holds.get(webhook)
    if (order === undefined || holds === undefined) return []
    for (const hold of holds) if (hold.order < order) hold.left--
    const free = holds.filter(({ left }) => left <= 0).map((hold) => hold.id)
    for (const one of free) this.release({ id: one, webhook })
    return free
  }

  isHeld({ id, webhook }: Job): boolean {
    const hold = this.#holds.get(webhook)?.find((one) => one.id === id)
    return hold !== undefined && hold.until > this.#clock.now()
  }

  /** It waits no longer, whatever it waited for. */
  release({ id, webhook }: Job): void {
    const holds = this.#holds.get(webhook)
    if (holds === undefined) return
    const [hold] = holds.filter((one) => one.id === id)
    // It is earlier than what was started while it waited, and does not count as one that overtakes.
    if (hold !== undefined) this.#later.set(id, hold.order)
    const rest = holds.filter((one) => one.id !== id)
    if (rest.length > 0) this.#holds.set(webhook, rest)
    else this.#holds.delete(webhook)
    if (this.#holds.size === 0) this.#later.clear()
  }

  #orderOf(id: DeliveryId): number {
    return this.#later.get(id) ?? ++this.#count
  }
}

interface Subject {
  readonly delivery: Delivery
  readonly event: Event
  readonly webhook: Webhook
}

interface MatchedFaults {
  /** In the order in which their faults were added. */
  readonly actions: readonly DeliveryAction[]
  /** It is not sent now. */
  readonly postponement: Postponement | null
}

/** The faults of a mock's attempts: matched once for each, however often that attempt is prepared. */
export interface DeliveryFaults {
  match(subject: Subject): MatchedFaults
  /** The attempt is kept: the next one is another. */
  begun(delivery: DeliveryId): void
  /** How those are released that have now been overtaken often enough; null where there are none. */
  ended(job: Job): (() => Promise<void>) | null
  /** Whether it waits for later ones, which do not wait for it. */
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
  const postponed = new Postponed(clock)
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
      // They are sent all the same, once they have waited as long as they may.
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
