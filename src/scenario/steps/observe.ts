import { formatDuration } from '../../core/duration.ts'
import { answerMismatches } from '../expectations/answer.ts'
import { rememberAnswer } from '../play/memory.ts'
import { filled, type Play, type StepOutcome } from '../play/play.ts'
import type { AnswerExpectation, ExecExpectation, Step } from '../scenario.ts'
import { ask } from './ask.ts'
import { startCommand, within } from './command.ts'
import { commandEnv, execMismatches, rememberEnd } from './exec.ts'
import { until } from './until.ts'

const SHORTEST_LOOK_MS = 1_000

/** Looks at a URL, or runs a command, until it is as expected or the time is over. */
export async function observe(play: Play, step: Extract<Step, { kind: 'observe' }>): Promise<StepOutcome> {
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
  play: Play,
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
  play: Play,
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
