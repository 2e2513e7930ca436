import type { Instant } from './clock.ts'

const DAY_AND_TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i
/** Until 2286 seconds have ten digits, and milliseconds thirteen since 2001. */
const MOST_SECOND_DIGITS = 11

/** `2026-06-05T09:00:00Z` (UTC where it names no zone), or seconds or milliseconds since 1970; else undefined. */
export function readInstant(text: string): Instant | undefined {
  if (/^\d{9,15}$/.test(text)) return Number(text) * (text.length <= MOST_SECOND_DIGITS ? 1_000 : 1)
  const match = DAY_AND_TIME.exec(text)
  if (match === null) return undefined
  const time = Date.parse(text.length > 10 && match[1] === undefined ? `${text}Z` : text)
  return Number.isNaN(time) ? undefined : time
}
