import { result } from '../support/processes.ts'
import { row, spread } from '../support/rows.ts'
import type { Measurement } from '../support/setting.ts'

const TIMES = 10

/** startMock within one process: what each test file of a suite waits for. */
export const inProcessStart: Measurement = async ({ dist, quick, rounds }) => {
  const times = quick ? 2 : TIMES
  const first = { ours: [] as number[], bare: [] as number[] }
  const later = { ours: [] as number[], bare: [] as number[] }
  for (let i = 0; i < (quick ? 1 : rounds); i++) {
    const taken = {
      ours: await result<readonly number[]>('in-process', { dist, times }),
      bare: await result<readonly number[]>('express-in-process', { times }),
    }
    for (const side of ['ours', 'bare'] as const) {
      const [one = Number.NaN, ...others] = taken[side]
      first[side].push(one)
      later[side].push(spread(others).median)
    }
  }
  const what = 'Express listen'
  return [
    row({ name: 'startMock, first', unit: 'ms', ours: first.ours, bare: { what, values: first.bare } }),
    row({
      name: 'startMock, after the first',
      unit: 'ms',
      ours: later.ours,
      bare: { what, values: later.bare },
      goal: { of: 'ours', atMost: 50 },
    }),
  ]
}
