import { Option, Command as Program } from 'commander'
import type { Command } from './command.ts'
import { type Flag, type Flags, longName, variableName } from './flag.ts'
import type { Given } from './read-flags.ts'

/** What commander found out: which command, its arguments, and what stood after its flags. */
export type Chosen = (command: Command, args: readonly string[], given: Given) => Promise<void>

export interface ProgramParts {
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
