import { type ClockMode, parseClockMode } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { suggestion } from '../core/text.ts'
import { readDuration } from '../core/units.ts'
/** Turns the text of a flag into its value. Says what is wrong by throwing a {@link BadValue}. */
export type Reader<T> = (text: string) => T

/** Why a text is no value for a flag, as the end of a sentence: `"abc" is not a port`. */
export class BadValue extends Error {
  override readonly name = 'BadValue'
  readonly hint: string | undefined

  constructor(reason: string, hint?: string) {
    super(reason)
    this.hint = hint
  }
}

/** One flag of a command, read from the command line or else from `HOOKPROOF_<FLAG>`. */
export interface Flag<T> {
  readonly kind: 'value' | 'list' | 'toggle'
  /** `--port <n>`, as it is shown in the help. */
  readonly syntax: string
  readonly help: string
  readonly read: Reader<unknown>
  readonly fallback: T
  /** A list whose flag takes several words at once: `--provider a b`. */
  readonly many: boolean
  /** A list whose values may hold spaces and commas: in the environment each has a line of its own. */
  readonly lines: boolean
}

export type Flags = Readonly<Record<string, Flag<unknown>>>

export type Values<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never }

export function value<T>(syntax: string, help: string, read: Reader<T>): Flag<T | undefined>

export function value<T>(syntax: string, help: string, read: Reader<T>, fallback: T): Flag<T>

export function value<T>(syntax: string, help: string, read: Reader<T>, fallback?: T): Flag<T | undefined> {
  return { kind: 'value', syntax, help, read, fallback, many: false, lines: false }
}

/** Given once for each value, or, with `many`, several after one flag. In the environment: separated by commas or spaces; with `lines`, by line ends. */
export function list<T>(
  syntax: string,
  help: string,
  read: Reader<T>,
  { many = false, lines = false } = {},
): Flag<readonly T[]> {
  return { kind: 'list', syntax, help, read, fallback: [], many, lines }
}

export function toggle(syntax: string, help: string): Flag<boolean> {
  return { kind: 'toggle', syntax, help, read: readToggle, fallback: false, many: false, lines: false }
}

/** `--forward-to`, out of `--forward-to <url>`. */
export function longName({ syntax }: Flag<unknown>): string {
  return syntax.split(' ').find((word) => word.startsWith('--')) ?? syntax
}

/** `HOOKPROOF_FORWARD_TO`. */
export function variableName(flag: Flag<unknown>): string {
  return `HOOKPROOF_${longName(flag).slice(2).replaceAll('-', '_').toUpperCase()}`
}

const TOGGLES: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
}

function readToggle(text: string): boolean {
  const known = Object.hasOwn(TOGGLES, text.toLowerCase()) ? TOGGLES[text.toLowerCase()] : undefined
  if (known === undefined) throw new BadValue(`"${text}" is neither true nor false`)
  return known
}

/** What the texts of flags are read into. Each refuses with the reason that ends `Failed to read --flag: …`. */

export const text: Reader<string> = (given) => {
  if (given === '') throw new BadValue('it is empty')
  return given
}

export const port: Reader<number> = (given) => {
  const number = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN
  if (!(number <= 65_535)) throw new BadValue(`"${given}" is not a port`, 'Write a number from 0 to 65535.')
  return number
}

export function count(least: number, most: number): Reader<number> {
  return (given) => {
    const number = /^\d+$/.test(given) ? Number(given) : Number.NaN
    if (!(number >= least && number <= most))
      throw new BadValue(`"${given}" is not a number from ${least} to ${most}`)
    return number
  }
}

export const duration: Reader<number> = (given) => {
  const ms = readDuration(given)
  if (ms === undefined)
    throw new BadValue(`"${given}" is not a duration`, 'Write a number and a unit, such as 250ms, 10s or 6m.')
  return ms
}

export const clock: Reader<ClockMode> = (given) => parseClockMode(given)

export function oneOf<T extends string>(known: readonly T[]): Reader<T> {
  return (given) => {
    const found = known.find((word) => word === given)
    if (found === undefined) throw new BadValue(`"${given}" is not known`, suggestion(given, known))
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
  if (!isHttp(full)) throw new BadValue(`"${given}" is not a URL`, 'Write it as http://127.0.0.1:3000/hooks.')
  return full
}

export const serverUrl: Reader<string> = (given) => receiverUrl(given).replace(/\/+$/, '')

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

/** A text that may begin with the id of a provider: `acme=http://…`. */
export interface ForProvider {
  readonly provider: string | undefined
  readonly value: string
}

/** `[ID=]URL`: an id never holds a colon, so a query's `=` is not taken for one. */
export const forProviderUrl: Reader<ForProvider> = (given) => {
  const [, provider, rest] = /^([a-z0-9][a-z0-9-]*)=(.+)$/s.exec(given) ?? []
  return { provider, value: receiverUrl(rest ?? given) }
}

/** `FROM=TO`: FROM an origin, the beginning of a URL, or `*`. */
export const forwarding: Reader<{ readonly from: string; readonly to: string }> = (given) => {
  const [, from = '', to = ''] = /^(.*?)=((?:https?:\/\/|\d|localhost).*)$/is.exec(given) ?? []
  if (from === '' || (from !== '*' && !isHttp(from)))
    throw new BadValue(
      `"${given}" is not FROM=TO`,
      'Write it as https://example.be=http://127.0.0.1:3000, or *=http://127.0.0.1:3000.',
    )
  return { from, to: receiverUrl(to) }
}

/** `NAME: value`, as curl takes it. */
export const header: Reader<readonly [name: string, value: string]> = (given) => {
  const [, name, content] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(given) ?? []
  if (name === undefined || content === undefined)
    throw new BadValue(`"${given}" is not a header`, 'Write it as "X-Name: value".')
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

export const specFlag = list('--spec <file>', 'OpenAPI document of your own', text, { many: true })

/** A command line that cannot be understood: exit code 2. */
export function usageError(message: string, hint?: string): MockError {
  return new MockError('input', 'USAGE', message, hint === undefined ? {} : { hint })
}
