import { describe, expect, it } from 'vitest'
import { LAST_INSTANT } from '../../../src/core/clock.ts'
import { attemptLimit, nextDelay } from '../../../src/delivery/retry.ts'
import type { Jitter, Schedule } from '../../../src/spec/provider.ts'
import { exponential, H, list, NO_JITTER } from './policies.ts'

/** Every delay until the schedule ends, at most `most`. */
function delays(
  schedule: Schedule,
  {
    jitter = NO_JITTER,
    fraction = 0,
    most = 100,
  }: { jitter?: Jitter; fraction?: number; most?: number } = {},
) {
  const found: number[] = []
  let elapsed = 0
  for (let used = 0; used < most; used++) {
    const next = nextDelay(schedule, jitter, { delaysUsed: used, elapsed, fraction })
    if (next.kind === 'exhausted') break
    found.push(next.ms)
    elapsed += next.ms
  }
  return found
}
describe('nextDelay', () => {
  it('says why there is no further attempt', () => {
    const state = { elapsed: 0, fraction: 0 }
    expect(nextDelay(list([1, 2, 3]), NO_JITTER, { ...state, delaysUsed: 3 })).toEqual({
      kind: 'exhausted',
      reason: 'the schedule is used up after 4 attempts',
    })
    expect(nextDelay(list([]), NO_JITTER, { ...state, delaysUsed: 0 })).toEqual({
      kind: 'exhausted',
      reason: 'the schedule is used up after 1 attempt',
    })
    expect(
      nextDelay(list([H], { window: H }), NO_JITTER, { delaysUsed: 0, elapsed: 1, fraction: 0 }),
    ).toEqual({
      kind: 'exhausted',
      reason: 'the next attempt would be later than 1h after the first',
    })
  })

  it.each<[string, Jitter, number, number]>([
    ['none', NO_JITTER, 10_000, 10_000],
    ['full', { kind: 'full' }, 0, 5_000],
    ['plus-minus', { kind: 'plus-minus', share: 0.2 }, 8_000, 10_000],
    ['added share', { kind: 'add', share: 0.5, min: 0, max: null }, 10_000, 12_500],
    ['added, at least', { kind: 'add', share: 0.1, min: 2_000, max: 900_000 }, 10_000, 11_000],
    ['added, at most', { kind: 'add', share: 0.5, min: 0, max: 1_000 }, 10_000, 10_500],
  ])('jitter: %s', (_, jitter, lowest, middle) => {
    expect(delays(list([10_000]), { jitter, fraction: 0 })).toEqual([lowest])
    expect(delays(list([10_000]), { jitter, fraction: 0.5 })).toEqual([middle])
  })

  it('waits at least as long as the receiver asks', () => {
    const state = { delaysUsed: 0, elapsed: 0, fraction: 0 }
    expect(nextDelay(list([10]), NO_JITTER, { ...state, atLeast: 50 })).toEqual({ kind: 'delay', ms: 50 })
    expect(nextDelay(list([10]), NO_JITTER, { ...state, atLeast: 5 })).toEqual({ kind: 'delay', ms: 10 })
  })
})

describe('a delay beyond all dates', () => {
  const state = { delaysUsed: 0, elapsed: 0, fraction: 0 }
  const longest = { kind: 'delay', ms: LAST_INSTANT }

  it.each([1e26, Number.POSITIVE_INFINITY])(
    'is as long as clocks go when the receiver asks for %d ms',
    (atLeast) => {
      expect(nextDelay(list([10]), NO_JITTER, { ...state, atLeast })).toEqual(longest)
    },
  )

  it('is as long as clocks go where an exponential schedule has no cap', () => {
    expect(
      nextDelay(exponential(1_000, 2, { attempts: 9_999 }), NO_JITTER, { ...state, delaysUsed: 2_000 }),
    ).toEqual(longest)
  })
})

describe('attemptLimit', () => {
  it('counts the first attempt, too', () => {
    expect(attemptLimit(list([1, 2, 3]))).toBe(4)
    expect(attemptLimit(list([1, 2, 3], { attempts: 2 }))).toBe(2)
    expect(attemptLimit(list([1], { repeatLast: true }))).toBeNull()
    expect(attemptLimit(exponential(1, 2, { attempts: 5 }))).toBe(5)
  })
})
