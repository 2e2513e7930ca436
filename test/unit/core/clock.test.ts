import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type ClockMode,
  createClock,
  describeClockMode,
  LAST_INSTANT,
  parseClockMode,
} from '../../../src/core/clock.ts'

afterEach(() => void vi.restoreAllMocks())

/** The wall clock is set to another time, `by` milliseconds away; timers and durations go on as before. */
function stepWallClock(by: number): void {
  const wall = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => wall() + by)
}

describe('clock modes', () => {
  it.each(['real', 'virtual', 'x60', 'x0.5'])('reads %s', (text) =>
    expect(describeClockMode(parseClockMode(text))).toBe(text),
  )

  it.each(['x0', 'x', 'fast', '', 'x-1', 'x1000000001', `x${'9'.repeat(400)}`])('refuses "%s"', (text) =>
    expect(() => parseClockMode(text)).toThrow(`Failed to read the clock: "${text}" is no clock.`),
  )
})

describe('a virtual clock', () => {
  it('stands still until it is moved, and rings in the order of the due times', () => {
    const clock = createClock({ kind: 'virtual' })
    const start = clock.now()
    const rung: string[] = []
    clock.alarm(start + 20, () => rung.push('second'))
    clock.alarm(start + 10, () => rung.push('first'))
    clock.alarm(start + 30, () => rung.push('third'))
    const cancel = clock.alarm(start + 15, () => rung.push('never'))
    cancel()
    clock.moveTo(start + 20)
    expect(rung).toEqual(['first', 'second'])
    expect(clock.now()).toBe(start + 20)
    clock.moveTo(start)
    expect(clock.now()).toBe(start + 20)
  })

  it('does not fall behind the kept state', () => {
    const later = Date.now() + 1_000_000
    expect(createClock({ kind: 'virtual' }, later).now()).toBe(later)
  })
})

describe('where the wall clock is set back by a day', () => {
  it.each<ClockMode>([{ kind: 'real' }, { kind: 'scaled', factor: 100 }])(
    'time goes on, and alarms ring: %j',
    async (mode) => {
      const clock = createClock(mode)
      const before = clock.now()
      const rung = new Promise<void>((resolve) => clock.alarm(before + 20, resolve))
      stepWallClock(-86_400_000)
      await rung
      expect(clock.now() - before).toBeGreaterThanOrEqual(20)
      expect(clock.now() - before).toBeLessThan(60_000)
      expect(clock.wall()).toBeLessThan(before - 80_000_000)
    },
  )

  it('time goes on where it is set forward again', () => {
    const clock = createClock()
    const before = clock.now()
    stepWallClock(-86_400_000)
    expect(clock.now()).toBeGreaterThanOrEqual(before)
    vi.restoreAllMocks()
    expect(clock.now() - Date.now()).toBeLessThan(1_000)
  })
})

describe('where the wall clock is set forward by a day', () => {
  it('a real clock follows it', () => {
    const clock = createClock()
    const before = clock.now()
    stepWallClock(86_400_000)
    expect(clock.now()).toBeGreaterThanOrEqual(before + 86_400_000)
  })

  it('a scaled clock does not', () => {
    const clock = createClock({ kind: 'scaled', factor: 2 })
    const before = clock.now()
    stepWallClock(86_400_000)
    expect(clock.now() - before).toBeLessThan(60_000)
  })
})

describe('the end of time', () => {
  it.each<ClockMode>([{ kind: 'virtual' }, { kind: 'scaled', factor: 1e9 }])(
    'is where a clock stops: %j',
    (mode) => {
      const clock = createClock(mode, Number.MAX_SAFE_INTEGER)
      expect(new Date(clock.now()).toISOString()).toBe('9999-12-31T23:59:59.999Z')
    },
  )

  it('is where a virtual clock is moved at most', () => {
    const clock = createClock({ kind: 'virtual' })
    clock.moveTo(Number.POSITIVE_INFINITY)
    expect(clock.now()).toBe(LAST_INSTANT)
  })

  it.each([0, Number.NaN, Number.POSITIVE_INFINITY, -1])('is reached by no factor such as %d', (factor) =>
    expect(() => createClock({ kind: 'scaled', factor })).toThrow(`"x${factor}" is no clock`),
  )
})

describe('a scaled clock', () => {
  it('rings so many times sooner', async () => {
    const clock = createClock({ kind: 'scaled', factor: 1_000 })
    const started = performance.now()
    await new Promise<void>((resolve) => clock.alarm(clock.now() + 10_000, resolve))
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('cannot be moved', () => {
    expect(() => createClock({ kind: 'scaled', factor: 2 }).moveTo(0)).toThrow(
      'Failed to advance the clock: it is x2.',
    )
  })
})
