import { AssertionError } from 'node:assert'
import type { MockParts } from '../api/context.ts'
import { type DeliveryView, loadDeliveries } from '../api/views.ts'
import { MockError } from '../core/errors.ts'
import { type Delivery, type DeliveryStatus, isSettled } from '../core/model.ts'
import type { DeliveryId, EventId } from '../core/random.ts'
import { formatDuration, parseDuration } from '../core/units.ts'
import type { Settling } from '../delivery/queue.ts'
import { checkArgument, checkOptions, object } from '../schema/options.ts'
import { DELIVERED, type DeliveredOptions } from './options.ts'
import { timeline } from './timeline.ts'

/** An event, its id, a delivery of it, or the answer of `mock.trigger`. */
export type EventReference = string | { readonly id: string } | { readonly event: { readonly id: string } }

/** Finds the deliveries of an event, and waits for them. */
export interface DeliveryHistory {
  /** See `Mock.delivered`. */
  delivered(event: EventReference, options?: DeliveredOptions): Promise<readonly DeliveryView[]>
  /** The deliveries of an event, oldest first; or one delivery. */
  deliveriesOf(
    subject: { readonly event: string } | { readonly delivery: string },
  ): Promise<readonly DeliveryView[]>
  settle(): Promise<Settling>
}

const DEFAULT_TIMEOUT_MS = 3_000

const IDLE_MS = 500

const ALL = { limit: Number.MAX_SAFE_INTEGER }

export function createDeliveryHistory(parts: MockParts): DeliveryHistory {
  const { store, queue, clock } = parts
  const oldestFirst = async (event: EventId) => (await store.deliveries({ event }, ALL)).items.toReversed()
  return {
    async deliveriesOf(subject) {
      if ('event' in subject) return loadDeliveries(store, await oldestFirst(subject.event as EventId))
      const delivery = await store.delivery(subject.delivery as DeliveryId)
      return delivery === undefined ? [] : loadDeliveries(store, [delivery])
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
      const deliveries = await oldestFirst(id)
      const views = await loadDeliveries(store, deliveries)
      const late = deliveries.filter((delivery) => !isSettled(delivery))
      const hasStatus = status === undefined || deliveries.every((delivery) => delivery.status === status)
      if (late.length === 0 && hasStatus && (status === undefined || deliveries.length > 0))
        return views.toReversed()
      throw new AssertionError({
        message: [
          `${event.type} [${id}] ${problem(deliveries.length, late.length, status, queue.isStopped() ? null : ms)}`,
          ...views.flatMap(timeline),
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
  checkArgument('the event', reference, object)
  return ('event' in reference ? reference.event.id : reference.id) as EventId
}

const histories = new WeakMap<object, DeliveryHistory>()

/** Remembers which mock answered these records: an assertion is given nothing else. */
export function track(history: DeliveryHistory, records: readonly object[]): void {
  for (const record of records) histories.set(record, history)
}

/** @throws MockError (input) for a record that no mock of this process gave out. */
export function historyOf(record: unknown): DeliveryHistory {
  const history = typeof record === 'object' && record !== null ? histories.get(record) : undefined
  if (history !== undefined) return history
  throw new MockError(
    'input',
    'UNKNOWN_RECORD',
    'Failed to look up the deliveries: the value comes from no mock of this process.',
    { hint: 'Pass what mock.trigger, mock.deliveries or mock.delivered answered.' },
  )
}
