import type { Json } from '../../core/json.ts'
import { isJsonObject } from '../../core/json.ts'
import { type Mismatch, mismatches, type Pattern } from '../../core/match.ts'
import { formatDuration } from '../../core/units.ts'
import { described, NUMBER_PATTERN, object, PATTERN } from '../file/schema-parts.ts'
import type { CommandResult } from '../run/process.ts'

/** What a command is to do. */
export interface ExecExpectation {
  /** Default 0. */
  readonly exit: Pattern
  readonly stdout?: Pattern
  readonly stderr?: Pattern
}

export const EXEC_EXPECTATION = object('What the command is to do. Default: exit with 0.', {
  exit: described('Its exit code.', NUMBER_PATTERN),
  stdout: described('What it prints: the text, or a /pattern/.', PATTERN),
  stderr: described('What it prints on stderr.', PATTERN),
})

export function readExecExpectation(expect: Json | undefined): ExecExpectation {
  return { exit: 0, ...(isJsonObject(expect) && expect) }
}

/** @param timeoutMs how long it may take */
export function execMismatches(
  { exit, stdout, stderr }: ExecExpectation,
  ended: CommandResult,
  timeoutMs: number,
): readonly Mismatch[] {
  if (ended.timedOut)
    return [
      {
        what: 'command',
        expected: `its end within ${formatDuration(timeoutMs)}`,
        actual: `still running, so it was ended${lastOutput(ended)}`,
      },
    ]
  return [
    ...mismatches('exit', exit, ended.exitCode).map((one) => ({
      ...one,
      actual: `${one.actual}${lastOutput(ended)}`,
    })),
    ...(stdout === undefined ? [] : mismatches('stdout', stdout, ended.stdout.trimEnd())),
    ...(stderr === undefined ? [] : mismatches('stderr', stderr, ended.stderr.trimEnd())),
  ]
}

/** What it printed last: most often why it failed. */
function lastOutput({ stdout, stderr }: Pick<CommandResult, 'stdout' | 'stderr'>): string {
  const lines = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').slice(-5)
  return lines.join('') === '' ? '' : `, saying: ${lines.join('\n')}`
}
