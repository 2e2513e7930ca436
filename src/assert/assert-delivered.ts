import { checkOptions, either, milliseconds, type OptionKinds, text } from '../core/options.ts'
import { timeline } from '../delivery/timeline.ts'
import { type EventSubject, subjectOf } from './event-subject.ts'
import { hold, type Verdict } from './verdict.ts'

/** How long the deliveries of an event are waited for. */
export interface DeliveredExpectation {
  /** A duration such as `10s`, or milliseconds, of real time. Default: as for mock.delivered. */
  readonly timeout?: string | number
}

const EXPECTATION: OptionKinds<DeliveredExpectation> = { timeout: either(text, milliseconds) }

/** Whether every delivery of an event has succeeded, with its attempts; waits until they are settled. */
export async function judgeDelivered(
  value: EventSubject,
  expectation: DeliveredExpectation = {},
  isNot = false,
): Promise<Verdict> {
  checkOptions('what is expected', expectation, EXPECTATION)
  const { timeout } = expectation
  const subject = subjectOf(value)
  // What is expected not to arrive need not be settled: no attempt has succeeded yet.
  if (isNot) await subject.witness.settle()
  else await subject.settled(timeout)
  const stories = await subject.stories()
  const arrived = stories.filter(({ delivery }) => delivery.status === 'succeeded')
  const pass = isNot ? arrived.length > 0 : stories.length > 0 && arrived.length === stories.length
  const head =
    stories.length === 0
      ? `${subject.id} was to be delivered, and has no delivery: no webhook of its account watches for it.`
      : pass
        ? `${subject.id} was not to be delivered, and was:`
        : `${subject.id} was to be delivered, and ${arrived.length} of ${stories.length} succeeded:`
  return { pass, message: [head, ...stories.flatMap(timeline)].join('\n') }
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
  hold(await judgeDelivered(event, expectation))
}
