import { type Instant, isInstant, LAST_INSTANT } from './clock.ts'
import { MockError } from './errors.ts'

const DURATION_UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

type Unit = keyof typeof DURATION_UNITS

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/

const PART = /(\d+(?:\.\d+)?)(ms|[smhd])/g

/** Milliseconds of `250ms`, `10s`, `6m10s`, `3d`, at most as long as clocks go; undefined when the text is no duration. */
export function readDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!WHOLE.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * DURATION_UNITS[unit as Unit]
  return Math.min(Math.round(total), LAST_INSTANT)
}

/** As {@link readDuration}, but a text that is no duration is the user's mistake. */
export function parseDuration(text: string, what = 'a duration'): number {
  const value = readDuration(text)
  if (value === undefined)
    throw new MockError('input', 'BAD_DURATION', `Failed to read ${what}: "${text}" is not a duration.`, {
      hint: 'Write a number and a unit, such as 250ms, 10s, 6m, 2h or 3d.',
    })
  return value
}

/** The shortest way to write it: `250ms`, `10s`, `6m10s`, `1d2h`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms)
  if (rest === 0) return '0s'
  let text = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(rest / DURATION_UNITS[unit])
    if (amount > 0) text += `${amount}${unit}`
    rest -= amount * DURATION_UNITS[unit]
  }
  return text
}

/** To microseconds: what is beyond them is noise of the arithmetic. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}

/** `2026-06-05T09:00:00.000Z`, or without the milliseconds. */
export function isoTime(instant: Instant, precision: 's' | 'ms' = 'ms'): string {
  const text = new Date(instant).toISOString()
  return precision === 'ms' ? text : `${text.slice(0, 19)}Z`
}

/** Months since the year 0, in UTC. */
export function monthOf(instant: Instant): number {
  const time = new Date(instant)
  return time.getUTCFullYear() * 12 + time.getUTCMonth()
}

/** When a month begins that {@link monthOf} counts; where the clock ends at the latest. */
export function startOfMonth(month: number): Instant {
  return Math.min(Date.UTC(Math.floor(month / 12), month % 12), LAST_INSTANT)
}

const DAY_AND_TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i

/** Until 2286 seconds have ten digits, and milliseconds thirteen since 2001. */
const MAX_SECOND_DIGITS = 11

/** `2026-06-05T09:00:00Z` (UTC where it names no zone), or seconds or milliseconds since 1970, up to the year 9999; else undefined. */
export function readInstant(text: string): Instant | undefined {
  const time = /^\d{9,15}$/.test(text)
    ? Number(text) * (text.length <= MAX_SECOND_DIGITS ? 1_000 : 1)
    : dateTime(text)
  return isInstant(time) ? time : undefined
}

function dateTime(text: string): number {
  const match = DAY_AND_TIME.exec(text)
  if (match === null) return Number.NaN
  return Date.parse(text.length > 10 && match[1] === undefined ? `${text}Z` : text)
}

const SIZE_UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 * 1024 }

/** Bytes of `512b`, `64kb`, `5mb`; undefined when the text is no size. */
export function readSize(text: string): number | undefined {
  const [, amount = '', unit = ''] = /^(\d+)(b|kb|mb)$/.exec(text) ?? []
  const factor = SIZE_UNITS[unit]
  return factor === undefined ? undefined : Number(amount) * factor
}

/** The shortest way to write it: `512b`, `64kb`, `5mb`. */
export function formatSize(bytes: number): string {
  const [unit = 'b', factor = 1] =
    Object.entries(SIZE_UNITS).findLast(([, factor]) => bytes >= factor && bytes % factor === 0) ?? []
  return `${bytes / factor}${unit}`
}
