import { formatDuration, parseDuration } from '../../core/units.ts'
import type { AdvanceTarget } from '../../delivery/queue.ts'
import { issue } from '../../schema/issue.ts'
import { DURATION } from '../file/schema-parts.ts'
import { waitIssues } from '../file/value-issues.ts'
import { DONE } from '../run/context.ts'
import type { StepDefinition } from './step.ts'

export interface Advance {
  readonly to: AdvanceTarget
}

/** A hundred years: later instants are no valid dates. */
const LONGEST_MS = 36_500 * 86_400_000

export const advance: StepDefinition<Advance> = {
  about: 'moves the virtual clock, making the attempts that fall due',
  example: '6m10s',
  schema: { anyOf: [DURATION, { enum: ['next', 'settled'] }] },
  read(value) {
    if (value === 'next') return { to: { until: 'next-attempt' } }
    return { to: value === 'settled' ? { until: 'settled' } : { by: parseDuration(String(value)) } }
  },
  check({ to }, { clock, at }) {
    if (clock.kind !== 'virtual') {
      const hint = 'Leave "clock" out, or wait until what is expected has happened.'
      return [issue(at, 'only a virtual clock is advanced', hint)]
    }
    return 'by' in to ? waitIssues(to.by, at, LONGEST_MS) : []
  },
  describe({ to }) {
    if ('by' in to) return `advance ${formatDuration(to.by)}`
    return `advance ${to.until === 'settled' ? 'until settled' : 'to the next attempt'}`
  },
  async run({ environment }, { to }) {
    await environment.mock.clock.advance('by' in to ? formatDuration(to.by) : to)
    return DONE
  },
}
