import { packageVersion } from '../core/version.ts'
import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'
import { explain } from './explain.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'
import { type Given, readFlags } from './read-flags.ts'
import { usageError } from './usage-error.ts'

/** Runs one command line (without node and script) and tells the exit code. Never throws. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await runCommand(argv, io)
  } catch (error) {
    return explain(error, io)
  }
}

async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  const { own, command: after } = splitAtDashes(argv)
  let code = 0
  const program = createProgram({
    commands: COMMANDS,
    version: packageVersion(),
    out: (text) => io.out(text.trimEnd()),
    err: (text) => io.err(text.trimEnd()),
    async chosen(command, args, given) {
      code = await invoke(command, { args, given, after }, io)
    },
  })
  if (own.length === 0) {
    program.outputHelp()
    return 0
  }
  await program.parseAsync(own, { from: 'user' })
  return code
}

function invoke(
  command: Command,
  {
    args,
    given,
    after,
  }: { readonly args: readonly string[]; readonly given: Given; readonly after: readonly string[] },
  io: Io,
): Promise<number> {
  if (after.length > 0 && !command.runsCommand)
    throw usageError(
      `Failed to read the command line: ${command.name} runs no command, and "${after[0]}" follows "--".`,
    )
  const flags = readFlags(command.flags, given, io.env)
  return command.run({ args, flags, given: new Set(Object.keys(given)), command: after }, io)
}

/** What follows the first `--` is the user's own command line and none of ours. */
function splitAtDashes(argv: readonly string[]): { own: readonly string[]; command: readonly string[] } {
  const at = argv.indexOf('--')
  if (at < 0) return { own: argv, command: [] }
  const command = argv.slice(at + 1)
  if (command.length > 0) return { own: argv.slice(0, at), command }
  throw usageError(
    'Failed to read the command line: no command follows "--".',
    'Write it there, as in -- npm run dev, or leave the "--" out.',
  )
}
