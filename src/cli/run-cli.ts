import { CommanderError } from 'commander'
import { describeError, MockError } from '../core/errors.ts'
import { COMMANDS } from './commands.ts'
import type { Command } from './command.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'
import { type Given, readFlags } from './read-flags.ts'
import { usageError } from './usage-error.ts'
import { packageVersion } from '../core/version.ts'

const USAGE = 2
const OUR_FAULT = 5

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
    io.out(program.helpInformation().trimEnd())
    return 0
  }
  await program.parseAsync(own, { from: 'user' })
  return code
}

function invoke(
  command: Command,
  { args, given, after }: { readonly args: readonly string[]; readonly given: Given; readonly after: readonly string[] },
  io: Io,
): Promise<number> {
  if (after.length > 0 && !command.runsCommand)
    throw usageError(`Failed to read the command line: ${command.name} runs no command, and "${after[0]}" follows "--".`)
  return command.run({ args, flags: readFlags(command.flags, given, io.env), command: after }, io)
}

/** What follows the first `--` is the user's own command line and none of ours. */
function splitAtDashes(argv: readonly string[]): { own: readonly string[]; command: readonly string[] } {
  const at = argv.indexOf('--')
  return at < 0 ? { own: argv, command: [] } : { own: argv.slice(0, at), command: argv.slice(at + 1) }
}

function explain(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  if (error instanceof MockError) {
    io.err(describeError(error))
    return error.exitCode
  }
  const message = error instanceof Error ? error.message : String(error)
  io.err(`Failed to go on: ${message.split('\n', 1)[0]} (this is a bug in hookproof; HOOKPROOF_DEBUG=1 shows more)`)
  if ((io.env['HOOKPROOF_DEBUG'] ?? '') !== '' && error instanceof Error) io.err(error.stack ?? '')
  return OUR_FAULT
}
