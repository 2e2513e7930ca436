import type { SpecProblem } from '../spec/problem.ts'

/** One thing that is wrong with a scenario file, at a place of it. */
export type ScenarioProblem = SpecProblem

export function scenarioProblem(pointer: string, reason: string, hint?: string): ScenarioProblem {
  return { code: 'BAD_SCENARIO', pointer, reason, ...(hint !== undefined && { hint }) }
}
