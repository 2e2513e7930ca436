import { AssertionError } from 'node:assert'
import type { DeliveryView } from '../api/views.ts'
import { type DeliveryHistory, eventIdOf, historyOf } from '../mock/delivered.ts'
import { timeline } from '../mock/timeline.ts'
import {
  checkArgument,
  checkOptions,
  count,
  either,
  milliseconds,
  type OptionKinds,
  string,
} from '../schema/options.ts'

/** An event, the answer of `mock.trigger`, or one delivery. */
export type EventSubject =
  | { readonly id: string; readonly occurredAt: string }
  | { readonly event: { readonly id: string } }

interface Subject {
  readonly history: DeliveryHistory
  /** `evt_…` or `del_…`. */
  readonly id: string
  /** Of the event, oldest first; or the one delivery. */
  deliveries(): Promise<readonly DeliveryView[]>
  /** Waits until all of the event's deliveries are settled, at most this long. */
  settled(timeout: string | number | undefined): Promise<void>
}

/** @throws MockError (input) for what no mock of this process gave out */
function subjectOf(value: EventSubject): Subject {
  const history = historyOf(value)
  const event = eventIdOf(value)
  const subject = 'event' in value && 'id' in value ? { delivery: String(value.id) } : { event }
  return {
    history,
    id: subject.delivery ?? event,
    deliveries: () => history.deliveriesOf(subject),
    settled: (timeout) => quietly(history.delivered(event, { timeout })),
  }
}

/** What was not settled in time shows in the deliveries. */
async function quietly(waiting: Promise<unknown>): Promise<void> {
  try {
    await waiting
  } catch (error) {
    if ((error as { name?: string }).name !== 'AssertionError') throw error
  }
}

/** Whether something is as it was expected to be, and what to say where it is not. */
export interface Verdict {
  readonly pass: boolean
  /** Why it fails; where it passed: why its opposite fails. */
  readonly message: string
}

/** @throws AssertionError, which every test runner knows */
export function hold({ pass, message }: Verdict): void {
  if (!pass) throw new AssertionError({ message })
}

/** Whether each delivery has had so many attempts, once nothing is in flight or due now. */
export async function checkAttempts(value: EventSubject, expected: number): Promise<Verdict> {
  checkArgument('how many attempts are expected', expected, count)
  const subject = subjectOf(value)
  await subject.history.settle()
  const deliveries = await subject.deliveries()
  const counts = deliveries.map((delivery) => delivery.attempts.length)
  const pass = counts.length === 0 ? expected === 0 : counts.every((count) => count === expected)
  const found = counts.length === 0 ? 'has no delivery' : `has had ${counts.join(', ')}`
  const head = pass
    ? `${subject.id} was not to have ${attempts(expected)}, and has:`
    : `${subject.id} was to have ${attempts(expected)}, and ${found}:`
  return { pass, message: [head, ...deliveries.flatMap(timeline)].join('\n') }
}

/**
 * Waits until nothing is in flight or due now; each delivery has to have had exactly so many attempts.
 *
 * @param event what mock.trigger answered, its event, or one delivery
 * @throws AssertionError that shows all attempts
 */
export async function assertAttempts(event: EventSubject, expected: number): Promise<void> {
  hold(await checkAttempts(event, expected))
}

function attempts(count: number): string {
  return `${count} ${count === 1 ? 'attempt' : 'attempts'}`
}

/** How long the deliveries of an event are waited for. */
export interface DeliveredExpectation {
  /** A duration such as `10s`, or milliseconds, of real time. Default: as for mock.delivered. */
  readonly timeout?: string | number
}

const EXPECTATION: OptionKinds<DeliveredExpectation> = { timeout: either(string, milliseconds) }

/** Whether every delivery of an event has succeeded, with its attempts; waits until they are settled. */
export async function checkDelivered(
  value: EventSubject,
  expectation: DeliveredExpectation = {},
  isNot = false,
): Promise<Verdict> {
  checkOptions('what is expected', expectation, EXPECTATION)
  const { timeout } = expectation
  const subject = subjectOf(value)
  // What is expected not to arrive need not be settled: no attempt has succeeded yet.
  if (isNot) await subject.history.settle()
  else await subject.settled(timeout)
  const deliveries = await subject.deliveries()
  const arrived = deliveries.filter(({ status }) => status === 'succeeded')
  const pass = isNot ? arrived.length > 0 : deliveries.length > 0 && arrived.length === deliveries.length
  const head =
    deliveries.length === 0
      ? `${subject.id} was to be delivered, and has no delivery: no webhook of its account watches for it.`
      : pass
        ? `${subject.id} was not to be delivered, and was:`
        : `${subject.id} was to be delivered, and ${arrived.length} of ${deliveries.length} succeeded:`
  return { pass, message: [head, ...deliveries.flatMap(timeline)].join('\n') }
}

/**
 * Waits until every delivery of an event is settled; all have to have succeeded.
 *
 * @param event what mock.trigger answered, its event, or one delivery
 * @throws AssertionError that shows all attempts
 */
export async function assertDelivered(
  event: EventSubject,
  expectation: DeliveredExpectation = {},
): Promise<void> {
  hold(await checkDelivered(event, expectation))
}
