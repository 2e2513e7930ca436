import {
  type Count,
  type Coverage,
  coverageShares,
  mergeCoverage,
  type Share,
  shareOf,
} from '../core/coverage.ts'
import type { RunResult, ScenarioResult } from '../scenario/result.ts'
import { columns, indent, type Style } from './terminal.ts'
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

/** `1/17 duplicate×2`: a list of all that did not happen says nothing more. */
function exercised(counts: readonly Count[], style: Style): string {
  const { covered, declared } = shareOf(counts)
  const names = counts.filter(({ count }) => count > 0).map((one) => countText(one, style))
  return [style('quiet', `${covered}/${declared}`), ...names].join(' ')
}

export interface RunCounts {
  readonly passed: number
  /** Those that could not be judged are among them. */
  readonly failed: number
  readonly skipped: number
}

export function runCounts(scenarios: readonly Pick<ScenarioResult, 'status'>[]): RunCounts {
  const among = (...wanted: readonly ScenarioResult['status'][]) =>
    scenarios.filter(({ status }) => wanted.includes(status)).length
  return { passed: among('passed'), failed: among('failed', 'broken'), skipped: among('skipped') }
}

/** The last line of a run, in the form that people and machines look for. */
export function countsLine({ passed, failed, skipped }: RunCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/**
 * From the worst to the best: interrupted, our own fault, the environment, bad input, a failure, nothing. What could not
 * be judged outweighs what was judged: a run that is red because a port was busy says nothing about the receiver.
 */
const WORST_FIRST = [130, 5, 3, 2, 1]

/** The exit code of several results. */
export function worstExitCode(codes: readonly number[]): number {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? codes.find((code) => code !== 0) ?? 0
}

export function runExitCode({ scenarios }: Pick<RunResult, 'scenarios'>): number {
  return worstExitCode(scenarios.map(({ exitCode }) => exitCode))
}

/** What all scenarios of a run exercised together. */
export function runCoverage({ scenarios }: Pick<RunResult, 'scenarios'>): Coverage {
  return mergeCoverage(scenarios.flatMap(({ coverage }) => coverage ?? []))
}
