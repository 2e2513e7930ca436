import { MockError } from './errors.ts'

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** The years 1970 to 9999: what RFC 3339 can write, and what every reader of dates and timestamps takes. */
export const FIRST_INSTANT: Instant = 0
export const LAST_INSTANT: Instant = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Whether a value is a time that a clock can show. */
export function isInstant(value: unknown): value is Instant {
  return typeof value === 'number' && value >= FIRST_INSTANT && value <= LAST_INSTANT
}

/** So many milliseconds later, but no later than clocks go. */
export function later(instant: Instant, ms: number): Instant {
  return Math.min(instant + ms, LAST_INSTANT)
}

/** How the mock's time passes: as it is, only when it is advanced, or so many times faster. */
export type ClockMode =
  | { readonly kind: 'real' }
  | { readonly kind: 'virtual' }
  | { readonly kind: 'scaled'; readonly factor: number }

/** The mock's time. Schedules and timestamps use `now`; signatures and measured durations use the wall clock. */
export interface Clock {
  readonly mode: ClockMode
  /** The mock's time, which never goes back, and stands still at {@link LAST_INSTANT}. */
  now(): Instant
  /** The wall clock, in every mode. */
  wall(): Instant
  /** Milliseconds from an arbitrary start, never going back: for durations only. */
  elapsed(): number
  /** Calls `ring` once the mock's time has reached `due`; returns how to cancel it. */
  alarm(due: Instant, ring: () => void): () => void
  /** Moves a virtual clock forward to `to` and rings what is due; other clocks cannot be moved. */
  moveTo(to: Instant): void
}

/** Milliseconds. Node fires a timer of more after one millisecond. */
export const LONGEST_TIMER = 2 ** 31 - 1

/** How often an alarm looks at the clock again: a machine that slept, or was set forward, is past it sooner than a timer is. */
const LOOK_AGAIN_MS = 10_000

/** Beyond it a millisecond is more than a week. */
const MAX_FACTOR = 1e9

/** @param notBefore the latest instant that the kept state knows: a fast clock must not fall behind it after a restart. */
export function createClock(mode: ClockMode = { kind: 'real' }, notBefore: Instant = 0): Clock {
  const start = Math.min(notBefore, LAST_INSTANT)
  if (mode.kind === 'virtual') return virtualClock(mode, start)
  if (mode.kind === 'scaled' && !isFactor(mode.factor)) throw badClock(`x${mode.factor}`)
  return runningClock(mode, mode.kind === 'scaled' ? scaledNow(mode.factor, start) : realNow())
}

/** `real`, `virtual` or `x60`; anything else is the user's mistake. */
export function parseClockMode(text: string): ClockMode {
  if (text === 'real' || text === 'virtual') return { kind: text }
  const factor = Number(/^x(\d+(?:\.\d+)?)$/.exec(text)?.[1] ?? Number.NaN)
  if (isFactor(factor)) return { kind: 'scaled', factor }
  throw badClock(text)
}

function isFactor(factor: unknown): boolean {
  return typeof factor === 'number' && factor > 0 && factor <= MAX_FACTOR
}

function badClock(text: string): MockError {
  return new MockError('input', 'BAD_CLOCK', `Failed to read the clock: "${text}" is no clock.`, {
    hint: `Use real, virtual, or a factor such as x60, at most x${MAX_FACTOR}.`,
  })
}

export function describeClockMode(mode: ClockMode): string {
  return mode.kind === 'scaled' ? `x${mode.factor}` : mode.kind
}

/** The wall clock; where that is set back, time goes on from where it was, so that what is due stays due. */
function realNow(): () => Instant {
  let ahead = Number.NEGATIVE_INFINITY
  return () => {
    const wall = Date.now()
    const elapsed = performance.now()
    ahead = Math.max(ahead, wall - elapsed)
    return Math.min(Math.max(wall, Math.floor(ahead + elapsed)), LAST_INSTANT)
  }
}

/** So many times faster than time passes, whatever the wall clock is set to. */
function scaledNow(factor: number, notBefore: Instant): () => Instant {
  const start = Math.max(Date.now(), notBefore)
  const started = performance.now()
  return () => later(start, Math.round((performance.now() - started) * factor))
}

function runningClock(mode: Exclude<ClockMode, { kind: 'virtual' }>, now: () => Instant): Clock {
  const factor = mode.kind === 'scaled' ? mode.factor : 1
  return {
    mode,
    now,
    wall: () => Date.now(),
    elapsed: () => performance.now(),
    alarm(due, ring) {
      let timer: NodeJS.Timeout
      const wait = () => {
        const left = (due - now()) / factor
        if (left <= 0) timer = setTimeout(ring, 0)
        else timer = setTimeout(wait, Math.min(Math.ceil(left), LOOK_AGAIN_MS))
      }
      wait()
      return () => clearTimeout(timer)
    },
    moveTo() {
      throw new MockError(
        'input',
        'CLOCK_RUNS',
        `Failed to advance the clock: it is ${describeClockMode(mode)}.`,
        {
          hint: 'Only a virtual clock is advanced; start with --clock virtual.',
        },
      )
    },
  }
}

function virtualClock(mode: ClockMode, notBefore: Instant): Clock {
  let time = Math.max(Date.now(), notBefore)
  const alarms = new Set<{ readonly due: Instant; readonly ring: () => void }>()
  const ringDue = () => {
    const due = [...alarms].filter((alarm) => alarm.due <= time).sort((a, b) => a.due - b.due)
    for (const alarm of due) if (alarms.delete(alarm)) alarm.ring()
  }
  return {
    mode,
    now: () => time,
    wall: () => Date.now(),
    elapsed: () => performance.now(),
    alarm(due, ring) {
      const alarm = { due, ring }
      alarms.add(alarm)
      if (due <= time) setImmediate(ringDue)
      return () => void alarms.delete(alarm)
    },
    moveTo(to) {
      time = Math.min(Math.max(time, to), LAST_INSTANT)
      ringDue()
    },
  }
}
