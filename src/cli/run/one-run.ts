import { describeError, type MockError } from '../../core/errors.ts'
import { runExitCode, worstExitCode } from '../../report/run-counts.ts'
import type { RunProgress, RunResult } from '../../scenario/scenario-result.ts'
import type { Io } from '../io.ts'
import { tellGithub } from './github-actions.ts'
import type { RunFlags } from './run-flags.ts'
import type { RunReporter } from './run-reporter.ts'
import { writeReports } from './write-reports.ts'

const INTERRUPTED = 130

export interface OneRun {
  readonly files: readonly string[]
  readonly flags: Pick<RunFlags, 'report' | 'format'>
  readonly reporter: RunReporter
  /** Aborted when the person at the keyboard has had enough; what was done so far is reported all the same. */
  readonly signal: AbortSignal
  readonly run: (progress: (entry: RunProgress) => void) => Promise<RunResult>
}

/** Runs the files once, and reports whatever came of it. Resolves to the exit code. */
export async function oneRun({ files, flags, reporter, signal, run }: OneRun, io: Io): Promise<number> {
  reporter.started(files)
  const told = new Set<string>()
  const result = await run((entry) => {
    if (entry.type === 'scenario-ended') told.add(entry.result.file)
    reporter.progress(entry)
  })
  // Those that were never begun.
  for (const scenario of result.scenarios)
    if (!told.has(scenario.file)) reporter.progress({ type: 'scenario-ended', result: scenario })
  const unwritten = await reportRun(result, flags, io)
  const code = worstExitCode([
    runExitCode(result),
    ...unwritten.map(({ exitCode }) => exitCode),
    ...(signal.aborted ? [INTERRUPTED] : []),
  ])
  reporter.ended(result, code)
  return code
}

/** Writes the reports that are asked for; answers what stood in the way of any. */
export async function reportRun(
  run: RunResult,
  flags: OneRun['flags'],
  io: Io,
): Promise<readonly MockError[]> {
  const unwritten = await writeReports(run, flags.report.flat())
  await tellGithub(run, io, { stdoutIsJson: flags.format === 'json' })
  for (const error of unwritten) io.err(describeError(error))
  return unwritten
}
