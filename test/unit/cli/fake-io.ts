import type { Io } from '../../../src/cli/io.ts'
import { runCli } from '../../../src/cli/run-cli.ts'
import { PLAIN } from '../../../src/report/terminal.ts'

export interface FakeIo extends Io {
  readonly stdout: string[]
  readonly stderr: string[]
  readonly exits: number[]
  signal(): void
}

export function fakeIo(env: Record<string, string> = {}, stdin = ''): FakeIo {
  const stdout: string[] = []
  const stderr: string[] = []
  const exits: number[] = []
  const listeners = new Set<() => void>()
  return {
    stdout,
    stderr,
    exits,
    out: (...lines) => void stdout.push(...lines),
    err: (...lines) => void stderr.push(...lines),
    env,
    style: PLAIN,
    readStdin: async () => Buffer.from(stdin),
    onSignal(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    exit: (code) => void exits.push(code),
    signal() {
      for (const listener of listeners) listener()
    },
  }
}

/** Runs one command line and tells its exit code with what it wrote. */
export async function run(line: readonly string[], env: Record<string, string> = {}, stdin = '') {
  const io = fakeIo(env, stdin)
  const code = await runCli(line, io)
  return { code, out: io.stdout.join('\n'), err: io.stderr.join('\n') }
}
