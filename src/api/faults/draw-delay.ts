import type { Chance } from '../../core/ids.ts'
import type { Delay } from '../../fault/fault.ts'

/** Milliseconds of a delay; a distribution draws lots. */
export function drawDelay(delay: Delay, chance: Pick<Chance, 'fraction'>): number {
  if (delay.kind === 'fixed') return delay.ms
  if (delay.kind === 'uniform') return delay.min + chance.fraction() * (delay.max - delay.min)
  const drawn = delay.median * Math.exp(delay.sigma * normal(chance))
  return delay.max === null ? drawn : Math.min(drawn, delay.max)
}

/** Box and Muller's way from two even draws to one of the standard normal distribution. */
function normal(chance: Pick<Chance, 'fraction'>): number {
  const [u, v] = [1 - chance.fraction(), chance.fraction()]
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
}
