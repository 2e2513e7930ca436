import { createClock } from '../../../core/clock.ts'
import { EXIT_CODES, MockError } from '../../../core/errors.ts'
import { formatDuration } from '../../../core/units.ts'
import { packageVersion } from '../../../core/version.ts'
import { runExitCode, worstExitCode } from '../../../report/run.ts'
import type { RunProgress, RunResult, ScenarioResult } from '../../../scenario/result.ts'
import type { RunScenariosOptions } from '../../../scenario/run/run-files.ts'
import { until } from '../../../scenario/run/until.ts'
import { documentFiles } from '../../../spec/bundle.ts'
import type { Invocation } from '../../command.ts'
import { type Io, untilStopped } from '../../io.ts'
import { watchFiles } from '../../watch.ts'
import { READY_WITHIN_MS, type RunFlags, type runFlags, runOptions } from './flags.ts'
import { createRunReporter, type RunReporter, reportToGithub, writeReports } from './reports.ts'
import { scenarioFiles } from './scenario-files.ts'

type Keep = NonNullable<RunScenariosOptions['keep']>

interface Keeper {
  readonly keep: Keep
  /** Where something was kept: says where it is, and closes it when it is to stop. */
  untilStopped(stopped: Promise<unknown>, io: Pick<Io, 'err'>): Promise<void>
}

/** Takes over the mocks that are left up after a failure. */
function createKeeper(): Keeper {
  const kept: { readonly origin: string; readonly close: () => Promise<void> }[] = []
  return {
    keep: ({ origin }, close) => void kept.push({ origin, close }),
    async untilStopped(stopped, io) {
      if (kept.length === 0) return
      for (const { origin } of kept)
        io.err(
          `Still up as it was at the failure: ${origin}`,
          `  hookproof deliveries --server ${origin}`,
          'Stop with ^C.',
        )
      await stopped
      for (const { close } of kept) await close()
    },
  }
}

interface OneRun {
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
  const reported = new Set<string>()
  const result = await run((entry) => {
    if (entry.type === 'scenario-ended') reported.add(entry.result.file)
    reporter.progress(entry)
  })
  // Those that were never begun.
  for (const scenario of result.scenarios)
    if (!reported.has(scenario.file)) reporter.progress({ type: 'scenario-ended', result: scenario })
  const unwritten = await reportRun(result, flags, io)
  const code = worstExitCode([
    runExitCode(result),
    ...unwritten.map(({ exitCode }) => exitCode),
    ...(signal.aborted ? [EXIT_CODES.interrupted] : []),
  ])
  reporter.ended(result, code)
  return code
}

/** Writes the reports that are asked for; answers what stood in the way of any. */
async function reportRun(run: RunResult, flags: OneRun['flags'], io: Io): Promise<readonly MockError[]> {
  const unwritten = await writeReports(run, flags.report.flat())
  await reportToGithub(run, io, { stdoutIsJson: flags.format === 'json' })
  for (const error of unwritten) io.err(error.message)
  return unwritten
}

const LOOK_EVERY_MS = 100

/** Waits until a receiver that runs already answers there with a success; null when it does. */
export async function unreadyReceiver(
  url: string,
  signal: AbortSignal,
  withinMs = READY_WITHIN_MS,
): Promise<MockError | null> {
  let last = ''
  const look = async () => {
    try {
      const { ok, status, body } = await fetch(url, { redirect: 'manual', signal })
      await body?.cancel()
      last = `it answers ${status}`
      return ok
    } catch (error) {
      const { cause, message } = error as Error
      const { code, message: why } = (cause ?? {}) as Partial<NodeJS.ErrnoException>
      last = code ?? why ?? message
      return false
    }
  }
  const timing = { withinMs, everyMs: LOOK_EVERY_MS, clock: createClock(), signal }
  if ((await until(look, (isUp) => isUp, timing)) || signal.aborted) return null
  return new MockError(
    'environment',
    'RECEIVER_NOT_READY',
    `Failed to reach the receiver at ${url} within ${formatDuration(withinMs)}: ${last}.`,
    { hint: 'Start it first, or have it started with -- COMMAND.' },
  )
}

/** A run in which no scenario could begin: each file says why, so that reports and counts say it too. */
export function brokenRun(files: readonly string[], error: MockError, version: string): RunResult {
  const startedAt = createClock().wall()
  const scenarios = files.map(
    (file): ScenarioResult => ({
      file,
      name: file,
      providers: [],
      seed: '',
      clock: '',
      status: 'broken',
      reason: error.message,
      startedAt,
      durationMs: 0,
      steps: [],
      deliveries: [],
      violations: [],
      reproduce: '',
      exitCode: error.exitCode,
    }),
  )
  return { startedAt, durationMs: 0, version, scenarios }
}

/** Runs scenario files, once or whenever they change. */
export async function runScenariosCommand(invocation: Invocation<typeof runFlags>, io: Io): Promise<number> {
  const { args, flags, command } = invocation
  const options = runOptions(invocation, io.env)
  const version = packageVersion()
  const stopped = untilStopped(io)
  const interruption = new AbortController()
  void stopped.promise.then(() => interruption.abort())
  const { signal } = interruption
  const once = async () => {
    // A pipeline reads the reports, also where a file is not there.
    const files = await scenarioFiles(args).catch(async (error: unknown) => {
      if (error instanceof MockError)
        await reportRun(brokenRun([error.location?.file ?? ''], error, version), flags, io)
      throw error
    })
    const { runScenarios } = await import('../../../scenario/run/run-files.ts')
    const reporter = createRunReporter(flags, version, io)
    const keeper = createKeeper()
    const run = async (onProgress: (entry: RunProgress) => void): Promise<RunResult> => {
      const hasToBeReady = flags.ready !== undefined && command.length === 0
      const unready = hasToBeReady
        ? await unreadyReceiver(flags.ready ?? '', signal, flags.readyTimeout)
        : null
      if (unready !== null) return brokenRun(files, unready, version)
      return runScenarios(files, {
        ...options,
        ...(options.command !== undefined && {
          command: {
            ...options.command,
            onWaiting: (place) => io.err(`Waiting for the receiver to be ready at ${place} …`),
          },
        }),
        signal,
        onProgress,
        ...(flags.keep && { keep: keeper.keep }),
      })
    }
    const code = await oneRun({ files, flags, reporter, signal, run }, io)
    await keeper.untilStopped(stopped.promise, io)
    return code
  }
  try {
    if (!flags.watch) return await once()
    const watch = await watchFiles([...args, ...flags.spec])
    try {
      for (;;) {
        await once().catch((error: unknown) => {
          // What is missing now may be there after the next edit.
          if (!(error instanceof MockError)) throw error
          io.err(error.message)
        })
        watch.add((await Promise.all(flags.spec.map(documentFiles))).flat())
        if (!signal.aborted) io.err('', 'Waiting for a change. Stop with ^C.')
        const changed = await Promise.race([stopped.promise, watch.changed()])
        if (changed === null) return EXIT_CODES.interrupted
        io.err(`Changed: ${changed.join(', ')}.`)
      }
    } finally {
      await watch.close()
    }
  } finally {
    stopped.dispose()
  }
}
