import { MockError } from './errors.ts'

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** How the mock's time passes: as it is, only when it is advanced, or so many times faster. */
export type ClockMode =
  | { readonly kind: 'real' }
  | { readonly kind: 'virtual' }
  | { readonly kind: 'scaled'; readonly factor: number }

/** The mock's time. Schedules and timestamps use `now`; signatures and measured durations use the wall clock. */
export interface Clock {
  readonly mode: ClockMode
  /** The mock's time. */
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

/** @param notBefore the latest instant that the kept state knows: a fast clock must not fall behind it after a restart. */
export function createClock(mode: ClockMode = { kind: 'real' }, notBefore: Instant = 0): Clock {
  return mode.kind === 'virtual' ? virtualClock(mode, notBefore) : runningClock(mode, notBefore)
}

/** `real`, `virtual` or `x60`; anything else is the user's mistake. */
export function parseClockMode(text: string): ClockMode {
  if (text === 'real' || text === 'virtual') return { kind: text }
  const factor = Number(/^x(\d+(?:\.\d+)?)$/.exec(text)?.[1] ?? Number.NaN)
  if (factor > 0) return { kind: 'scaled', factor }
  throw new MockError('input', 'BAD_CLOCK', `Failed to read the clock: "${text}" is no clock.`, {
    hint: 'Use real, virtual, or a factor such as x60.',
  })
}

export function describeClockMode(mode: ClockMode): string {
  return mode.kind === 'scaled' ? `x${mode.factor}` : mode.kind
}

function runningClock(mode: Exclude<ClockMode, { kind: 'virtual' }>, notBefore: Instant): Clock {
  const factor = mode.kind === 'scaled' ? mode.factor : 1
  const startWall = Date.now()
  const start = factor === 1 ? startWall : Math.max(startWall, notBefore)
  const now = () => (factor === 1 ? Date.now() : Math.round(start + (Date.now() - startWall) * factor))
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
        else timer = setTimeout(wait, Math.min(Math.ceil(left), LONGEST_TIMER))
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
      time = Math.max(time, to)
      ringDue()
    },
  }
}
