import { type Json, type JsonObject, parsedJson } from '../../../core/json.ts'
import { changedNumberIn, numberHint, numberReason } from '../../../core/number-text.ts'
import { formatDuration } from '../../../core/units.ts'
import type { RunScenariosOptions } from '../../../scenario/run/run-files.ts'
import type { Invocation } from '../../command.ts'
import {
  badValue,
  count,
  duration,
  formatFlag,
  header,
  list,
  type Reader,
  receiverUrl,
  text,
  toggle,
  usageError,
  type Values,
  value,
} from '../../flags.ts'
import { variantFlag } from '../../variant-flag.ts'
import { reportTargets } from './reports.ts'
/** `name=value` is a text, `name:=value` is JSON. */
export const assignment: Reader<readonly [name: string, value: Json]> = (given) => {
  const [, name, sign, content] = /^([A-Za-z_]\w*)(:?=)(.*)$/s.exec(given) ?? []
  if (name === undefined || content === undefined)
    throw badValue(`"${given}" is not NAME=VALUE`, 'Write it as --set note=n-2.')
  if (sign === '=') return [name, content]
  const value = parsedJson(content)
  if (value === undefined) throw badValue(`"${content}" is not JSON`, 'Write name=value for a text.')
  const changed = changedNumberIn(content)
  if (changed !== undefined) throw badValue(numberReason(changed), numberHint(changed))
  return [name, value]
}

export const READY_WITHIN_MS = 30_000

const MAX_JOBS = 64

/** The port is filled in when the command is started, so `{port}` is a URL's port here. */
const receiver: Reader<string> = (given) => {
  if (!given.includes('{port}')) return receiverUrl(given)
  receiverUrl(given.replaceAll('{port}', '1'))
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`
}

export const runFlags = {
  receiver: value('--receiver <url>', 'where your receiver listens, in place of the stand-in', receiver),
  secret: value('--secret <secret>', 'secret of the webhooks that the scenarios register', text),
  secretEnv: value('--secret-env <name>', 'under which name COMMAND gets the secret', text, 'WEBHOOK_SECRET'),
  ready: value('--ready <url>', 'wait until this URL answers before the first step', receiver),
  readyTimeout: value(
    '--ready-timeout <duration>',
    'how long to wait until the receiver is ready (default: 30s)',
    duration,
    READY_WITHIN_MS,
  ),
  header: list('--header <name: value>', 'send this header with every delivery', header, 'lines'),
  set: list(
    '--set <name=value>',
    'value of a variable of the scenarios; name:=3 for a value that is not a string',
    assignment,
    'lines',
  ),
  spec: list('--spec <file>', 'OpenAPI document of your own', text),
  variant: variantFlag('run what names no variant of its provider with this one'),
  seed: value('--seed <n>', 'ids, secrets and random choices are the same for the same seed', text),
  until: value('--until <step>', 'stop after this step: its number or its name', text),
  attemptTimeout: value(
    '--attempt-timeout <duration>',
    'how long an attempt waits, in place of what the scenario or the provider says',
    duration,
  ),
  keep: toggle('--keep', 'after a failure, go on serving until ^C'),
  bail: toggle('--bail', 'skip the rest after the first failure'),
  jobs: value('--jobs <n>', 'scenarios at a time, where they share no receiver', count(1, MAX_JOBS)),
  restartEach: toggle('--restart-each', 'start COMMAND anew for each scenario'),
  watch: toggle('--watch', 'run again when a scenario or a document changes'),
  report: list('--report <kind=file>', 'write junit=FILE, html=FILE or ctrf=FILE', reportTargets),
  coverage: toggle('--coverage', 'print which operations, statuses, events and faults were exercised'),
  format: formatFlag,
}

export type RunFlags = Values<typeof runFlags>

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
    ...(flags.variant.length > 0 && { variant: flags.variant }),
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
  // commander's own check of conflicts does not see the environment.
  if (flags.keep && flags.watch)
    throw usageError(
      'Failed to read --keep: with --watch, a run has to end before the next one begins.',
      'Leave one of the two out.',
    )
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
}

/** The flags that running a scenario again needs besides file, seed and variables. The secret is masked, since reports are shared. */
function reproduceWith(
  {
    receiver,
    secret,
    secretEnv,
    ready,
    readyTimeout,
    header,
    spec,
    variant,
    until,
    attemptTimeout,
  }: RunFlags,
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
    ...variant.flatMap((name) => ['--variant', name]),
    ...(until === undefined ? [] : ['--until', until]),
    ...(attemptTimeout === undefined ? [] : ['--attempt-timeout', formatDuration(attemptTimeout)]),
    ...(command.length === 0 ? [] : ['--', ...command]),
  ]
}
