import { MockError } from '../core/errors.ts'
import { BadValue, type Flag, type Flags, longName, type Values, variableName } from './flag.ts'
import { usageError } from './usage-error.ts'

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
