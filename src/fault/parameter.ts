import { validateHeaderName, validateHeaderValue } from 'node:http'
import { formatDuration, readDuration } from '../core/duration.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import { formatSize, readSize } from '../core/size.ts'

/** The end of a sentence about the parameter: `is "2 sec", which is not a duration such as 250ms or 10s`. */
export interface Wrong {
  readonly wrong: string
  /** Whole sentences, in the place of what the parameter is about. */
  readonly hint?: string
}

/** What takes its time in earnest: a timer cannot be set to more than 24 days, and nobody waits for so long. */
export const A_DAY = 86_400_000
/** By the mock's clock, which is advanced. */
export const A_CENTURY = 36_500 * A_DAY

/** One parameter of a fault: how it is read, how editors see it, and what it is unless given. */
export interface Parameter<T> {
  readonly about: string
  readonly schema: JsonObject
  readonly fallback: T
  /** As it is written, for the documentation. */
  readonly written: string
  read(value: Json): T | Wrong
}

export function isWrong(value: unknown): value is Wrong {
  return typeof value === 'object' && value !== null && 'wrong' in value
}

export function duration(about: string, written: string, longest: number): Parameter<number> {
  return parameter(about, DURATION, written, readDuration(written) ?? 0, (value) => {
    const ms = typeof value === 'string' ? readDuration(value) : value === 0 ? 0 : undefined
    if (ms === undefined) return wrong(value, 'is not a duration such as 250ms, 10s or 6m')
    return ms > longest ? wrong(value, `is longer than ${formatDuration(longest)}`) : ms
  })
}

export function size(about: string, written: string, most: number): Parameter<number> {
  const schema = { anyOf: [{ type: 'integer', minimum: 0, maximum: most }, SIZE_TEXT] }
  return parameter(about, schema, written, readSize(written) ?? 0, (value) => {
    const bytes =
      typeof value === 'string'
        ? readSize(value)
        : typeof value === 'number' && Number.isInteger(value) && value >= 0
          ? value
          : undefined
    if (bytes === undefined) return wrong(value, 'is not a size such as 64kb or 5mb')
    return bytes > most ? wrong(value, `is more than ${formatSize(most)}`) : bytes
  })
}

export function count(about: string, fallback: number, least: number, most: number): Parameter<number> {
  const schema = { type: 'integer', minimum: least, maximum: most }
  return parameter(about, schema, String(fallback), fallback, (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : wrong(value, `is not a number from ${least} to ${most}`),
  )
}

export function share(about: string, fallback: number): Parameter<number> {
  const schema = { type: 'number', minimum: 0, maximum: 1 }
  return parameter(about, schema, String(fallback), fallback, (value) =>
    typeof value === 'number' && value >= 0 && value <= 1
      ? value
      : wrong(value, 'is not a number from 0 to 1'),
  )
}

export function text(about: string, fallback: string): Parameter<string> {
  return parameter(about, { type: 'string', minLength: 1 }, fallback, fallback, (value) =>
    typeof value === 'string' && value !== '' ? value : wrong(value, 'is not a text'),
  )
}

/** A text that stands in a header line. */
export function headerText(about: string, fallback: string): Parameter<string> {
  const plain = text(about, fallback)
  return parameter(about, { type: 'string', pattern: HEADER_TEXT }, fallback, fallback, (value) => {
    const read = plain.read(value)
    return isWrong(read) || isHeader('x', read) ? read : wrong(value, 'HTTP cannot carry')
  })
}

export function optionalText(about: string, written: string): Parameter<string | null> {
  return parameter<string | null>(about, { type: 'string', minLength: 1 }, written, null, (value) =>
    typeof value === 'string' && value !== '' ? value : wrong(value, 'is not a text'),
  )
}

export function oneOf<T extends string>(about: string, words: readonly T[], fallback: T): Parameter<T> {
  return parameter(about, { enum: words }, fallback, fallback, (value) => {
    const found = words.find((word) => word === value)
    return found ?? wrong(value, 'is not known', suggestion(String(value), words))
  })
}

export function object<T extends JsonObject | null>(
  about: string,
  written: string,
  fallback: T,
): Parameter<JsonObject | T> {
  return parameter<JsonObject | T>(about, { type: 'object' }, written, fallback, (value) =>
    isJsonObject(value) ? value : wrong(value, 'is not an object'),
  )
}

export function anything(about: string, written: string): Parameter<Json | undefined> {
  return parameter<Json | undefined>(about, {}, written, undefined, (value) => value)
}

export function headers(about: string): Parameter<Readonly<Record<string, string>>> {
  const schema = {
    type: 'object',
    propertyNames: { pattern: HEADER_NAME },
    additionalProperties: { type: ['string', 'number'] },
  }
  return parameter(about, schema, 'none', {}, (value) => {
    const lines = isJsonObject(value) ? Object.entries(value) : []
    const isFit = lines.every(([, line]) => typeof line === 'string' || typeof line === 'number')
    if (!isJsonObject(value) || !isFit) return wrong(value, 'does not give each header a text')
    const odd = lines.find(([name, line]) => !isHeader(name, String(line)))
    if (odd !== undefined) return { wrong: `has "${odd[0]}", which HTTP cannot carry` }
    return Object.fromEntries(lines.map(([name, line]) => [name, String(line)]))
  })
}

const HEADER_TEXT = String.raw`^[\t\x20-\x7e\x80-\xff]+$`
const HEADER_NAME = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
export const DURATION: JsonObject = {
  anyOf: [{ type: 'string', pattern: String.raw`^(0|(\d+(\.\d+)?(ms|[smhd]))+)$` }, { const: 0 }],
}
const SIZE_TEXT: JsonObject = { type: 'string', pattern: String.raw`^\d+(b|kb|mb)$` }
export function parameter<T>(
  about: string,
  schema: JsonObject,
  written: string,
  fallback: T,
  read: (value: Json) => T | Wrong,
): Parameter<T> {
  return { about, schema: { description: about, ...schema }, written, fallback, read }
}

function isHeader(name: string, line: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, line)
    return true
  } catch {
    return false
  }
}

export function wrong(value: Json, reason: string, hint?: string): Wrong {
  return { wrong: `is ${JSON.stringify(value)}, which ${reason}`, ...(hint !== undefined && { hint }) }
}
