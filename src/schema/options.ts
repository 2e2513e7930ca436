import { headerProblem, isHeader } from '../core/headers.ts'
import { isObject } from '../core/json.ts'
import { suggestion } from '../core/text.ts'
import { type Issue, issue, issueError } from './issue.ts'

/** A kind of value that an option of the library may have: checked at runtime, for callers without TypeScript. */
export interface OptionKind {
  /** The kind in words, for messages: `a string`. */
  readonly words: string
  readonly fits: (value: unknown) => boolean
}

/** A kind for each of the options; one that is absent or undefined always fits. */
export type OptionKinds<T> = { readonly [K in keyof Required<T>]: OptionKind }

export const string: OptionKind = { words: 'a string', fits: (value) => typeof value === 'string' }

export const boolean: OptionKind = { words: 'a boolean', fits: (value) => typeof value === 'boolean' }

export const object: OptionKind = { words: 'an object', fits: isObject }

export const callback: OptionKind = { words: 'a function', fits: (value) => typeof value === 'function' }

export const anything: OptionKind = { words: 'anything', fits: () => true }

export const count: OptionKind = {
  words: 'an integer ≥ 0',
  fits: (value) => Number.isInteger(value) && (value as number) >= 0,
}

export const milliseconds: OptionKind = {
  words: 'a number of milliseconds ≥ 0',
  fits: (value) => typeof value === 'number' && value >= 0,
}

export const port: OptionKind = {
  words: 'a port from 0 to 65535',
  fits: (value) => count.fits(value) && (value as number) <= 65_535,
}

export const strings = listOf(string, 'strings')

export const objects = listOf(object, 'objects')

export const stringByName: OptionKind = {
  words: 'an object of strings',
  fits: (value) => isObject(value) && Object.values(value).every(string.fits),
}

export const headerLines: OptionKind = {
  words: 'an object of strings that HTTP can carry in headers',
  fits: (value) =>
    isObject(value) &&
    Object.entries(value).every(([name, line]) => typeof line === 'string' && isHeader(name, line)),
}

export const requestHeaders: OptionKind = {
  words: 'an object of strings that HTTP can carry in headers of a request',
  fits: (value) => stringByName.fits(value) && headerProblem(Object.entries(value as object)) === null,
}

/** @param words what its entries are: `strings` */
export function listOf(kind: OptionKind, words: string): OptionKind {
  return { words: `an array of ${words}`, fits: (value) => Array.isArray(value) && value.every(kind.fits) }
}

export function oneOf(...known: readonly string[]): OptionKind {
  return { words: `one of ${known.join(', ')}`, fits: (value) => known.some((one) => one === value) }
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
 * @throws MockError BAD_OPTION that names every wrong option, with the nearest known one or what it must be
 */
export function checkOptions<T>(what: string, options: unknown, kinds: OptionKinds<T>): void {
  throwIssues(
    what,
    isObject(options)
      ? Object.entries(options).flatMap(([name, value]) => optionIssues(name, value, kinds))
      : [issue('', `they must be an object; it is ${described(options)}`)],
  )
}

/** As {@link checkOptions}, for one argument. @param what `the time-out of mock.settle` */
export function checkArgument(what: string, value: unknown, kind: OptionKind): void {
  if (!kind.fits(value)) throwIssues(what, [issue('', `it must be ${kind.words}; it is ${described(value)}`)])
}

function optionIssues<T>(name: string, value: unknown, kinds: OptionKinds<T>): readonly Issue[] {
  const known: ReadonlyMap<string, OptionKind> = new Map(Object.entries(kinds))
  const kind = known.get(name)
  if (kind === undefined) return [issue('', `there is no "${name}"`, suggestion(name, [...known.keys()]))]
  if (value === undefined || kind.fits(value)) return []
  return [issue('', `"${name}" must be ${kind.words}; it is ${described(value)}`)]
}

function throwIssues(what: string, [first, ...others]: readonly Issue[]): void {
  if (first !== undefined)
    throw issueError({ action: `read ${what}`, code: 'BAD_OPTION' }, [first, ...others])
}

const LONGEST = 80

function described(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
