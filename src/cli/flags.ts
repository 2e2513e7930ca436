import { Option } from 'commander'
import { type ClockMode, parseClockMode } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { headerProblem } from '../core/headers.ts'
import { suggestion } from '../core/text.ts'
import { readDuration } from '../core/units.ts'
import { PROVIDER_AND_VALUE } from '../spec/names.ts'

/** Turns what was written into a value. @throws MockError of {@link badValue} */
export type Reader<T> = (text: string) => T

/** A command line that cannot be understood: exit code 2. */
export function usageError(message: string, hint?: string): MockError {
  return new MockError('input', 'USAGE', message, hint === undefined ? {} : { hint })
}

/** What a reader throws: `reason` ends the sentence `Failed to read --port: "abc" is not a port.` */
export function badValue(reason: string, hint?: string): MockError {
  return usageError(`Failed to read the value: ${reason}.`, hint)
}

/** Reads something that `source` names, such as `--port` or `HOOKPROOF_PORT`. @throws MockError USAGE */
export function readAs<T>(source: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    throw usageError(
      `Failed to read ${source}: ${error.summary.replace(/^Failed to [^:]+: /, '')}`,
      error.hint,
    )
  }
}

/** An option of a command, with the type of its value: read from the command line, else from `HOOKPROOF_<NAME>`. */
export class Flag<T> extends Option {
  /** `HOOKPROOF_FORWARD_TO`. */
  readonly variable: string
  /** Reads the text of the variable. commander would take any text as true, and would not divide a list. */
  readonly readVariable: Reader<T>

  /** @param syntax `--port <n>`, as the help shows it */
  constructor(syntax: string, help: string, fallback: T, readVariable: Reader<T>) {
    super(syntax, help)
    this.default(fallback)
    this.variable = `HOOKPROOF_${this.name().replaceAll('-', '_').toUpperCase()}`
    this.readVariable = (text) => readAs(this.variable, () => readVariable(text))
  }
}

/** By the name of each in camel case, as commander has it: `forwardTo` is `--forward-to`. */
export type Flags = Readonly<Record<string, Flag<unknown>>>

export type Values<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never }

export function value<T>(syntax: string, help: string, read: Reader<T>): Flag<T | undefined>

export function value<T>(syntax: string, help: string, read: Reader<T>, fallback: T): Flag<T>

export function value<T>(syntax: string, help: string, read: Reader<T>, fallback?: T): Flag<T | undefined> {
  const flag = new Flag(syntax, help, fallback, read)
  return flag.argParser((text) => readAs(`--${flag.name()}`, () => read(text)))
}

/** How several values of a list are divided in its variable. */
const SEPARATORS = { words: /[\s,]+/, lines: /\r?\n/ } as const

/**
 * Given once for each value, or several after one flag where the syntax ends with `...`. In the environment they are
 * divided by commas and spaces, or by line ends where a value may hold those.
 */
export function list<T>(
  syntax: string,
  help: string,
  read: Reader<T>,
  dividedBy: keyof typeof SEPARATORS = 'words',
): Flag<readonly T[]> {
  const readAll = (text: string) =>
    text
      .split(SEPARATORS[dividedBy])
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(read)
  const flag = new Flag<readonly T[]>(syntax, help, [], readAll)
  return flag.argParser<readonly T[]>((text, before) => [
    ...before,
    readAs(`--${flag.name()}`, () => read(text)),
  ])
}

export function toggle(syntax: string, help: string): Flag<boolean> {
  return new Flag(syntax, help, false, readToggle)
}

const TOGGLES = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
])

function readToggle(text: string): boolean {
  const known = TOGGLES.get(text.toLowerCase())
  if (known === undefined) throw badValue(`"${text}" is not a boolean`, 'Write 1 or 0.')
  return known
}

export const text: Reader<string> = (given) => {
  if (given === '') throw badValue('it is empty')
  return given
}

