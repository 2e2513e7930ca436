import { describe, expect, it } from 'vitest'
import { createClock } from '../../../../src/core/clock.ts'
import { type Patience, until } from '../../../../src/scenario/run/until.ts'

const clock = createClock()
const counting = () => {
  let looks = 0
  return { look: async () => ++looks, looks: () => looks }
}
const patience = (given: Partial<Patience>): Patience => ({
  withinMs: 5_000,
  everyMs: 5_000,
  clock,
  signal: new AbortController().signal,
  ...given,
})

describe('until', () => {
  it('looks once where that is enough', async () => {
    const { look, looks } = counting()
    expect(await until(look, () => true, patience({}))).toBe(1)
    expect(looks()).toBe(1)
  })

  it('looks again after a while', async () => {
    const { look } = counting()
    expect(await until(look, (seen) => seen === 3, patience({ everyMs: 1 }))).toBe(3)
  })

  it('looks again at a nudge, also at one that comes while it looks', async () => {
    const { look } = counting()
    const nudges = new Set<() => void>()
    const watch = (nudge: () => void) => {
      nudges.add(nudge)
      return () => void nudges.delete(nudge)
    }
    const nudge = () => {
      for (const one of nudges) one()
    }
    const started = clock.elapsed()
    const nudging = async () => {
      const seen = await look()
      if (seen === 1) nudge()
      if (seen === 2) setTimeout(nudge, 20)
      return seen
    }
    expect(await until(nudging, (seen) => seen === 3, patience({ watch }))).toBe(3)
    expect(clock.elapsed() - started).toBeLessThan(2_000)
    expect(nudges.size).toBe(0)
  })

  it('answers what it saw last when the time is over', async () => {
    const { look, looks } = counting()
    expect(await until(look, () => false, patience({ withinMs: 30, everyMs: 10 }))).toBe(looks())
    expect(looks()).toBeGreaterThan(1)
  })

  it('leaves off when it is told to', async () => {
    const controller = new AbortController()
    const { look } = counting()
    setTimeout(() => controller.abort(), 10)
    const started = clock.elapsed()
    await until(look, () => false, patience({ signal: controller.signal }))
    expect(clock.elapsed() - started).toBeLessThan(2_000)
  })
})
