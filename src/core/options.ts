import { MockError } from './errors.ts'
import { isHeader } from './headers.ts'
import { isObject } from './json.ts'
import { shorten, suggestion } from './text.ts'
/** What an option may be; programs without types are told so where it is not. */
export interface OptionKind {
  /** `a text`: what it must be. */
  readonly words: string
  readonly fits: (value: unknown) => boolean
}

/** A kind for each of the options; one that is absent or undefined always fits. */
export type OptionKinds<T> = { readonly [K in keyof Required<T>]: OptionKind }

export const text: OptionKind = { words: 'a text', fits: (value) => typeof value === 'string' }

export const flag: OptionKind = { words: 'true or false', fits: (value) => typeof value === 'boolean' }

export const object: OptionKind = { words: 'an object', fits: isObject }

export const callback: OptionKind = { words: 'a function', fits: (value) => typeof value === 'function' }

export const anything: OptionKind = { words: 'anything', fits: () => true }

export const count: OptionKind = {
  words: 'a whole number from 0 on',
  fits: (value) => Number.isInteger(value) && (value as number) >= 0,
}

export const milliseconds: OptionKind = {
  words: 'a number of milliseconds from 0 on',
  fits: (value) => typeof value === 'number' && value >= 0,
}

export const port: OptionKind = {
  words: 'a port from 0 to 65535',
  fits: (value) => count.fits(value) && (value as number) <= 65_535,
}

export const texts = listOf(text, 'texts')

export const objects = listOf(object, 'objects')

export const textByName: OptionKind = {
  words: 'an object of texts',
  fits: (value) => isObject(value) && Object.values(value).every(text.fits),
}

export const headerLines: OptionKind = {
  words: 'an object of texts that HTTP can carry in headers',
  fits: (value) =>
    textByName.fits(value) && Object.entries(value as object).every(([name, line]) => isHeader(name, line)),
}

export function listOf(kind: OptionKind, words: string): OptionKind {
  return { words: `a list of ${words}`, fits: (value) => Array.isArray(value) && value.every(kind.fits) }
}

export function oneOf(...known: readonly string[]): OptionKind {
  return { words: `one of ${known.join(', ')}`, fits: (value) => known.includes(value as string) }
}

export function either(...kinds: readonly OptionKind[]): OptionKind {
  return {
    words: kinds.map(({ words }) => words).join(' or '),
    fits: (value) => kinds.some((kind) => kind.fits(value)),
  }
}

/**
 * A mistyped option must not be taken for one that was left out.
 *
 * @param what `the options of startMock`
 * @throws MockError BAD_OPTION that names the option, with the nearest known one or what it must be
 */
export function checkOptions<T>(what: string, given: unknown, kinds: OptionKinds<T>): void {
  if (!isObject(given)) throw badOption(what, `they must be an object; it is ${shown(given)}`)
  const known: ReadonlyMap<string, OptionKind> = new Map(Object.entries(kinds))
  for (const [name, value] of Object.entries(given)) {
    const kind = known.get(name)
    if (kind === undefined)
      throw badOption(what, `there is no "${name}"`, suggestion(name, [...known.keys()]))
    if (value !== undefined && !kind.fits(value))
      throw badOption(what, `"${name}" must be ${kind.words}; it is ${shown(value)}`)
  }
}

/** As {@link checkOptions}, for one argument. @param what `the time-out of mock.settle` */
export function checkArgument(what: string, value: unknown, kind: OptionKind): void {
  if (!kind.fits(value)) throw badOption(what, `it must be ${kind.words}; it is ${shown(value)}`)
}

function badOption(what: string, reason: string, hint?: string): MockError {
  return new MockError('input', 'BAD_OPTION', `Failed to read ${what}: ${reason}.`, {
    ...(hint !== undefined && { hint }),
  })
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return shorten(typeof value === 'string' ? JSON.stringify(value) : String(value))
}
