import { CommanderError, Command as Program } from 'commander'
import { EXIT_CODES, MockError, reported } from '../core/errors.ts'
import { packageVersion } from '../core/version.ts'
import type { Command, CommandEntry, Invocation } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import { type Flags, usageError } from './flags.ts'
import type { Io } from './io.ts'

const INTRODUCTION = `Imitates webhook providers on your own machine: it signs, delivers, retries and logs events like the real ones.`

const FIRST_STEPS = `
First steps:
  hookproof listen --port 3000                            a receiver that prints what arrives
  hookproof start --forward-to http://127.0.0.1:3000      the providers, with a webhook there
  hookproof providers                                     which providers and events there are
  hookproof trigger PROVIDER EVENT                        something happens`

/** Runs one command line (without node and script). Resolves to the exit code, and never rejects. */
export async function runCli(
  argv: readonly string[],
  io: Io,
  commands: Readonly<Record<string, CommandEntry>> = COMMANDS,
): Promise<number> {
  try {
    const { own, after } = splitAtDashes(argv)
    let code = 0
    const program = createProgram(commands, io, async (part, { flags, run, runsCommand = false }) => {
      if (after.length > 0 && !runsCommand)
        throw usageError(
          `Failed to read the command line: ${part.name()} runs no command, and "${after[0]}" follows "--".`,
        )
      code = await run({ args: part.args, ...readFlags(part, flags, io.env), command: after }, io)
    })
    await program.parseAsync(helpLast(own, commands), { from: 'user' })
    return code
  } catch (error) {
    return explain(error, io)
  }
}

/** What follows the first `--` is the user's own command line. */
function splitAtDashes(argv: readonly string[]): { own: readonly string[]; after: readonly string[] } {
  const at = argv.indexOf('--')
  const own = at < 0 ? argv : argv.slice(0, at)
  const after = at < 0 ? [] : argv.slice(at + 1)
  if (at >= 0 && after.length === 0)
    throw usageError(
      'Failed to read the command line: no command follows "--".',
      'Write it there, as in -- npm run dev, or leave the "--" out.',
    )
  return { own, after }
}

/** `help NAME` as `NAME --help`, for which commander has the command loaded; without a name the help of the program. */
function helpLast(
  words: readonly string[],
  commands: Readonly<Record<string, CommandEntry>>,
): readonly string[] {
  const [first = '--help', name = ''] = words
  if (words.length === 0) return [first]
  if (first !== 'help' || name === '' || name.startsWith('-')) return words
  // Of an unknown name commander would print the help of the whole, and not say why.
  return Object.hasOwn(commands, name) ? [name, '--help'] : [name]
}

/** Errors are thrown as CommanderError, with their text already written. */
function createProgram(
  commands: Readonly<Record<string, CommandEntry>>,
  io: Pick<Io, 'out' | 'err'>,
  invoke: (part: Program, command: Command) => Promise<void>,
): Program {
  const program = new Program('hookproof')
    .description(INTRODUCTION)
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', FIRST_STEPS)
    .configureOutput({
      writeOut: (text) => io.out(...text.trimEnd().split('\n')),
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: (text, write) => write(usageText(text)),
    })
    // The texts of the flags say what they default to.
    .configureHelp({
      optionDescription: ({ description }) => description,
      subcommandTerm: (part) => `${part.name()} ${commands[part.name()]?.usage ?? '[command]'}`,
    })
    .exitOverride()
  for (const [name, { usage, summary }] of Object.entries(commands)) {
    const part = program.command(name).summary(summary).helpOption('-h, --help', 'print this help')
    part.description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`).allowExcessArguments(false)
    const args = usage.replace(/^\[options\] ?/, '')
    if (args !== '') part.arguments(args)
  }
  return program.hook('preSubcommand', async (_program, part) => {
    const entry = commands[part.name()]
    if (entry === undefined) return
    const command = await entry.load()
    part.addHelpText('after', helpAfter(command)).action(() => invoke(part, command))
    if (command.runsCommand) part.usage(`${entry.usage} [-- COMMAND...]`)
    for (const flag of Object.values(command.flags)) part.addOption(flag)
  })
}

function helpAfter({ examples, flags }: Command): string {
  const lines = examples.map(([line, purpose]) => `  ${line}\n      ${purpose}`)
  const flag = flags.forwardTo ?? flags.server ?? flags.provider ?? Object.values(flags)[0]
  const environment =
    flag === undefined
      ? []
      : ['', `Every option is also read from the environment: ${flag.long} from ${flag.variable}.`]
  return ['', 'Examples:', ...lines, ...environment].join('\n')
}

/** commander's words in the form that every other message has. */
function usageText(text: string): string {
  const [reason = '', words] = text.trim().split(/\n\(Did you mean (?:one of )?(.*)\?\)$/s)
  const message = reason.replace(/^error: /, 'Failed to read the command line: ').replaceAll("'", '"')
  const near = words?.split(', ').map((word) => `"${word}"`)
  return `${message.replace(/\.$/, '')}.${near === undefined ? '' : ` Did you mean ${near.join(' or ')}?`}`
}

/**
 * The values of flags that commander has read from the command line, else of their variables; an empty one counts as none.
 *
 * @throws MockError USAGE that names the variable
 */
export function readFlags<F extends Flags>(
  part: Program,
  flags: F,
  env: Io['env'],
): Pick<Invocation<F>, 'flags' | 'given'> {
  const keys = Object.keys(flags)
  const given = new Set(keys.filter((key) => part.getOptionValueSource(key) === 'cli'))
  for (const [key, flag] of Object.entries(flags)) {
    const text = env[flag.variable] ?? ''
    if (text.trim() !== '' && !given.has(key))
      part.setOptionValueWithSource(key, flag.readVariable(text), 'env')
  }
  return { flags: part.opts(), given }
}

/** Says on stderr what went wrong, without a stack, and returns the exit code. */
export function explain(thrown: unknown, io: Pick<Io, 'err' | 'env'>): number {
  const error = reported(thrown)
  // commander has printed it already; help and version are its errors with the code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.passed : EXIT_CODES.input
  if (error instanceof MockError) {
    io.err(error.message)
    return error.exitCode
  }
  const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]
  io.err(`Failed to go on: ${reason}; this is a bug in hookproof (HOOKPROOF_DEBUG=1 shows where).`)
  if ((io.env.HOOKPROOF_DEBUG ?? '') !== '' && error instanceof Error) io.err(error.stack ?? '')
  return EXIT_CODES.fault
}
