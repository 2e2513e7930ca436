import { describe, expect, it } from 'vitest'
import { createClock, describeClockMode, parseClockMode } from '../../../src/core/clock.ts'

describe('clock modes', () => {
  it.each(['real', 'virtual', 'x60', 'x0.5'])('reads %s', (text) =>
    expect(describeClockMode(parseClockMode(text))).toBe(text),
  )

  it.each(['x0', 'x', 'fast', '', 'x-1'])('refuses "%s"', (text) =>
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
