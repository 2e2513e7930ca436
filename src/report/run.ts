import {
  type Count,
  type Coverage,
  coverageShares,
  mergeCoverage,
  type Share,
  shareOf,
} from '../core/coverage.ts'
import { EXIT_CODES } from '../core/errors.ts'
import { fitColumns, visible } from '../core/text.ts'
import type { RunProgress, RunResult, ScenarioResult, StepResult } from '../scenario/result.ts'
import { failureLines, failureSummary, firstProblem, placeOf } from './failure.ts'
import { columns, counted, indent, type Style, type Tone } from './terminal.ts'
import { tookText } from './timeline.ts'

// A run of scenarios as text for the terminal: progress, steps, summary, coverage; and its counts and exit code.

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
  const name = room < 4 || running === '' ? '' : `  ${fitColumns(visible(running), room)}`
  return `[${style(counts.failed === 0 ? 'good' : 'bad', bar)}] ${text}${style('quiet', name)}`
}

/** Padded to one width, so that the titles of steps are aligned. */
const STATES: Readonly<Record<StepResult['status'], { readonly word: string; readonly tone: Tone }>> = {
  passed: { word: 'ok     ', tone: 'good' },
  failed: { word: 'failed ', tone: 'bad' },
  broken: { word: 'broken ', tone: 'warn' },
  skipped: { word: 'skipped', tone: 'quiet' },
}

const BELOW_STEP = '               '

const MAX_VIOLATIONS = 5

type ProgressOf<T extends RunProgress['type']> = Extract<RunProgress, { type: T }>

export function scenarioHead({ file, name }: ProgressOf<'scenario-started'>, style: Style): string[] {
  return ['', `${style('strong', name)}  ${style('quiet', file)}`]
}

/** A line for a step; below it, what was expected, what came, and how the deliveries went. */
export function stepLines({ step }: Pick<ProgressOf<'step'>, 'step'>, style: Style): string[] {
  const { word, tone } = STATES[step.status]
  const took = step.status === 'skipped' ? '' : `  ${style('quiet', tookText(step.durationMs))}`
  const number = style('quiet', String(step.number).padStart(3))
  const line = `  ${style(tone, word)} ${number}  ${step.title}${took}`
  if (step.status !== 'failed' && step.status !== 'broken') return [line]
  return [`${line}  ${style('quiet', placeOf(step))}`, ...indent(failureLines(step, style), BELOW_STEP)]
}

/** The lines that end a scenario: its violations, its result, and the reason for it. */
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
  const left = violations.length - MAX_VIOLATIONS
  const shown = violations
    .slice(0, MAX_VIOLATIONS)
    .map(({ by, operation, location, message }) => [
      style('warn', `violation by ${by}`),
      operation ?? '',
      location,
      message,
    ])
  return indent([...columns(shown), ...(left > 0 ? [`… ${counted(left, 'more violation')}`] : [])], '  ')
}

/** At the end of a run: each scenario that did not pass, why, where, and how to run it again. */
export function recapLines({ scenarios }: RunResult, style: Style): string[] {
  const wrong = scenarios.filter(({ status }) => status === 'failed' || status === 'broken')
  const [only] = wrong
  // The lines of a single short scenario are still visible right above.
  if (only === undefined || (scenarios.length === 1 && only.steps.length === 0 && only.reproduce === ''))
    return []
  return ['', ...wrong.flatMap((scenario) => recapOf(scenario, style))]
}

/** The number of contract violations; they fail a scenario only if it expects none. */
export function violationCountLines({ scenarios }: RunResult): string[] {
  const concerned = scenarios.filter(({ violations }) => violations.length > 0)
  const all = concerned.reduce((sum, { violations }) => sum + violations.length, 0)
  if (all === 0) return []
  const many = scenarios.length === 1 ? '' : ` in ${counted(concerned.length, 'scenario')}`
  return ['', `${counted(all, 'contract violation')}${many}`]
}

