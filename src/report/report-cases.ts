import type { Location } from '../core/errors.ts'
import type { ScenarioResult, StepResult } from '../scenario/scenario-result.ts'
import { failureLines, failureSummary } from './failure-lines.ts'
import { PLAIN } from './style.ts'

/** One row of a report: a step, or a scenario that has something to tell and no step that tells it. */
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

/** A scenario as rows: what was played, and why the rest was not. One that did not pass always has a row that did not pass. */
export function reportCases(scenario: ScenarioResult): readonly ReportCase[] {
  const { status } = scenario
  const isPlayed = scenario.steps.some((step) => step.status !== 'skipped')
  const steps = isPlayed ? scenario.steps.map(stepCase) : []
  const isTold = status === 'passed' || (status !== 'skipped' && steps.some((step) => step.status === status))
  return isTold && steps.length > 0 ? steps : [...steps, scenarioCase(scenario)]
}

function stepCase(step: StepResult): ReportCase {
  const went = step.status === 'failed' || step.status === 'broken'
  return {
    name: `${step.number}. ${step.title}`,
    status: step.status,
    durationMs: step.durationMs,
    at: step.at,
    message: went ? failureSummary(step) : null,
    detail: went ? failureLines(step, PLAIN) : [],
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

/** A reason that begins with the file and a place in it (`down.yaml:4:3 …`) says where the editor is to go. */
function positionIn(file: string, reason: string | null): { line?: number; column?: number } {
  if (reason?.startsWith(`${file}:`) !== true) return {}
  const [, line, column] = /^(\d+)(?::(\d+))?/.exec(reason.slice(file.length + 1)) ?? []
  return {
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(column === undefined ? {} : { column: Number(column) }),
  }
}
