import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { shorten } from '../../core/text.ts'
import type { Mismatch } from '../result.ts'
import type { Pattern } from '../scenario.ts'
/**
 * Where a value is not as it was to be: see {@link Pattern}.
 *
 * @param what the value, for the report: `status`, `body`
 */
export function mismatches(what: string, pattern: Pattern, actual: Json | undefined): readonly Mismatch[] {
  if (isRange(pattern))
    return isWithin(pattern, actual) ? [] : [mismatch(what, describeRange(pattern), actual)]
  if (isJsonObject(pattern)) return membersOf(what, pattern, actual)
  if (Array.isArray(pattern)) return itemsOf(what, pattern, actual)
  return isScalarMet(pattern as Scalar, actual) ? [] : [mismatch(what, describe(pattern), actual)]
}

type Scalar = string | number | boolean | null

function isScalarMet(pattern: Scalar, actual: Json | undefined): boolean {
  if (typeof pattern !== 'string') return pattern === actual || isSameNumber(pattern, actual)
  const expression = expressionOf(pattern)
  if (expression !== null) return isScalar(actual) && expression.test(String(actual))
  const [, digit] = /^([1-5])xx$/.exec(pattern) ?? []
  if (digit !== undefined && typeof actual === 'number') return Math.floor(actual / 100) === Number(digit)
  return pattern === actual || (typeof actual === 'number' && pattern === String(actual))
}

/** `run --set count=3` and captured headers give texts. */
function isSameNumber(pattern: Scalar, actual: Json | undefined): boolean {
  return (
    typeof pattern === 'number' && typeof actual === 'string' && actual !== '' && Number(actual) === pattern
  )
}

/** `/^a+$/i` */
function expressionOf(text: string): RegExp | null {
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/s.exec(text) ?? []
  if (source === undefined) return null
  try {
    return new RegExp(source, flags)
  } catch {
    return null
  }
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

function mismatch(what: string, expected: string, actual: Json | undefined): Mismatch {
  return { what, expected, actual: describe(actual) }
}

/** As {@link mismatches} of two lists; a list that differs as a whole is told as it is written: `503, timed-out`. */
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

/** Texts as they are, the rest as JSON; nothing is `nothing`. */
export function describe(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text === '') return 'an empty text'
  return shorten(text, LONGEST)
}

const LONGEST = 500

function isScalar(value: Json | undefined): value is Scalar {
  return value !== undefined && (value === null || typeof value !== 'object')
}
