import { formatDuration } from '../../core/duration.ts'
import { mismatches } from '../expectations/pattern.ts'
import { type Memory, rememberAnswer } from '../play/memory.ts'
import { DONE, filled, type Play, type StepOutcome } from '../play/play.ts'
import type { ExecExpectation, Step } from '../scenario.ts'
import type { Mismatch } from '../scenario-result.ts'
import { type Ended, startCommand, within } from './command.ts'
import { providerUrls } from './provider-urls.ts'

/** Runs a command with the mock's addresses in its environment, and holds what it did to what is expected. */
export async function exec(play: Play, step: Extract<Step, { kind: 'exec' }>): Promise<StepOutcome> {
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
export function rememberEnd(memory: Memory, name: string, { exit, stdout, stderr, durationMs }: Ended): void {
  const body = { exit, stdout, stderr }
  rememberAnswer(memory, name, { status: exit, headers: {}, body, error: null, durationMs })
}

/** HOOKPROOF_URL, HOOKPROOF_<PROVIDER>_URL, RECEIVER_URL. */
export function commandEnv({
  env,
  stage: { mock, receiverUrl },
}: Pick<Play, 'env' | 'stage'>): Readonly<Record<string, string | undefined>> {
  return { ...env, ...providerUrls(mock.origin, mock.providers), RECEIVER_URL: receiverUrl }
}

export function execMismatches(
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
export function lastWords({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): string {
  const lines = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').slice(-5)
  return lines.join('') === '' ? '' : `, saying: ${lines.join('\n')}`
}
