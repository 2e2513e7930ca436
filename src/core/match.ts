import { MockError } from './errors.ts'
import { readExpression } from './expression.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { shorten } from './text.ts'

/**
 * What a value is compared with. A number matches itself, or is given as `{min, max}`; a string matches itself, or is a
 * `/regular expression/`; a number and a string match where the string is exactly the number's text; `"2xx"` is a class
 * of statuses; an object matches one that has at least its members; an array matches one of the same length, item by item.
 */
export type Pattern = Json

/** One value that is not as expected. */
export interface Mismatch {
  /** `status`, `attempts`, `body/id`. */
  readonly what: string
  readonly expected: string
  readonly actual: string
}

/** `status: expected 200, got 404`. */
export function mismatchText({ what, expected, actual }: Mismatch): string {
  return `${what}: expected ${expected}, got ${actual}`
}

/**
 * Where a value does not match a pattern.
 *
 * @param what names the value in messages: `status`, `body`
 */
export function mismatches(what: string, pattern: Pattern, actual: Json | undefined): readonly Mismatch[] {
  // An object with such members is compared member by member.
  if (isRange(pattern) && !isJsonObject(actual))
    return isWithin(pattern, actual) ? [] : [mismatch(what, describeRange(pattern), actual)]
  if (isJsonObject(pattern)) return membersOf(what, pattern, actual)
  if (Array.isArray(pattern)) return itemsOf(what, pattern, actual)
  return matchesScalar(pattern as Scalar, actual) ? [] : [scalarMismatch(what, pattern as Scalar, actual)]
}

type Scalar = string | number | boolean | null

function matchesScalar(pattern: Scalar, actual: Json | undefined): boolean {
  if (pattern === actual) return true
  // `run --set count=3` and captured headers give strings.
  if (typeof pattern !== 'string') return typeof pattern === 'number' && actual === String(pattern)
  if (isScalar(actual) && matchesExpression(pattern, String(actual))) return true
  const [, digit] = STATUS_CLASS.exec(pattern) ?? []
  if (digit !== undefined && typeof actual === 'number') return Math.floor(actual / 100) === Number(digit)
  return typeof actual === 'number' && pattern === String(actual)
}

const STATUS_CLASS = /^([1-5])xx$/

/** @throws MockError (input) for a `/pattern/` that JavaScript takes and we do not */
function matchesExpression(pattern: string, text: string): boolean {
  const expression = readExpression(pattern)
  if (expression === null) return false
  if ('test' in expression) return expression.test(text)
  const { isValid, reason, hint } = expression.issue
  if (!isValid) return false
  throw new MockError(
    'input',
    'BAD_PATTERN',
    `Failed to match a value: ${reason}.`,
    hint === undefined ? {} : { hint },
  )
}

type Range = { readonly min?: number; readonly max?: number }

function isRange(pattern: Pattern): pattern is Range & JsonObject {
  if (!isJsonObject(pattern)) return false
  const keys = Object.keys(pattern)
  return keys.length > 0 && keys.every((key) => /^(min|max)$/.test(key) && typeof pattern[key] === 'number')
}

function isWithin({ min = -Infinity, max = Infinity }: Range, actual: Json | undefined): boolean {
  return typeof actual === 'number' && actual >= min && actual <= max
}

function describeRange({ min, max }: Range): string {
  if (min === undefined) return `at most ${max}`
  return max === undefined ? `at least ${min}` : `from ${min} to ${max}`
}

function membersOf(what: string, pattern: JsonObject, actual: Json | undefined): readonly Mismatch[] {
  if (!isJsonObject(actual)) return [mismatch(what, describe(pattern), actual)]
  return Object.entries(pattern).flatMap(([key, one]) =>
    mismatches(`${what}/${key}`, one, Object.hasOwn(actual, key) ? actual[key] : undefined),
  )
}

function itemsOf(what: string, pattern: readonly Json[], actual: Json | undefined): readonly Mismatch[] {
  if (!Array.isArray(actual) || actual.length !== pattern.length)
    return [mismatch(what, describe(pattern as Json), actual)]
  return pattern.flatMap((one, i) => mismatches(`${what}/${i}`, one, actual[i] as Json))
}

/** With a value of another type than expected: a string is quoted, since it may read as the other. */
function mismatch(what: string, expected: string, actual: Json | undefined): Mismatch {
  return { what, expected, actual: quoted(actual) }
}

function scalarMismatch(what: string, pattern: Scalar, actual: Json | undefined): Mismatch {
  if (typeof pattern !== 'string') return mismatch(what, describe(pattern), actual)
  const isAlike = actual === undefined || typeof actual === 'string' || isPattern(pattern)
  return { what, expected: isAlike ? describe(pattern) : quoted(pattern), actual: describe(actual) }
}

function isPattern(text: string): boolean {
  return STATUS_CLASS.test(text) || readExpression(text) !== null
}

/** As {@link mismatches} of two arrays; where they differ as a whole, both are shown as `503, timed-out`. */
export function listMismatches(
  what: string,
  pattern: readonly Json[],
  actual: readonly Json[],
): readonly Mismatch[] {
  return mismatches(what, pattern as Json, actual as Json).map((one) =>
    one.what === what ? { what, expected: inWords(pattern), actual: inWords(actual) } : one,
  )
}

function inWords(list: readonly Json[]): string {
  return list.length === 0 ? 'none' : list.map(describe).join(', ')
}

/** A value in a message: strings as they are, the rest as JSON. */
export function describe(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text === '') return 'an empty string'
  return shorten(text, LONGEST)
}

function quoted(value: Json | undefined): string {
  return typeof value === 'string' && value !== '' ? shorten(JSON.stringify(value), LONGEST) : describe(value)
}

const LONGEST = 500

function isScalar(value: Json | undefined): value is Scalar {
  return value !== undefined && (value === null || typeof value !== 'object')
}
