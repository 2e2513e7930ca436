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