export const port: Reader<number> = (given) => {
  const number = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN
  if (!(number <= 65_535)) throw badValue(`"${given}" is not a port`, 'Write a number from 0 to 65535.')
  return number
}

export function count(least: number, most: number): Reader<number> {
  return (given) => {
    const number = /^\d+$/.test(given) ? Number(given) : Number.NaN
    if (!(number >= least && number <= most))
      throw badValue(`"${given}" is not an integer from ${least} to ${most}`)
    return number
  }
}

export const duration: Reader<number> = (given) => {
  const ms = readDuration(given)
  if (ms === undefined)
    throw badValue(`"${given}" is not a duration`, 'Write a number and a unit, such as 250ms, 10s or 6m.')
  return ms
}

export const clock: Reader<ClockMode> = (given) => parseClockMode(given)

export function oneOf<T extends string>(known: readonly T[]): Reader<T> {
  return (given) => {
    const found = known.find((word) => word === given)
    if (found === undefined) throw badValue(`"${given}" is not known`, suggestion(given, known))
    return found
  }
}

/** `3000`, `localhost:3000/hooks` and `http://…` alike. */
export const receiverUrl: Reader<string> = (given) => {
  const full = /^\d+(\/|$)/.test(given)
    ? `http://127.0.0.1:${given}`
    : /^[a-z][a-z0-9+.-]*:\/\//i.test(given)
      ? given
      : `http://${given}`
  if (!isHttp(full)) throw badValue(`"${given}" is not a URL`, 'Write it as http://127.0.0.1:3000/hooks.')
  return full
}

/** What paths are appended to. */
export const serverUrl: Reader<string> = (given) => {
  const url = receiverUrl(given)
  if (/[?#]/.test(url))
    throw badValue(`"${given}" has a query or a fragment`, 'Write it as http://127.0.0.1:4010.')
  return url.replace(/\/+$/, '')
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

/** A value that may begin with the id of a provider: `acme=http://…`. */
export interface ForProvider {
  readonly provider: string | undefined
  readonly value: string
}

/** `[ID=]URL`: an id never holds a colon, so a query's `=` is not taken for one. */
export const forProviderUrl: Reader<ForProvider> = (given) => {
  const [, provider, rest] = PROVIDER_AND_VALUE.exec(given) ?? []
  return { provider, value: receiverUrl(rest ?? given) }
}

/** `FROM=TO`: FROM an origin, the beginning of a URL, or `*`. */
export const forwarding: Reader<{ readonly from: string; readonly to: string }> = (given) => {
  const [, from = '', to = ''] = /^(.*?)=((?:https?:\/\/|\d|localhost).*)$/is.exec(given) ?? []
  if (from === '' || (from !== '*' && !isHttp(from)))
    throw badValue(
      `"${given}" is not FROM=TO`,
      'Write it as https://example.be=http://127.0.0.1:3000, or *=http://127.0.0.1:3000.',
    )
  return { from, to: receiverUrl(to) }
}

/** `NAME: value`, as curl takes it. */
export const header: Reader<readonly [name: string, value: string]> = (given) => {
  const [, name, content] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(given) ?? []
  if (name === undefined || content === undefined)
    throw badValue(`"${given}" is not a header`, 'Write it as "X-Name: value".')
  const wrong = headerProblem([[name, content]])
  if (wrong !== null) throw badValue(wrong, 'Leave it out, or send another value.')
  return [name, content]
}

/** Flags that several commands have, with one meaning. */

export const formatFlag = value(
  '--format <form>',
  'text for people, json for programs (default: text)',
  oneOf(['text', 'json'] as const),
  'text',
)

export const serverFlag = value(
  '--server <url>',
  'the running mock (default: HOOKPROOF_URL, else http://127.0.0.1:4010)',
  serverUrl,
)

export const providerFlag = value('--provider <id>', 'only this provider', text)

export const specFlag = list('--spec <file...>', 'OpenAPI document of your own', text)
