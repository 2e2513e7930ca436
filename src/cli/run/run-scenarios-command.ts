import { describeError, MockError } from '../../core/errors.ts'
import { packageVersion } from '../../core/version.ts'
import type { RunProgress, RunResult } from '../../scenario/scenario-result.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
import { untilStopped } from '../start/until-stopped.ts'
import { watchFiles } from '../watch-files.ts'
import { createKeeper } from './keeper.ts'
import { oneRun, reportRun } from './one-run.ts'
import { unplayed, unreadyReceiver } from './ready-receiver.ts'
import type { runFlags } from './run-flags.ts'
import { runOptions } from './run-options.ts'
import { createRunReporter } from './run-reporter.ts'
import { scenarioFiles } from './scenario-files.ts'

const INTERRUPTED = 130

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
        await reportRun(unplayed([error.location?.file ?? ''], error, version), flags, io)
      throw error
    })
    const { runScenarios } = await import('../../scenario/run-scenarios.ts')
    const reporter = createRunReporter(flags, version, io)
    const keeper = createKeeper()
    const run = async (onProgress: (entry: RunProgress) => void): Promise<RunResult> => {
      const hasToBeReady = flags.ready !== undefined && command.length === 0
      const unready = hasToBeReady
        ? await unreadyReceiver(flags.ready ?? '', signal, flags.readyTimeout)
        : null
      if (unready !== null) return unplayed(files, unready, version)
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
          io.err(describeError(error))
        })
        if (!signal.aborted) io.err('', 'Waiting for a change. Stop with ^C.')
        const changed = await Promise.race([stopped.promise, watch.changed()])
        if (changed === null) return INTERRUPTED
        io.err(`Changed: ${changed.join(', ')}.`)
      }
    } finally {
      await watch.close()
    }
  } finally {
    stopped.dispose()
  }
}
