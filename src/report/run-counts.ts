import type { RunResult, ScenarioResult } from '../scenario/scenario-result.ts'

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
