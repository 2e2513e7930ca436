import { checkArgument, count } from '../core/options.ts'
import { timeline } from '../delivery/timeline.ts'
import { type EventSubject, subjectOf } from './event-subject.ts'
import { hold, type Verdict } from './verdict.ts'

/** Whether each delivery has had so many attempts, once nothing is in flight or due now. */
export async function judgeAttempts(value: EventSubject, expected: number): Promise<Verdict> {
  checkArgument('how many attempts are expected', expected, count)
  const subject = subjectOf(value)
  await subject.witness.settle()
  const stories = await subject.stories()
  const counts = stories.map(({ delivery }) => delivery.attempts)
  const pass = counts.length === 0 ? expected === 0 : counts.every((count) => count === expected)
  const found = counts.length === 0 ? 'has no delivery' : `has had ${counts.join(', ')}`
  const head = pass
    ? `${subject.id} was not to have ${attempts(expected)}, and has:`
    : `${subject.id} was to have ${attempts(expected)}, and ${found}:`
  return { pass, message: [head, ...stories.flatMap(timeline)].join('\n') }
}

/**
 * Waits until nothing is in flight or due now; each delivery has to have had exactly so many attempts.
 *
 * @param event what mock.trigger answered, its event, or one delivery
 * @throws AssertionError that shows all attempts
 */
export async function assertAttempts(event: EventSubject, expected: number): Promise<void> {
  hold(await judgeAttempts(event, expected))
}

function attempts(count: number): string {
  return `${count} ${count === 1 ? 'attempt' : 'attempts'}`
}
