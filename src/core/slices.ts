import { setImmediate as nextTurn } from 'node:timers/promises'
import { createClock } from './clock.ts'

/** How long others wait at most for a long piece of work, in milliseconds. */
const SLICE_MS = 10

/** Long work in slices, between which others have their turn. */
export interface Slices {
  /** Whether the slice is over: then {@link Slices.next} is to be awaited. */
  isOver(): boolean
  next(): Promise<void>
}

/** @example for (const one of many) { work(one); if (slices.isOver()) await slices.next() } */
export function createSlices(): Slices {
  const { elapsed } = createClock()
  let since = elapsed()
  return {
    isOver: () => elapsed() - since > SLICE_MS,
    async next() {
      await nextTurn()
      since = elapsed()
    },
  }
}
