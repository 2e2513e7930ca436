import { formatDuration } from '../../core/duration.ts'
import { mismatches } from '../expectations/pattern.ts'
import { rememberAnswer } from '../play/memory.ts'
import { DONE, filled, type Play, type StepOutcome } from '../play/play.ts'
import type { ExecExpectation, Step } from '../scenario.ts'
import type { Mismatch } from '../scenario-result.ts'
import { type Ended, startCommand, within } from './command.ts'

/** Runs a command with the mock's addresses in its environment, and holds what it did to what is expected. */
export async function exec(play: Play, step: Extract<Step, { kind: 'exec' }>): Promise<StepOutcome> {
  const { command, env, cwd, timeoutMs, background } = filled(play, { ...step, expect: null, at: null })
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
  if (step.as !== null)
    rememberAnswer(play.memory, step.as, {
      status: ended.exit,
      headers: {},
      body: { exit: ended.exit, stdout: ended.stdout, stderr: ended.stderr },
      error: null,
      durationMs: ended.durationMs,
    })
  return { mismatches: execMismatches(filled(play, step.expect), ended, timeoutMs) }
}

/** HOOKPROOF_URL, HOOKPROOF_<PROVIDER>_URL, RECEIVER_URL. */
export function commandEnv({
  env,
  stage,
}: Pick<Play, 'env' | 'stage'>): Readonly<Record<string, string | undefined>> {
  const { mock } = stage
  const urls = mock.providers.map(({ id }) => [
    `HOOKPROOF_${id.replaceAll('-', '_').toUpperCase()}_URL`,
    mock.url(id),
  ])
  return { ...env, HOOKPROOF_URL: mock.origin, ...Object.fromEntries(urls), RECEIVER_URL: stage.receiverUrl }
}

export function execMismatches(
  { exit, stdout, stderr }: ExecExpectation,
  ended: Ended,
  timeoutMs: number,
): readonly Mismatch[] {
  if (ended.exit === null)
    return [
      {
        what: 'command',
        expected: `its end within ${formatDuration(timeoutMs)}`,
        actual: 'still running, so it was ended',
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
function lastWords({ stdout, stderr }: Ended): string {
  const lines = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').slice(-5)
  return lines.join('') === '' ? '' : `, saying: ${lines.join('\n')}`
}
