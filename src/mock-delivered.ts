import { AssertionError } from 'node:assert'
import type { MockParts } from './api/parts.ts'
import { type Delivery, type DeliveryStatus, isSettled } from './core/delivery.ts'
import { formatDuration, parseDuration } from './core/duration.ts'
import { MockError } from './core/errors.ts'
import type { DeliveryId, EventId } from './core/ids.ts'
import { checkArgument, checkOptions, object } from './core/options.ts'
import type { Settling } from './delivery/queue.ts'
import { type DeliveryStory, timeline } from './delivery/timeline.ts'
import { DELIVERED } from './mock-options.ts'

/** An event, its id, or what a trigger answered. */
export type EventReference = string | { readonly id: string } | { readonly event: { readonly id: string } }

/** How long deliveries are waited for, and what they have to come to. */
export interface DeliveredOptions {
  /**
   * A duration such as `10s`, or milliseconds, of real time. Default 3s, before a test runner's own 5 s are over; on a
   * virtual clock 500ms from when nothing more happens until it is moved.
   */
  readonly timeout?: string | number | undefined
  /** What all its deliveries have to have come to. Default: any of those that no attempt follows. */
  readonly status?: Exclude<DeliveryStatus, 'pending'> | undefined
}

export interface MockDelivered {
  /**
   * Waits until every delivery of an event is settled, and answers them, newest first.
   * @throws AssertionError that shows all attempts, when they are not settled in time or did not come to `status`
   * @example await mock.delivered(event, { status: 'succeeded' })
   */
  delivered(event: EventReference, options?: DeliveredOptions): Promise<readonly Delivery[]>
}

/** Who knows what became of an event or a delivery. */
export interface Witness extends MockDelivered {
  /** What became of it so far. */
  stories(
    subject: { readonly event: string } | { readonly delivery: string },
  ): Promise<readonly DeliveryStory[]>
  settle(): Promise<Settling>
}

const DEFAULT_TIMEOUT_MS = 3_000
const IDLE_MS = 500
const ALL = { limit: Number.MAX_SAFE_INTEGER }

export function createWitness(parts: MockParts): Witness {
  const { store, queue, clock } = parts
  const storyOf = async (delivery: Delivery): Promise<DeliveryStory> => {
    const [event, webhook, attempts] = await Promise.all([
      store.event(delivery.event),
      store.webhook(delivery.webhook),
      store.attempts({ delivery: delivery.id }, ALL),
    ])
    return {
      delivery,
      event: { id: delivery.event, type: event?.type ?? 'an event' },
      url: webhook?.url ?? 'a webhook that is gone',
      attempts: attempts.items.toReversed(),
    }
  }
  const deliveriesOf = async (event: EventId) => (await store.deliveries({ event }, ALL)).items
  return {
    async stories(subject) {
      if ('event' in subject)
        return Promise.all((await deliveriesOf(subject.event as EventId)).toReversed().map(storyOf))
      const delivery = await store.delivery(subject.delivery as DeliveryId)
      return delivery === undefined ? [] : [await storyOf(delivery)]
    },
    settle: () => queue.settle(DEFAULT_TIMEOUT_MS),
    async delivered(reference, options = {}) {
      checkOptions('the options of mock.delivered', options, DELIVERED)
      const { timeout, status } = options
      const id = eventIdOf(reference)
      const event = await store.event(id)
      if (event === undefined)
        throw new MockError('input', 'UNKNOWN_ID', `Failed to find the event "${id}".`, {
          hint: 'Pass what mock.trigger answered.',
        })
      const ms = await waitMs(timeout, parts)
      await queue.untilSettled({ event: id }, ms)
      const deliveries = await deliveriesOf(id)
      const wrong = (delivery: Delivery) =>
        !isSettled(delivery) || (status !== undefined && delivery.status !== status)
      if (!deliveries.some(wrong) && (status === undefined || deliveries.length > 0)) return deliveries
      const stories = await Promise.all(deliveries.toReversed().map(storyOf))
      const late = deliveries.filter((delivery) => !isSettled(delivery))
      throw new AssertionError({
        message: [
          `${event.type} [${id}] ${problem(deliveries.length, late.length, status, queue.isStopped() ? null : ms)}`,
          ...stories.flatMap(timeline),
          ...virtualHint(late, clock),
        ].join('\n'),
      })
    },
  }
}

/** How long to wait, after what happens without a virtual clock's being moved. */
async function waitMs(
  timeout: DeliveredOptions['timeout'],
  { queue, clock }: Pick<MockParts, 'queue' | 'clock'>,
): Promise<number> {
  if (typeof timeout === 'number') return timeout
  if (timeout !== undefined) return parseDuration(timeout, 'how long to wait')
  if (clock.mode.kind !== 'virtual') return DEFAULT_TIMEOUT_MS
  await queue.settle(DEFAULT_TIMEOUT_MS)
  return IDLE_MS
}

/** @param ms null: it was closed meanwhile */
function problem(count: number, late: number, status: DeliveryStatus | undefined, ms: number | null): string {
  if (count === 0) return 'has no delivery: no webhook of its account watches for it.'
  if (late > 0)
    return ms === null
      ? 'was not settled before the mock was closed:'
      : `was not settled within ${formatDuration(ms)}:`
  return `was to end as ${status}:`
}

function virtualHint(late: readonly Delivery[], clock: MockParts['clock']): readonly string[] {
  const due = late.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? [])
  const wait = Math.min(...due) - clock.now()
  if (clock.mode.kind !== 'virtual' || due.length === 0 || wait <= 0) return []
  const by = formatDuration(wait)
  return [`The clock is virtual, and the next attempt is due in ${by}: mock.clock.advance('${by}').`]
}

export function eventIdOf(reference: EventReference): EventId {
  if (typeof reference === 'string') return reference as EventId
  checkArgument('whose deliveries are meant', reference, object)
  return ('event' in reference ? reference.event.id : reference.id) as EventId
}

const witnesses = new WeakMap<object, Witness>()

/** From now on these records know who can tell what became of them: matchers are given a record alone. */
export function witnessed<T extends object>(witness: Witness, record: T, ...more: readonly object[]): T {
  for (const one of [record, ...more]) witnesses.set(one, witness)
  return record
}

/** @throws MockError (input) for a record that no mock of this process gave out. */
export function witnessOf(record: unknown): Witness {
  const witness = typeof record === 'object' && record !== null ? witnesses.get(record) : undefined
  if (witness !== undefined) return witness
  throw new MockError(
    'input',
    'UNKNOWN_RECORD',
    'Failed to look up the deliveries: the value comes from no mock of this process.',
    { hint: 'Pass what mock.trigger, mock.deliveries or mock.delivered answered.' },
  )
}
