import { fitColumns } from '../core/text.ts'
import type { RunProgress, RunResult, ScenarioResult, StepResult } from '../scenario/result.ts'
import type { RunCounts } from './counts.ts'
import { failureLines, failureSummary, firstProblem, placeOf } from './failure.ts'
import { columns, counted, indent, type Style, type Tone } from './terminal.ts'
import { tookText } from './timeline.ts'

const WIDTH = 24

/** `[=======>                ] 12/40, 1 failed  the name of what runs`, never wider than the terminal. */
export function progressBar(
  counts: RunCounts,
  { total, running, columns }: { readonly total: number; readonly running: string; readonly columns: number },
  style: Style,
): string {
  const done = counts.passed + counts.failed + counts.skipped
  const filled = total === 0 ? WIDTH : Math.floor((done / total) * WIDTH)
  const bar =
    `${'='.repeat(Math.max(0, filled - 1))}${filled === 0 ? '' : done === total ? '=' : '>'}`.padEnd(WIDTH)
  const failed = counts.failed === 0 ? '' : `, ${counts.failed} failed`
  const text = `${done}/${total}${failed}`
  const room = columns - WIDTH - text.length - 6
  const name = room < 4 || running === '' ? '' : `  ${fitColumns(running, room)}`
  return `[${style(counts.failed === 0 ? 'good' : 'bad', bar)}] ${text}${style('quiet', name)}`
}

/** As wide as the longest, so that the titles of steps stand below each other. */
const STATES: Readonly<Record<StepResult['status'], { readonly word: string; readonly tone: Tone }>> = {
  passed: { word: 'ok     ', tone: 'good' },
  failed: { word: 'failed ', tone: 'bad' },
  broken: { word: 'broken ', tone: 'warn' },
  skipped: { word: 'skipped', tone: 'quiet' },
}

const BELOW_STEP = '               '

const MOST_VIOLATIONS = 5

type Of<T extends RunProgress['type']> = Extract<RunProgress, { type: T }>

export function scenarioHead({ file, name }: Of<'scenario-started'>, style: Style): string[] {
  return ['', `${style('strong', name)}  ${style('quiet', file)}`]
}

/** A line for a step; below it, what was expected, what came, and how the deliveries went. */
export function stepLines({ step }: Pick<Of<'step'>, 'step'>, style: Style): string[] {
  const { word, tone } = STATES[step.status]
  const took = step.status === 'skipped' ? '' : `  ${style('quiet', tookText(step.durationMs))}`
  const number = style('quiet', String(step.number).padStart(3))
  const line = `  ${style(tone, word)} ${number}  ${step.title}${took}`
  if (step.status !== 'failed' && step.status !== 'broken') return [line]
  return [`${line}  ${style('quiet', placeOf(step))}`, ...indent(failureLines(step, style), BELOW_STEP)]
}

/** What else is to be said of a scenario when it has ended. */
export function scenarioEnd(result: ScenarioResult, style: Style): string[] {
  const { status, reason, durationMs, seed, violations } = result
  const { word, tone } = STATES[status]
  const ended = `${style(tone, status === 'passed' ? 'passed' : word.trim())} ${style('quiet', `in ${tookText(durationMs)}${seed === '' ? '' : `, seed ${seed}`}`)}`
  return [
    ...violationLines(violations, style),
    `  ${status === 'skipped' ? style(tone, 'skipped') : ended}`,
    ...(reason === null ? [] : indent(reason.split('\n'), '    ')),
  ]
}

function violationLines(violations: ScenarioResult['violations'], style: Style): string[] {
  const left = violations.length - MOST_VIOLATIONS
  const shown = violations
    .slice(0, MOST_VIOLATIONS)
    .map(({ by, operation, location, message }) => [
      style('warn', `violation by ${by}`),
      operation ?? '',
      location,
      message,
    ])
  return indent([...columns(shown), ...(left > 0 ? [`… ${counted(left, 'more violation')}`] : [])], '  ')
}

/** At the end of a run: what went wrong, where, and how to see it again. */
export function recapLines({ scenarios }: RunResult, style: Style): string[] {
  const wrong = scenarios.filter(({ status }) => status === 'failed' || status === 'broken')
  const [only] = wrong
  // Its few lines still stand right above.
  if (only === undefined || (scenarios.length === 1 && only.steps.length === 0 && only.reproduce === ''))
    return []
  return ['', ...wrong.flatMap((scenario) => recapOf(scenario, style))]
}

/** Before the counts: contracts that were broken, which fails no scenario that does not ask for it. */
export function violationCountLines({ scenarios }: RunResult): string[] {
  const concerned = scenarios.filter(({ violations }) => violations.length > 0)
  const all = concerned.reduce((sum, { violations }) => sum + violations.length, 0)
  if (all === 0) return []
  const many = scenarios.length === 1 ? '' : ` in ${counted(concerned.length, 'scenario')}`
  return ['', `${counted(all, 'contract violation')}${many}`]
}

function recapOf({ name, file, status, reason, steps, reproduce }: ScenarioResult, style: Style): string[] {
  // Why nothing can be judged, such as a receiver that died, says more than the step at which it showed.
  const step =
    reason === null ? steps.find((one) => one.status === 'failed' || one.status === 'broken') : undefined
  const where = step === undefined ? file : placeOf(step)
  const why = step === undefined ? (reason ?? '') : `${step.title}: ${failureSummary(step)}`
  const [, second = ''] = why.split('\n')
  const first = firstProblem(why)
  const line = first.endsWith(':') ? `${first} ${second.trim()}` : first
  return [
    `${style(STATES[status].tone, status)}  ${style('strong', name)}`,
    // What is wrong with a file says itself where.
    `  ${line.startsWith(where) ? line : `${where}${line === '' ? '' : `  ${line}`}`}`,
    ...(reproduce === '' ? [] : [`  run it again: ${style('name', reproduce)}`]),
  ]
}
