import { isHeader } from '../core/headers.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { formatDuration, formatSize, readDuration, readSize } from '../core/units.ts'

/** A kind of value that a fault takes: its words, its JSON Schema and its reading, declared together. */
export interface Kind<T> {
  /** Ends a sentence: `"by" is "2 sec", which is not a duration up to 1d such as 250ms or 10s`. */
  readonly expected: string
  readonly schema: JsonObject
  /** The only values, where there are few: a mistyped one is compared with them. */
  readonly choices?: readonly string[]
  /** Undefined where a value is not of this kind. */
  read(value: Json): T | undefined
}

/** One parameter of a fault. */
export interface Parameter<T> extends Kind<T> {
  /** What it is, in words that follow its name: `how many times in all`. */
  readonly about: string
  /** What it is unless given. */
  readonly fallback: T
  /** The same as documentation shows it. */
  readonly defaultText: string
}

/** @param written the default as a user would write it, and `defaultText` how documentation shows it */
export function parameter<T>(
  about: string,
  kind: Kind<T>,
  written: Json,
  defaultText = String(written),
): Parameter<T> {
  const fallback = kind.read(written)
  if (fallback === undefined) throw new TypeError(`The default ${defaultText} is not ${kind.expected}.`)
  return { ...kind, schema: { description: about, ...kind.schema }, about, fallback, defaultText }
}

/** A parameter that is undefined unless given. @param defaultText what is done then */
export function optional<T>(about: string, kind: Kind<T>, defaultText: string): Parameter<T | undefined> {
  return { ...kind, schema: { description: about, ...kind.schema }, about, fallback: undefined, defaultText }
}

/** The most for what runs by the wall clock: timers take at most 24 days, and nobody waits for so long. */
export const A_DAY = 86_400_000

/** The most for what runs by the mock's clock, which can be advanced. */
export const A_CENTURY = 36_500 * A_DAY

const DURATION: JsonObject = {
  anyOf: [{ type: 'string', pattern: String.raw`^(0|(\d+(\.\d+)?(ms|[smhd]))+)$` }, { const: 0 }],
}

/** `250ms`, `6m10s` or 0, read as milliseconds. */
export function duration(longest: number): Kind<number> {
  return {
    expected: `a duration up to ${formatDuration(longest)} such as 250ms or 10s`,
    schema: DURATION,
    read(value) {
      const ms = typeof value === 'string' ? readDuration(value) : value === 0 ? 0 : undefined
      return ms !== undefined && ms <= longest ? ms : undefined
    },
  }
}

/** `64kb`, or a number of bytes; read as bytes. */
export function size(most: number): Kind<number> {
  const bytes = integer(0, most)
  return {
    expected: `a size up to ${formatSize(most)} such as 64kb`,
    schema: { anyOf: [bytes.schema, { type: 'string', pattern: String.raw`^\d+(b|kb|mb)$` }] },
    read: (value) => bytes.read(typeof value === 'string' ? (readSize(value) ?? null) : value),
  }
}

export function integer(from: number, to: number): Kind<number> {
  return {
    expected: `an integer from ${from} to ${to}`,
    schema: { type: 'integer', minimum: from, maximum: to },
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to
        ? value
        : undefined,
  }
}

/** A part of the whole. */
export const share: Kind<number> = {
  expected: 'a number from 0 to 1',
  schema: { type: 'number', minimum: 0, maximum: 1 },
  read: (value) => (typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined),
}

export const text: Kind<string> = {
  expected: 'a non-empty string',
  schema: { type: 'string', minLength: 1 },
  read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
}

/** What RFC 9110, section 5.5, and Node allow in the value of a header. */
const HEADER_VALUE = String.raw`^[\t\x20-\x7e\x80-\xff]*$`

const HEADER_NAME = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"

export const headerText: Kind<string> = {
  expected: 'a non-empty string that HTTP can carry in a header',
  schema: { type: 'string', minLength: 1, pattern: HEADER_VALUE },
  read(value) {
    const read = text.read(value)
    return read !== undefined && isHeader('x', read) ? read : undefined
  },
}

/** Header lines by name; numbers are written out. */
export const headers: Kind<Readonly<Record<string, string>>> = {
  expected: 'an object of strings that HTTP can carry in headers',
  schema: {
    type: 'object',
    propertyNames: { pattern: HEADER_NAME },
    additionalProperties: { type: ['string', 'number'], pattern: HEADER_VALUE },
  },
  read(value) {
    if (!isJsonObject(value)) return undefined
    const lines = Object.entries(value)
    const isValid = lines.every(
      ([name, line]) =>
        (typeof line === 'string' || typeof line === 'number') && isHeader(name, String(line)),
    )
    return isValid ? Object.fromEntries(lines.map(([name, line]) => [name, String(line)])) : undefined
  },
}

export function oneOf<T extends string>(...choices: readonly T[]): Kind<T> {
  return {
    expected: `one of ${choices.join(', ')}`,
    schema: { enum: choices },
    choices,
    read: (value) => choices.find((choice) => choice === value),
  }
}

export const object: Kind<JsonObject> = {
  expected: 'an object',
  schema: { type: 'object' },
  read: (value) => (isJsonObject(value) ? value : undefined),
}

export const json: Kind<Json> = { expected: 'JSON', schema: {}, read: (value) => value }

/** How long something takes, in milliseconds. A distribution draws from the mock's seeded randomness. */
export type Delay =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  | {
      readonly kind: 'lognormal'
      readonly median: number
      readonly sigma: number
      readonly max: number | null
    }

const DEFAULT_SIGMA = 0.4

/** `2s`, `{min: 1s, max: 3s}` or `{median: 80ms, sigma: 0.4, max: 2s}`. */
export const delay: Kind<Delay> = {
  expected: `a duration up to ${formatDuration(A_DAY)}, {min, max} or {median, sigma, max}`,
  schema: {
    anyOf: [
      DURATION,
      {
        type: 'object',
        additionalProperties: false,
        required: ['min', 'max'],
        properties: { min: DURATION, max: DURATION },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['median'],
        properties: { median: DURATION, sigma: { type: 'number', minimum: 0 }, max: DURATION },
      },
    ],
  },
  read(value) {
    const { read } = duration(A_DAY)
    if (!isJsonObject(value)) {
      const ms = read(value)
      return ms === undefined ? undefined : { kind: 'fixed', ms }
    }
    const { min, max, median, sigma, ...others } = value
    if (Object.keys(others).length > 0) return undefined
    const high = max === undefined ? null : read(max)
    if (high === undefined) return undefined
    if (median === undefined) {
      const low = min === undefined || sigma !== undefined ? undefined : read(min)
      return low === undefined || high === null || low > high
        ? undefined
        : { kind: 'uniform', min: low, max: high }
    }
    const middle = read(median)
    const spread = sigma === undefined ? DEFAULT_SIGMA : sigma
    if (middle === undefined || min !== undefined || typeof spread !== 'number' || spread < 0)
      return undefined
    return { kind: 'lognormal', median: middle, sigma: spread, max: high }
  },
}
