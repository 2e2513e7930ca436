import { describe, expect, it } from 'vitest'
import { attemptLimit, nextDelay } from '../../../src/delivery/schedule.ts'
import type { Jitter, Schedule } from '../../../src/spec/provider.ts'
import { D, exponential, H, list, M, NO_JITTER, S } from './policies.ts'

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
const doubling = (base: number, count: number, cap = Number.POSITIVE_INFINITY) =>
  Array.from({ length: count }, (_, n) => Math.min(base * 2 ** n, cap))
const times = (count: number, ms: number) => Array<number>(count).fill(ms)

const SVIX = [5 * S, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 10 * H]
const ROWS: readonly (readonly [system: string, schedule: Schedule, delays: readonly number[]])[] = [
  [
    'Standard Webhooks',
    list([5 * S, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H]),
    [5 * S, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H],
  ],
  ['Svix, Resend', list(SVIX), SVIX],
  [
    'Convoy, exponential',
    exponential(10 * S, 2, { cap: 7200 * S, attempts: 13 }),
    doubling(10 * S, 12, 7200 * S),
  ],
  ['Convoy, linear', exponential(30 * S, 1, { attempts: 4 }), times(3, 30 * S)],
  ['Outpost', exponential(30 * S, 2, { attempts: 11 }), doubling(30 * S, 10)],
  ['Outpost, a list', list([1 * S, 5 * S], { repeatLast: true, attempts: 5 }), [1 * S, 5 * S, 5 * S, 5 * S]],
  [
    'Hook0',
    list([3 * S, 10 * S, 3 * M, 30 * M, 1 * H, 3 * H, 5 * H, 10 * H], {
      repeatLast: true,
      attempts: 24,
      window: 8 * D,
    }),
    [3 * S, 10 * S, 3 * M, 30 * M, 1 * H, 3 * H, 5 * H, ...times(16, 10 * H)],
  ],
  ['WebhookX', list([3600 * S, 3600 * S]), times(2, H)],
  ['GitHub', list([]), []],
  ['Shopify', exponential(M, 2, { attempts: 9, window: 5 * H }), doubling(M, 8)],
  ['Slack', list([0, M, 5 * M]), [0, M, 5 * M]],
  [
    'Paddle',
    exponential(M, 1.05, { attempts: 61 }),
    Array.from({ length: 60 }, (_, n) => Math.round(M * 1.05 ** n)),
  ],
  ['Razorpay', exponential(M, 2, { window: 24 * H }), doubling(M, 10)],
  ['Dynamic', list([15 * S, M, 10 * M, H, D]), [15 * S, M, 10 * M, H, D]],
  [
    'Tidio',
    list([5, 10, 30, 60, 180, 600, 1800, 3600, 10_800].map((s) => s * S)),
    [5, 10, 30, 60, 180, 600, 1800, 3600, 10_800].map((s) => s * S),
  ],
  [
    'Circle',
    list([S, 10 * S, 30 * S, M, 15 * M, H, 3 * H, 5 * H, 6 * H, 10 * H, 11 * H]),
    [S, 10 * S, 30 * S, M, 15 * M, H, 3 * H, 5 * H, 6 * H, 10 * H, 11 * H],
  ],
  [
    'Apideck',
    list([3 * M, 5 * M, 10 * M, 30 * M, H, 2 * H, 4 * H, 8 * H, 12 * H], { window: 24 * H }),
    [3 * M, 5 * M, 10 * M, 30 * M, H, 2 * H, 4 * H, 8 * H],
  ],
  [
    'Recurly',
    list(Array.from({ length: 10 }, (_, x) => (10 + x * 2 ** (x + 5)) * S)),
    Array.from({ length: 10 }, (_, x) => (10 + x * 2 ** (x + 5)) * S),
  ],
  [
    'NMI',
    list([15 * S, ...times(3, M), 5 * M, 15 * M, 30 * M, ...times(10, H), 12 * H, 12 * H, 24 * H]),
    [15 * S, ...times(3, M), 5 * M, 15 * M, 30 * M, ...times(10, H), 12 * H, 12 * H, 24 * H],
  ],
  [
    'Truecaller',
    list([2 * M, 6 * M, 30 * M, H, 5 * H, D, 2 * D]),
    [2 * M, 6 * M, 30 * M, H, 5 * H, D, 2 * D],
  ],
  ['Dialpad, calls', exponential(2 * S, 2, { attempts: 4 }), [2 * S, 4 * S, 8 * S]],
  [
    'Dialpad, messages',
    list([30 * S, M, 2 * M, 4 * M, 8 * M, 16 * M, 32 * M, H, H, H]),
    [30 * S, M, 2 * M, 4 * M, 8 * M, 16 * M, 32 * M, H, H, H],
  ],
  ['Sanity', list([30 * S, 30 * S]), [30 * S, 30 * S]],
  ['Prolific', exponential(M, 2, { attempts: 12 }), doubling(M, 11)],
  ['10, 60, 300 seconds', list([10 * S, 60 * S, 300 * S]), [10 * S, 60 * S, 300 * S]],
]

describe('nextDelay', () => {
  it.each(ROWS)('%s', (_, schedule, expected) => {
    expect(delays(schedule)).toEqual(expected)
  })

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

describe('attemptLimit', () => {
  it('counts the first attempt, too', () => {
    expect(attemptLimit(list([1, 2, 3]))).toBe(4)
    expect(attemptLimit(list([1, 2, 3], { attempts: 2 }))).toBe(2)
    expect(attemptLimit(list([1], { repeatLast: true }))).toBeNull()
    expect(attemptLimit(exponential(1, 2, { attempts: 5 }))).toBe(5)
  })
})
