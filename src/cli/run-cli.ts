import { CommanderError } from 'commander'
import { describeError, MockError } from '../core/errors.ts'
import { packageVersion } from '../core/version.ts'
import { COMMANDS } from './commands/index.ts'
import { usageError } from './flags.ts'
import type { Io } from './io.ts'
import { type Command, createProgram, type Given, readFlags } from './program.ts'

const USAGE = 2

const OUR_FAULT = 5

/** Says on stderr what went wrong, without a stack, and tells the exit code. */
export function explain(error: unknown, io: Pick<Io, 'err' | 'env'>): number {
  // commander has said it already; help and version are its errors with the code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  if (error instanceof MockError) {
    io.err(describeError(error))
    return error.exitCode
  }
  const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]
  io.err(`Failed to go on: ${reason}; this is a bug in hookproof (HOOKPROOF_DEBUG=1 shows where).`)
  if ((io.env.HOOKPROOF_DEBUG ?? '') !== '' && error instanceof Error) io.err(error.stack ?? '')
  return OUR_FAULT
}

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
