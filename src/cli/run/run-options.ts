import { formatDuration } from '../../core/duration.ts'
import type { JsonObject } from '../../core/json.ts'
import type { RunScenariosOptions } from '../../scenario/run-scenarios.ts'
import type { Invocation } from '../command.ts'
import { usageError } from '../usage-error.ts'
import { READY_WITHIN_MS, type RunFlags, type runFlags } from './run-flags.ts'

type Asked = Pick<Invocation<typeof runFlags>, 'flags' | 'given' | 'command'>
type Env = Readonly<Record<string, string | undefined>>

/** What the flags of `run` ask of the engine. @throws MockError (input) for flags that make no sense together. */
export function runOptions({ flags, given, command }: Asked, env: Env): RunScenariosOptions {
  refuseIdleFlags({ flags, given, command })
  const { receiver, secret, seed, until, jobs, attemptTimeout } = flags
  const set: JsonObject = Object.fromEntries(flags.set)
  return {
    set,
    specs: flags.spec,
    ...(flags.header.length > 0 && { headers: Object.fromEntries(flags.header) }),
    ...(seed !== undefined && { seed }),
    ...(attemptTimeout !== undefined && { attemptTimeoutMs: attemptTimeout }),
    ...(until !== undefined && { until }),
    ...(command.length > 0
      ? {
          command: { words: command, url: receiver, ready: flags.ready, readyWithinMs: flags.readyTimeout },
          restartEach: flags.restartEach,
        }
      : receiver !== undefined && { receiver: { url: receiver, secret } }),
    ...(secret !== undefined && { secret }),
    secretEnv: flags.secretEnv,
    env,
    ...(jobs !== undefined && { jobs }),
    // What is kept after a failure is that failure; a later file would need its port.
    bail: flags.bail || flags.keep,
    reproduceWith: reproduceWith(flags, command),
  }
}

function refuseIdleFlags({ flags, given, command }: Asked): void {
  const hasReceiver = flags.receiver !== undefined || command.length > 0
  const idle = (['secret', 'ready'] as const).find((name) => given.has(name) && !hasReceiver)
  if (idle !== undefined)
    throw usageError(
      `Failed to read --${idle}: the stand-in receiver needs none.`,
      'Name your receiver with --receiver URL, or start it with -- COMMAND.',
    )
  if (given.has('restartEach') && command.length === 0)
    throw usageError(
      'Failed to read --restart-each: there is no command that could be started again.',
      'Add -- COMMAND.',
    )
  if (flags.receiver?.includes('{port}') === true && command.length === 0)
    throw usageError(
      'Failed to read --receiver: {port} is the port of a command, and there is none.',
      'Add -- COMMAND, or write the port.',
    )
  if (flags.keep && flags.watch)
    throw usageError(
      'Failed to read --keep: with --watch, a run has to end before the next one begins.',
      'Leave one of the two out.',
    )
}

/** What has to be said again besides file, seed and variables. A secret is named, not told: reports are passed on. */
function reproduceWith(
  { receiver, secret, secretEnv, ready, readyTimeout, header, spec, until, attemptTimeout }: RunFlags,
  command: readonly string[],
): readonly string[] {
  return [
    ...(receiver === undefined ? [] : ['--receiver', receiver]),
    ...(secret === undefined ? [] : ['--secret', '***']),
    ...(secretEnv === 'WEBHOOK_SECRET' ? [] : ['--secret-env', secretEnv]),
    ...(ready === undefined ? [] : ['--ready', ready]),
    ...(readyTimeout === READY_WITHIN_MS ? [] : ['--ready-timeout', formatDuration(readyTimeout)]),
    ...header.flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...spec.flatMap((file) => ['--spec', file]),
    ...(until === undefined ? [] : ['--until', until]),
    ...(attemptTimeout === undefined ? [] : ['--attempt-timeout', formatDuration(attemptTimeout)]),
    ...(command.length === 0 ? [] : ['--', ...command]),
  ]
}
