import type { ClockMode } from '../../core/clock.ts'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { formatDuration } from '../../core/units.ts'
import { type ScenarioProblem, type Step, scenarioProblem } from '../scenario.ts'

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

const EXPECTING: ReadonlySet<string> = new Set(['expect', 'wait'])

/** `/patterns/` that are no regular expressions: they would be met by nothing. */
export function patternProblems(step: Json, pointer: string): readonly ScenarioProblem[] {
  if (!isJsonObject(step)) return []
  const observed = isJsonObject(step.observe) ? step.observe.expect : undefined
  return [
    ...Object.entries(step).flatMap(([key, value]) =>
      EXPECTING.has(key) ? within(value, `${pointer}/${key}`) : [],
    ),
    ...(observed === undefined ? [] : within(observed, `${pointer}/observe/expect`)),
  ]
}

function within(value: Json, pointer: string): readonly ScenarioProblem[] {
  if (typeof value === 'string') return expressionProblems(value, pointer)
  if (!Array.isArray(value) && !isJsonObject(value)) return []
  return Object.entries(value as JsonObject).flatMap(([key, one]) =>
    within(one, `${pointer}${toPointer([key])}`),
  )
}

function expressionProblems(text: string, pointer: string): readonly ScenarioProblem[] {
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/s.exec(text) ?? []
  if (source === undefined) return []
  try {
    new RegExp(source, flags)
    return []
  } catch (error) {
    const [, why = 'it cannot be read'] = /: ([^:]+)$/.exec((error as Error).message) ?? []
    const reason = `${text} is no regular expression: ${why.charAt(0).toLowerCase()}${why.slice(1)}`
    return [scenarioProblem(pointer, reason)]
  }
}
