import type { Clock, Instant } from '../../core/clock.ts'
import type { Delivery, Event, Webhook } from '../../core/model.ts'
import type { DeliveryId, WebhookId } from '../../core/random.ts'
import { formatDuration } from '../../core/units.ts'
import type { DeliveryAction, FaultSubject } from '../../fault/fault.ts'
import { put } from '../../state/store.ts'
import type { Job } from '../concurrency.ts'
import type { DeliveryContext } from '../context.ts'
/** When a delivery goes that is not sent now, and why, in words for people. */
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
  /** Those that came up while another was held back, and when. */
  readonly #later = new Map<DeliveryId, number>()
  #count = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** What the first of these actions that is about time makes of a delivery; null when none is. */
  postpone({ id, webhook }: Job, actions: readonly DeliveryAction[]): Postponement | null {
    const action = actions.find(({ name }) => name === 'delay' || name === 'reorder')
    if (action?.name === 'delay') {
      const until = this.#clock.now() + action.byMs
      return { until, reason: `waits ${formatDuration(action.byMs)}: fault delay`, outOfOrder: false }
    }
    if (action?.name !== 'reorder') return null
    const until = this.#clock.now() + LONGEST_HOLD
    const hold: Hold = { id, order: this.#orderOf(id), until, left: action.behind }
    this.#holds.set(webhook, [...(this.#holds.get(webhook) ?? []), hold])
    const count = action.behind === 1 ? 'a later delivery' : `${action.behind} later deliveries`
    const reason = `waits for ${count}, ${formatDuration(LONGEST_HOLD)} at most: fault reorder`
    return { until, reason, outOfOrder: true }
  }

  /** A delivery is about to be sent for the first time, and may overtake others. */
  comesUp({ id, webhook }: Job, { attempts }: Pick<Delivery, 'attempts'>): void {
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
    for (const one of free) this.letGo({ id: one, webhook })
    return free
  }

  isHeld({ id, webhook }: Job): boolean {
    const hold = this.#holds.get(webhook)?.find((one) => one.id === id)
    return hold !== undefined && hold.until > this.#clock.now()
  }

  /** It waits no longer, whatever it waited for. */
  letGo({ id, webhook }: Job): void {
    const holds = this.#holds.get(webhook)
    if (holds === undefined) return
    const [hold] = holds.filter((one) => one.id === id)
    // It is earlier than what came up while it waited, and is not taken for one that overtakes.
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

interface Struck {
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
  ended(job: Job): (() => Promise<void>) | null
  /** Whether it waits for later ones, which do not wait for it. */
  isHeld(job: Job): boolean
}

const UNHARMED: Struck = { actions: [], postponement: null }

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

  const first = (job: Job, subject: Subject, number: number): Struck => {
    const hits = faults?.match('delivery', subjectOf(subject)) ?? []
    const all = hits.map(({ action }) => action)
    const actions = isAwaited(job.id) ? all.filter((action) => !isAboutTime(action)) : all
    const postponement = postponed.postpone(job, actions)
    if (postponement === null) postponed.comesUp(job, subject.delivery)
    if (actions.length === 0) return UNHARMED
    const [wait] = actions.filter(isAboutTime)
    const kept = actions.filter((action) => !isAboutTime(action) || action === wait)
    known.set(job.id, { number, actions: kept })
    return { actions: kept, postponement }
  }

  const letGo = (webhook: WebhookId, ids: readonly DeliveryId[]) =>
    mutex(webhook, async () => {
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
      const job = { id: delivery.id, webhook: webhook.id }
      const number = delivery.attempts + 1
      const before = known.get(delivery.id)
      if (before?.number !== number) return first(job, subject, number)
      postponed.letGo(job)
      postponed.comesUp(job, delivery)
      return { actions: before.actions, postponement: null }
    },
    begun: (id) => void known.delete(id),
    isHeld: (job) => postponed.isHeld(job),
    ended(job) {
      const free = postponed.overtaken(job)
      return free.length === 0 ? null : () => letGo(job.webhook, free)
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
