import { formatDuration } from '../../core/units.ts'
import type { Provider } from '../../spec/provider.ts'
import { mismatches } from '../expectations/match.ts'
import { answerMismatches } from '../expectations/others.ts'
import type { Mismatch } from '../result.ts'
import {
  DONE,
  filled,
  rememberAnswer,
  type ScenarioContext,
  type StepOutcome,
  type Variables,
} from '../run/context.ts'
import { type Ended, startCommand, within } from '../run/process.ts'
import type { AnswerExpectation, ExecExpectation, Step } from '../scenario.ts'
import { until } from './expect.ts'
import { ask } from './http.ts'
/** HOOKPROOF_URL, and HOOKPROOF_<PROVIDER>_URL for each. */
export function providerUrls(
  origin: string,
  providers: readonly Pick<Provider, 'id' | 'basePath'>[],
): Readonly<Record<string, string>> {
  const urls = providers.map(({ id, basePath }) => [
    `HOOKPROOF_${id.replaceAll('-', '_').toUpperCase()}_URL`,
    `${origin}${basePath}`,
  ])
  return { HOOKPROOF_URL: origin, ...Object.fromEntries(urls) }
}

/** Runs a command with the mock's addresses in its environment, and holds what it did to what is expected. */
export async function exec(
  play: ScenarioContext,
  step: Extract<Step, { kind: 'exec' }>,
): Promise<StepOutcome> {
  const { command, env, cwd, timeoutMs, background, expect } = filled(play, {
    ...step,
    at: null,
    title: null,
  })
  const running = await startCommand(command, {
    env: { ...commandEnv(play), ...env },
    cwd,
    clock: play.clock,
  })
  if (background) {
    play.background.add(() => running.end())
    return DONE
  }
  const ended = await within(running, timeoutMs, play.signal)
  if (step.as !== null) rememberEnd(play.memory, step.as, ended)
  return { mismatches: execMismatches(expect, ended, timeoutMs) }
}

/** `$name.status` is its exit code, `$name.body.stdout` what it printed. */
function rememberEnd(memory: Variables, name: string, { exit, stdout, stderr, durationMs }: Ended): void {
  const body = { exit, stdout, stderr }
  rememberAnswer(memory, name, { status: exit, headers: {}, body, error: null, durationMs })
}

/** HOOKPROOF_URL, HOOKPROOF_<PROVIDER>_URL, RECEIVER_URL. */
function commandEnv({
  env,
  stage: { mock, receiverUrl },
}: Pick<ScenarioContext, 'env' | 'stage'>): Readonly<Record<string, string | undefined>> {
  return { ...env, ...providerUrls(mock.origin, mock.providers), RECEIVER_URL: receiverUrl }
}

function execMismatches(
  { exit, stdout, stderr }: ExecExpectation,
  ended: Ended,
  timeoutMs: number,
): readonly Mismatch[] {
  if (ended.isLate)
    return [
      {
        what: 'command',
        expected: `its end within ${formatDuration(timeoutMs)}`,
        actual: `still running, so it was ended${lastWords(ended)}`,
      },
    ]
  const left = mismatches('exit', exit, ended.exit)
  return [
    ...left.map((one) => ({ ...one, actual: `${one.actual}${lastWords(ended)}` })),
    ...(stdout === undefined ? [] : mismatches('stdout', stdout, ended.stdout.trimEnd())),
    ...(stderr === undefined ? [] : mismatches('stderr', stderr, ended.stderr.trimEnd())),
  ]
}

/** What it printed last: most often why it failed. */
function lastWords({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): string {
  const lines = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').slice(-5)
  return lines.join('') === '' ? '' : `, saying: ${lines.join('\n')}`
}

const SHORTEST_LOOK_MS = 1_000

/** Looks at a URL, or runs a command, until it is as expected or the time is over. */
export async function observe(
  play: ScenarioContext,
  step: Extract<Step, { kind: 'observe' }>,
): Promise<StepOutcome> {
  const { what, expect, withinMs, everyMs } = filled(play, { ...step, at: null, title: null })
  const { clock } = play
  const end = clock.elapsed() + withinMs
  // A look that begins in time may end in peace.
  const left = () => Math.max(SHORTEST_LOOK_MS, Math.round(end - clock.elapsed()))
  const look =
    'url' in what
      ? () => lookAt(play, step.as, what.url, expect as AnswerExpectation, left())
      : () => runOnce(play, step.as, what.command, expect as ExecExpectation, left())
  const { mismatches } = await until(look, (seen) => seen.mismatches.length === 0, {
    withinMs,
    everyMs,
    clock,
    signal: play.signal,
  })
  const after = formatDuration(withinMs)
  return { mismatches: mismatches.map((one) => ({ ...one, what: `${one.what} after ${after}` })) }
}

async function lookAt(
  play: ScenarioContext,
  as: string | null,
  url: string,
  expect: AnswerExpectation,
  timeoutMs: number,
): Promise<StepOutcome> {
  const answer = await ask({ method: 'GET', url, headers: {}, timeoutMs }, play)
  if (as !== null) rememberAnswer(play.memory, as, answer)
  return { mismatches: answerMismatches(expect, answer) }
}

async function runOnce(
  play: ScenarioContext,
  as: string | null,
  command: string | readonly string[],
  expect: ExecExpectation,
  timeoutMs: number,
): Promise<StepOutcome> {
  const running = await startCommand(command, { env: commandEnv(play), cwd: null, clock: play.clock })
  const ended = await within(running, timeoutMs, play.signal)
  if (as !== null) rememberEnd(play.memory, as, ended)
  return { mismatches: execMismatches(expect, ended, timeoutMs) }
}
