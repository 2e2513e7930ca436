import { describe, expect, it } from 'vitest'
import { drawDelay } from '../../../src/api/faults.ts'
import { createRandom } from '../../../src/core/random.ts'
import type { Delay } from '../../../src/fault/parameters.ts'

const draws = (delay: Delay, seed = 'lots') => {
  const rng = createRandom(seed)
  return Array.from({ length: 1_000 }, () => drawDelay(delay, rng)).sort((a, b) => a - b)
}
const share = (sorted: readonly number[], below: number) => sorted.filter((ms) => ms < below).length / 1_000

describe('drawDelay', () => {
  it('draws nothing for what is fixed', () => {
    const never = { fraction: () => expect.unreachable() as never }
    expect(drawDelay({ kind: 'fixed', ms: 40 }, never)).toBe(40)
  })

  it('draws evenly between two bounds', () => {
    const sorted = draws({ kind: 'uniform', min: 100, max: 300 })
    expect(sorted[0]).toBeGreaterThanOrEqual(100)
    expect(sorted.at(-1)).toBeLessThanOrEqual(300)
    for (const [below, of] of [
      [150, 0.25],
      [200, 0.5],
      [250, 0.75],
    ] as const)
      expect(Math.abs(share(sorted, below) - of)).toBeLessThan(0.05)
  })

  it('draws around a median, as far as sigma says', () => {
    const sorted = draws({ kind: 'lognormal', median: 80, sigma: 0.5, max: null })
    // A standard deviation of the logarithm to either side: 16 % and 84 %.
    for (const [below, of] of [
      [80 * Math.exp(-0.5), 0.16],
      [80, 0.5],
      [80 * Math.exp(0.5), 0.84],
    ] as const)
      expect(Math.abs(share(sorted, below) - of)).toBeLessThan(0.04)
    expect(draws({ kind: 'lognormal', median: 80, sigma: 0, max: null }).at(-1)).toBe(80)
  })

  it('goes no further than it may', () => {
    const sorted = draws({ kind: 'lognormal', median: 80, sigma: 2, max: 90 })
    expect(sorted.at(-1)).toBe(90)
    expect(share(sorted, 80)).toBeGreaterThan(0.45)
  })

  it('is the same for the same seed', () => {
    const delay: Delay = { kind: 'lognormal', median: 80, sigma: 0.5, max: null }
    expect(draws(delay)).toEqual(draws(delay))
    expect(draws(delay)).not.toEqual(draws(delay, 'others'))
  })
})
