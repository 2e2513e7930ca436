import { Option, Command as Program } from 'commander'
import { MockError } from '../core/errors.ts'
import { BadValue, type Flag, type Flags, longName, usageError, type Values, variableName } from './flags.ts'
import type { Io } from './io.ts'
/** What stood on the command line, read. */
export interface Invocation<F extends Flags = Flags> {
  readonly args: readonly string[]
  readonly flags: Values<F>
  /** The flags that stood on the command line; the others came from the environment or are fallbacks. */
  readonly given: ReadonlySet<keyof F>
  /** What stood after `--`. */
  readonly command: readonly string[]
}

export interface Command<F extends Flags = Flags> {
  readonly name: string
  readonly summary: string
  /** Positional arguments, as in the help: `<provider> <event>`. */
  readonly args: string
  readonly flags: F
  /** Whether `-- COMMAND` may follow. */
  readonly runsCommand: boolean
  /** Whole command lines, with what they are for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[]
  /** Does the work and tells the exit code. Loads what it needs when it is called. */
  run(invocation: Invocation<F>, io: Io): Promise<number>
}

/** Ties the type of the flags to what `run` receives; the table of commands forgets it again. */
export function command<F extends Flags>(
  parts: Omit<Command<F>, 'args' | 'runsCommand'> & Partial<Pick<Command<F>, 'args' | 'runsCommand'>>,
): Command {
  return { args: '', runsCommand: false, ...parts } as unknown as Command
}

/** What commander found out: which command, its arguments, and what stood after its flags. */
type Chosen = (command: Command, args: readonly string[], given: Given) => Promise<void>

interface ProgramParts {
  readonly commands: readonly Command[]
  readonly version: string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly chosen: Chosen
}

const INTRODUCTION = `Imitates webhook providers on your own machine: it signs, delivers, retries and logs events like the real ones.`

const FIRST_STEPS = `
First steps:
  hookproof listen --port 3000                            a receiver that prints what arrives
  hookproof start --forward-to http://127.0.0.1:3000      the providers, with a webhook there
  hookproof providers                                     which providers and events there are
  hookproof trigger PROVIDER EVENT                        something happens`

/** The command line as commander knows it. Errors are thrown as CommanderError, with their text already written. */
export function createProgram({ commands, version, out, err, chosen }: ProgramParts): Program {
  const program = new Program('hookproof')
    .description(INTRODUCTION)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', FIRST_STEPS)
    .configureOutput({
      writeOut: out,
      writeErr: err,
      outputError: (text, write) => write(usageText(text)),
    })
    .exitOverride()
  for (const command of commands) addCommand(program, command, chosen)
  return program
}

/** commander's words in the form that every other message has. */
function usageText(text: string): string {
  const [reason = '', meant] = text.trim().split(/\n\(Did you mean (?:one of )?(.*)\?\)$/s)
  const said = reason.replace(/^error: /, 'Failed to read the command line: ').replaceAll("'", '"')
  const words = meant?.split(', ').map((word) => `"${word}"`)
  return `${said.replace(/\.$/, '')}.${words === undefined ? '' : ` Did you mean ${words.join(' or ')}?`}`
}

function addCommand(program: Program, command: Command, chosen: Chosen): void {
  const part = program
    .command(command.name)
    .summary(command.summary)
    .description(`${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`)
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments(false)
    .addHelpText('after', examples(command))
  for (const argument of command.args.split(' ').filter((word) => word !== '')) part.argument(argument)
  if (command.runsCommand)
    part.usage(['[options]', command.args, '[-- COMMAND...]'].filter((word) => word !== '').join(' '))
  const names = new Map<string, string>()
  for (const [key, flag] of Object.entries(command.flags)) {
    const option = createOption(flag)
    names.set(option.attributeName(), key)
    part.addOption(option)
  }
  part.action(async () => {
    const given = Object.entries(part.opts()).map(([name, found]) => [names.get(name) ?? name, found])
    await chosen(command, part.args, Object.fromEntries(given) as Given)
  })
}

function createOption(flag: Flag<unknown>): Option {
  const syntax = flag.many ? flag.syntax.replace(/>$/, '...>') : flag.syntax
  const option = new Option(syntax, flag.help)
  if (flag.kind !== 'list' || flag.many) return option
  return option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text])
}

function examples({ examples: lines, flags }: Command): string {
  const list = lines.map(([line, purpose]) => `  ${line}\n      ${purpose}`)
  return ['', 'Examples:', ...list, ...environment(flags)].join('\n')
}

function environment(flags: Flags): string[] {
  const flag = flags.forwardTo ?? flags.server ?? flags.provider ?? Object.values(flags)[0]
  if (flag === undefined) return []
  return ['', `Every option is also read from the environment: ${longName(flag)} from ${variableName(flag)}.`]
}

/** What stood on the command line, by flag: a text, texts, or true. */
export type Given = Readonly<Record<string, string | readonly string[] | boolean | undefined>>

/**
 * The values of a command's flags: from the command line, else from the environment, else their fallbacks.
 * @throws MockError USAGE that names the flag or the variable.
 */
export function readFlags<F extends Flags>(
  flags: F,
  given: Given,
  env: Readonly<Record<string, string | undefined>>,
): Values<F> {
  const entries = Object.entries(flags).map(([key, flag]) => [key, readFlag(flag, given[key], env)] as const)
  return Object.fromEntries(entries) as Values<F>
}

function readFlag(
  flag: Flag<unknown>,
  given: Given[string],
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  if (given !== undefined) {
    if (typeof given === 'boolean') return given
    const name = longName(flag)
    return typeof given === 'string'
      ? readText(flag, given, name)
      : given.map((text) => readText(flag, text, name))
  }
  const variable = variableName(flag)
  const text = env[variable]
  if (text === undefined || text.trim() === '') return flag.fallback
  if (flag.kind !== 'list') return readText(flag, text, variable)
  return splitList(text, flag.lines ? /\r?\n/ : /[\s,]+/).map((part) => readText(flag, part, variable))
}

function readText(flag: Flag<unknown>, text: string, source: string): unknown {
  try {
    return flag.read(text)
  } catch (error) {
    if (error instanceof BadValue) throw usageError(`Failed to read ${source}: ${error.message}.`, error.hint)
    if (error instanceof MockError)
      throw usageError(`Failed to read ${source}: ${lowerFirst(error.summary)}`, error.hint)
    throw error
  }
}

function splitList(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Messages of other floors begin with their own "Failed to …: "; only the reason goes on in ours. */
function lowerFirst(message: string): string {
  return message.replace(/^Failed to [^:]+: /, '')
}
