import { describeLocation, type Location } from '../core/errors.ts'
import { shortenCounted, visible } from '../core/text.ts'
import type { ScenarioResult, StepResult } from '../scenario/result.ts'
import { columns, counted, PLAIN, type Style } from './terminal.ts'
import { failureRank, lowestRanked, timelineLines } from './timeline.ts'

/** Timelines shown below one step; an expectation over a burst would hide the rest. */
const MAX_TIMELINES = 5

/** Mismatches shown below one step; a JSON report has all. */
const MAX_MISMATCHES = 10

const LONGEST_VALUE = 300

/** What went wrong in one line: `attempts: expected 3, got 2`. */
export function failureSummary(step: Pick<StepResult, 'mismatches' | 'error' | 'title'>): string {
  const [first, ...others] = step.mismatches
  if (step.error !== null) return firstProblem(step.error.message)
  if (first === undefined) return step.title
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `${first.what}: expected ${short(first.expected)}, got ${short(first.actual)}${more}`
}

/** The first line of what is wrong; of several issues, the first one and how many others there are. */
export function firstProblem(message: string): string {
  const [first = ''] = message.split('\n', 1)
  const [, more] = /(?:^|\s)(\d+) more problems?:$/m.exec(message) ?? []
  if (more === undefined) return first
  const one = first.replace(/ \d+ more problems?:$/, '')
  return `${one} (and ${counted(Number(more), 'more problem')})`
}

/** What went wrong in full: the expected, the actual, and how the deliveries that were looked at went. */
export function failureLines(step: StepResult, style: Style): string[] {
  const hidden = step.mismatches.length - MAX_MISMATCHES
  const values = step.mismatches.slice(0, MAX_MISMATCHES).flatMap(({ what, expected, actual }) => [
    [what, 'expected', style('good', short(expected))],
    ['', 'but got', style('bad', short(actual))],
  ])
  const shown = lowestRanked(step.deliveries, MAX_TIMELINES, failureRank)
  const left = step.deliveries.length - shown.length
  return [
    ...(step.error === null ? [] : step.error.message.split('\n')),
    ...columns(values),
    ...(hidden > 0 ? [`… ${counted(hidden, 'more mismatch', 'more mismatches')}`] : []),
    ...shown.flatMap((delivery) => timelineLines(delivery, style)),
    ...(left === 0 ? [] : [`… ${counted(left, 'more delivery', 'more deliveries')}`]),
  ]
}

/** `scenarios/down.yaml:14:5`, without the pointer, as editors and terminals open it. */
export function placeOf({ at }: Pick<StepResult, 'at'>): string {
  const { pointer: _pointer, ...place } = at
  return describeLocation(place)
}

/** Values come from receivers and payloads, and also go to reports. */
function short(text: string): string {
  return shortenCounted(visible(text.replaceAll(/\s*\n\s*/g, ' ')), LONGEST_VALUE)
}

/** One row of a report: a step, or a scenario with something to report that no step of it reports. */
export interface ReportCase {
  readonly name: string
  readonly status: StepResult['status']
  readonly durationMs: number
  readonly at: Location
  /** One line; null where it passed. */
  readonly message: string | null
  /** The expected, the actual, the timelines. */
  readonly detail: readonly string[]
  readonly step: StepResult | null
}

/** A scenario as rows: what was run, and why the rest was not. One that did not pass always has a row that did not pass. */
export function reportCases(scenario: ScenarioResult): readonly ReportCase[] {
  const { status } = scenario
  const hasRun = scenario.steps.some((step) => step.status !== 'skipped')
  const steps = hasRun ? scenario.steps.map(stepCase) : []
  const isReported =
    status === 'passed' || (status !== 'skipped' && steps.some((step) => step.status === status))
  return isReported && steps.length > 0 ? steps : [...steps, scenarioCase(scenario)]
}

function stepCase(step: StepResult): ReportCase {
  const hasFailed = step.status === 'failed' || step.status === 'broken'
  return {
    name: `${step.number}. ${step.title}`,
    status: step.status,
    durationMs: step.durationMs,
    at: step.at,
    message: hasFailed ? failureSummary(step) : null,
    detail: hasFailed ? failureLines(step, PLAIN) : [],
    step,
  }
}

function scenarioCase({ file, name, status, reason, durationMs, steps }: ScenarioResult): ReportCase {
  return {
    name,
    status,
    durationMs: steps.length === 0 ? durationMs : 0,
    at: { file, ...positionIn(file, reason) },
    message: status === 'passed' ? null : (reason?.split('\n', 1)[0] ?? `the scenario is ${status}`),
    detail: status === 'passed' ? [] : (reason?.split('\n') ?? []),
    step: null,
  }
}

/** A reason that begins with the file and a place in it (`down.yaml:4:3 …`) says which line an editor should open. */
function positionIn(file: string, reason: string | null): { line?: number; column?: number } {
  if (reason?.startsWith(`${file}:`) !== true) return {}
  const [, line, column] = /^(\d+)(?::(\d+))?/.exec(reason.slice(file.length + 1)) ?? []
  return {
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(column === undefined ? {} : { column: Number(column) }),
  }
}
