import { type Coverage, mergeCoverage } from '../core/coverage.ts'
import type { RunResult } from '../scenario/scenario-result.ts'

/** What all scenarios of a run exercised together. */
export function runCoverage({ scenarios }: Pick<RunResult, 'scenarios'>): Coverage {
  return mergeCoverage(scenarios.flatMap(({ coverage }) => coverage ?? []))
}
