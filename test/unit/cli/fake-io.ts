import { Command as Program } from 'commander'
import type { Flags, Values } from '../../../src/cli/flags.ts'
import type { Io } from '../../../src/cli/io.ts'
import { readFlags as readFlagsOf, runCli } from '../../../src/cli/program.ts'
import { PLAIN, terminalLine } from '../../../src/report/terminal.ts'

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
    out: (...lines) => void stdout.push(...lines.map(terminalLine)),
    err: (...texts) =>
      void stderr.push(...texts.map((text) => text.split('\n').map(terminalLine).join('\n'))),
    unread: () => 0,
    env,
    style: PLAIN,
    readStdin: async () => Buffer.from(stdin),
    onSignal(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    timeToStop: () => 10_000,
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

/** Flags as they are given on a command line, by name. */
export type Given = Readonly<Record<string, string | readonly string[] | boolean>>

/** The values of flags, as a command gets them. */
export function readFlags<F extends Flags>(
  flags: F,
  given: Given,
  env: Readonly<Record<string, string>> = {},
): Values<F> {
  const part = new Program().exitOverride().configureOutput({ writeErr: () => {} })
  for (const flag of Object.values(flags)) part.addOption(flag)
  const words = Object.entries(given).flatMap(([key, values]) => {
    const name = flags[key]?.long
    return [values].flat().map((value) => (value === true ? `${name}` : `${name}=${value}`))
  })
  part.parse(words, { from: 'user' })
  return readFlagsOf(part, flags, env).flags
}
