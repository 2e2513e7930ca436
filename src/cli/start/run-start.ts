import type { ClockMode } from '../../core/clock.ts'
import { createFeed, type Feed } from '../../core/feed.ts'
import { packageVersion } from '../../core/version.ts'
import { type Mock, startMock } from '../../mock.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
import { askedOptions } from './asked-options.ts'
import { type ChildCommand, startChild } from './child-command.ts'
import { commandEnvironment } from './command-environment.ts'
import { reloadOnChange } from './reload-on-change.ts'
import { createReporter } from './reporter.ts'
import { startFacts } from './start-facts.ts'
import type { startFlags } from './start-flags.ts'
import { untilStopped } from './until-stopped.ts'

const DRAIN_MS = 10_000
const CHILD_GRACE_MS = 5_000

/** Serves until it is told to stop, or until the command after `--` has ended. */
export async function runStart(
  { flags, given, command }: Invocation<typeof startFlags>,
  io: Io,
): Promise<number> {
  const read = () => askedOptions({ flags, given }, io)
  const { options, notices } = await read()
  const feed: Feed = createFeed()
  const reporter = createReporter(flags.format, options.clock as ClockMode, io)
  feed.subscribe(reporter.entry)
  // Told from the feed: a reset clears the list, not what a run had.
  let violated = false
  feed.subscribe(({ type }) => {
    violated ||= type === 'violation'
  })
  const say = (text: string) => feed.publish({ type: 'notice', text })
  const mock = await startMock({ ...options, feed })
  const stopped = untilStopped(io)
  let watching: { close(): Promise<void> } | undefined
  try {
    if (flags.watch)
      watching = await reloadOnChange({
        mock,
        specs: flags.spec,
        scenarios: flags.scenario,
        seed: options.seed,
        read,
        say,
      })
    const facts = await startFacts(mock, options, packageVersion())
    reporter.ready({ ...facts, notices: [...facts.notices, ...notices] })
    const child = command.length === 0 ? null : await startCommand(mock, flags, command, io)
    const code = await Promise.race([stopped.promise, ...(child === null ? [] : [child.exited])])
    if (code === null) reporter.stopping()
    await mock.close(DRAIN_MS)
    await child?.end(CHILD_GRACE_MS)
    return code !== null && code !== 0 ? code : flags.strict && violated ? 1 : 0
  } catch (error) {
    await mock.close(0)
    throw error
  } finally {
    await watching?.close()
    stopped.dispose()
  }
}

function startCommand(
  mock: Mock,
  flags: Invocation<typeof startFlags>['flags'],
  words: readonly string[],
  io: Io,
): Promise<ChildCommand> {
  const { env, command } = commandEnvironment(mock, words, {
    receiverUrl: flags.forwardTo[0]?.value,
    secretEnv: flags.secretEnv,
  })
  return startChild(command, { ...io.env, ...env }, { stdoutIsOurs: flags.format === 'json' })
}
