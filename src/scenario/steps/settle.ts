import { formatDuration } from '../../core/units.ts'
import { DURATION } from '../file/schema-parts.ts'
import { waitIssues } from '../file/value-issues.ts'
import { DONE } from '../run/context.ts'
import { readDuration, type StepDefinition } from './step.ts'

export interface Settle {
  readonly timeoutMs: number
}

export const settle: StepDefinition<Settle> = {
  about: 'waits until nothing is in flight or due',
  example: '5s',
  schema: { anyOf: [{ type: 'null' }, DURATION] },
  bare: true,
  read: (value) => ({ timeoutMs: readDuration(value, 10_000) }),
  check: ({ timeoutMs }, { at }) => waitIssues(timeoutMs, at),
  describe: () => 'settle',
  async run({ environment }, { timeoutMs }) {
    const { settled, inFlight, pending } = await environment.mock.settle(timeoutMs)
    if (settled) return DONE
    const expected = `settled within ${formatDuration(timeoutMs)}`
    const actual = `${inFlight} in flight, ${pending} pending`
    return { mismatches: [{ what: 'deliveries', expected, actual }] }
  },
}
