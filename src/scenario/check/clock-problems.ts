import type { ClockMode } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import type { Step } from '../scenario.ts'

const DAY = 86_400_000
/** Nobody waits longer, and a timer of Node cannot be set to more than 24 days. */
const LONGEST_WAIT = DAY
/** Dates end somewhere. */
const LONGEST_LEAP = 36_500 * DAY

/** What the clock of the scenario, or any clock, cannot do. */
export function clockProblems(step: Step, clock: ClockMode, pointer: string): readonly ScenarioProblem[] {
  if (step.kind === 'advance') {
    if (clock.kind !== 'virtual') {
      const hint = 'Leave "clock" out, or wait until what is expected has happened.'
      return [scenarioProblem(`${pointer}/advance`, 'only a virtual clock is advanced', hint)]
    }
    return 'by' in step.to ? tooLong(step.to.by, LONGEST_LEAP, `${pointer}/advance`) : []
  }
  return waits(step).flatMap(([key, ms]) =>
    tooLong(ms, LONGEST_WAIT, `${pointer}/${step.kind}${key === null ? '' : `/${key}`}`),
  )
}

/** How long a step waits in real time, by the member that says so. */
function waits(step: Step): readonly (readonly [key: string | null, ms: number])[] {
  switch (step.kind) {
    case 'settle':
      return [[null, step.timeoutMs]]
    case 'call':
    case 'request':
    case 'exec':
      return [['timeout', step.timeoutMs]]
    case 'wait':
      return [['within', step.withinMs]]
    case 'observe':
      return [
        ['within', step.withinMs],
        ['every', step.everyMs],
      ]
    default:
      return []
  }
}

/** How long an attempt waits, which is a timer of Node as well. */
export function patienceProblems(attemptTimeoutMs: number | null): readonly ScenarioProblem[] {
  return attemptTimeoutMs === null ? [] : tooLong(attemptTimeoutMs, LONGEST_WAIT, '/attemptTimeout')
}

function tooLong(ms: number, most: number, pointer: string): readonly ScenarioProblem[] {
  if (ms <= most) return []
  return [scenarioProblem(pointer, `that is longer than ${formatDuration(most)}`)]
}