function recapOf({ name, file, status, reason, steps, reproduce }: ScenarioResult, style: Style): string[] {
  // The reason of a whole scenario, such as a receiver that died, says more than the step that failed because of it.
  const step =
    reason === null ? steps.find((one) => one.status === 'failed' || one.status === 'broken') : undefined
  const where = step === undefined ? file : placeOf(step)
  const why = step === undefined ? (reason ?? '') : `${step.title}: ${failureSummary(step)}`
  const [, second = ''] = why.split('\n')
  const first = firstProblem(why)
  const line = first.endsWith(':') ? `${first} ${second.trim()}` : first
  return [
    `${style(STATES[status].tone, status)}  ${style('strong', name)}`,
    // The message about an invalid file begins with the place already.
    `  ${line.startsWith(where) ? line : `${where}${line === '' ? '' : `  ${line}`}`}`,
    ...(reproduce === '' ? [] : [`  run it again: ${style('name', reproduce)}`]),
  ]
}

/** What a run exercised, as two tables: operations with their statuses, event types with their outcomes and faults. */
export function coverageLines(coverage: Coverage, style: Style): string[] {
  const { operations, events } = coverage
  const shares = coverageShares(coverage)
  const head = `${shareText(shares.statuses)} statuses, ${shareText(shares.events)} event types, ${shareText(shares.faults)} faults of deliveries`
  const operationRows = operations.map((one) => [
    `${one.provider} ${one.operation}`,
    [...one.statuses, ...one.undeclared.map(undeclared)].map((count) => countText(count, style)).join(' '),
    exercised(one.faults, style),
  ])
  const eventRows = events.map((one) => [
    `${one.provider} ${one.event}`,
    countText({ name: '', count: one.count }, style),
    exercised(one.outcomes, style),
    exercised(one.settled, style),
    exercised(one.faults, style),
  ])
  return [
    `${style('strong', 'Coverage')}  ${head}`,
    '',
    ...table(['OPERATION', 'STATUSES', 'FAULTS'], operationRows, style),
    '',
    ...table(['EVENT', 'TIMES', 'OUTCOMES', 'DELIVERIES', 'FAULTS'], eventRows, style),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string[] {
  return indent(columns([head.map((cell) => style('quiet', cell)), ...rows]), '  ')
}

export function shareText({ covered, declared }: Share): string {
  return `${covered} of ${declared}`
}

/** `200×3`, `404×0`. */
function countText({ name, count }: Count, style: Style): string {
  return style(count > 0 ? 'good' : 'quiet', `${name}×${count}`)
}

function undeclared({ name, count }: Count): Count {
  return { name: `(${name})`, count }
}

/** `1/17 duplicate×2`: those that were exercised; the others are only counted. */
function exercised(counts: readonly Count[], style: Style): string {
  const { covered, declared } = shareOf(counts)
  const names = counts.filter(({ count }) => count > 0).map((one) => countText(one, style))
  return [style('quiet', `${covered}/${declared}`), ...names].join(' ')
}

export interface RunCounts {
  readonly passed: number
  /** Those that could not be checked are among them. */
  readonly failed: number
  readonly skipped: number
}

export function runCounts(scenarios: readonly Pick<ScenarioResult, 'status'>[]): RunCounts {
  const among = (...wanted: readonly ScenarioResult['status'][]) =>
    scenarios.filter(({ status }) => wanted.includes(status)).length
  return { passed: among('passed'), failed: among('failed', 'broken'), skipped: among('skipped') }
}

/** The last line of a run: `3 passed, 1 failed, 0 skipped`. */
export function countsLine({ passed, failed, skipped }: RunCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/**
 * Of several exit codes the one that the run ends with. A scenario that could not be checked outweighs one that failed: a run that is red
 * because a port was busy says nothing about the receiver.
 */
export function worstExitCode(codes: readonly number[]): number {
  const { interrupted, fault, environment, input, failed } = EXIT_CODES
  const worst = [interrupted, fault, environment, input, failed].find((code) => codes.includes(code))
  return worst ?? codes.find((code) => code !== EXIT_CODES.passed) ?? EXIT_CODES.passed
}

export function runExitCode({ scenarios }: Pick<RunResult, 'scenarios'>): number {
  return worstExitCode(scenarios.map(({ exitCode }) => exitCode))
}

/** What all scenarios of a run exercised together. */
export function runCoverage({ scenarios }: Pick<RunResult, 'scenarios'>): Coverage {
  return mergeCoverage(scenarios.flatMap(({ coverage }) => coverage ?? []))
}
