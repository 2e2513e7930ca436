import { MockError } from './errors.ts'

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof UNITS
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/
const PART = /(\d+(?:\.\d+)?)(ms|[smhd])/g

/** Milliseconds of `250ms`, `10s`, `6m10s`, `3d`; undefined when the text is no duration. */
export function readDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!WHOLE.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * UNITS[unit as Unit]
  return Math.round(total)
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
    const amount = Math.floor(rest / UNITS[unit])
    if (amount > 0) text += `${amount}${unit}`
    rest -= amount * UNITS[unit]
  }
  return text
}

/** To microseconds: what is beyond them is noise of the arithmetic. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
