import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIRST_INSTANT, LAST_INSTANT } from '../../../src/core/clock.ts'
import type { Delivery, Outcome } from '../../../src/core/model.ts'
import { attemptLimit, nextDelay, nextStep } from '../../../src/delivery/retry.ts'
import type { Jitter, Schedule } from '../../../src/spec/provider.ts'
import { list, policy } from './policies.ts'

const duration = fc.oneof(
  fc.integer({ min: 0, max: 86_400_000 }),
  fc.integer({ min: 0, max: LAST_INSTANT }),
  fc.constantFrom(0, 1, LAST_INSTANT),
)
const share = fc.double({ min: 0, max: 1, noNaN: true })
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const limits = {
  attempts: fc.option(fc.integer({ min: 1, max: 50 })),
  window: fc.option(duration),
}

// What a document can say, with the largest numbers that it can say it with.
const schedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({
    kind: fc.constant('list' as const),
    delays: fc.array(duration, { maxLength: 8 }),
    repeatLast: fc.boolean(),
    ...limits,
  }),
  fc.record({
    kind: fc.constant('exponential' as const),
    base: duration,
    factor: fc.oneof(fc.double({ min: 1, max: 10, noNaN: true }), fc.constantFrom(1, 2, 1e300)),
    cap: fc.option(duration),
    ...limits,
  }),
)

const jitter: fc.Arbitrary<Jitter> = fc.oneof(
  fc.constantFrom<Jitter>({ kind: 'none' }, { kind: 'full' }),
  fc.record({ kind: fc.constant('plus-minus' as const), share }),
  fc.record({ kind: fc.constant('add' as const), share, min: duration, max: fc.option(duration) }),
)

const instant = fc.oneof(fc.integer({ min: FIRST_INSTANT, max: LAST_INSTANT }), fc.constant(LAST_INSTANT))

const retryAfter = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 400n }).map(String),
  fc.constantFrom('Fri, 31 Dec 9999 23:59:59 GMT', 'Sat, 01 Jan 0000 00:00:00 GMT', 'soon'),
)

function failure(header: string): Outcome {
  return {
    kind: 'responded',
    status: 503,
    headers: [['Retry-After', header]],
    body: { encoding: 'utf8', text: '' },
    truncated: false,
  }
}

function pendingAt(now: number): Delivery {
  return {
    ...({ id: 'del_1', provider: 'acme', account: 'main', event: 'evt_1', webhook: 'whk_1' } as Delivery),
    cause: 'event',
    status: 'pending',
    reason: null,
    attempts: 0,
    delaysUsed: 0,
    nextAttemptAt: now,
    resendOf: null,
    createdAt: now,
    settledAt: null,
  }
}

describe('any schedule', () => {
  it('leads from attempt to attempt, forward in time, to a settled delivery with a reason', () => {
    const MOST = 60
    const run = fc.record({
      schedule,
      jitter,
      start: instant,
      header: retryAfter,
      seed: fc.array(fraction, { minLength: 1 }),
    })
    fc.assert(
      fc.property(run, ({ schedule, jitter, start, header, seed }) => {
        let delivery = pendingAt(start)
        let now = start
        for (let made = 1; made <= MOST && delivery.status === 'pending'; made++) {
          now = delivery.nextAttemptAt ?? Number.NaN
          delivery = nextStep({
            delivery: { ...delivery, attempts: made },
            outcome: failure(header),
            policy: policy({ schedule, jitter, retryAfter: { kind: 'honour' } }),
            now,
            wall: Date.now(),
            fraction: seed[made % seed.length] ?? 0,
          })
          if (delivery.status !== 'pending') break
          const next = delivery.nextAttemptAt ?? Number.NaN
          expect(Number.isSafeInteger(next)).toBe(true)
          expect(next).toBeGreaterThanOrEqual(now)
          expect(next).toBeLessThanOrEqual(LAST_INSTANT)
          if (schedule.window !== null) expect(next - start).toBeLessThanOrEqual(schedule.window)
        }
        expect(delivery.attempts).toBeLessThanOrEqual(attemptLimit(schedule) ?? MOST)
        if (delivery.status === 'pending') expect(attemptLimit(schedule) ?? MOST).toBeGreaterThanOrEqual(MOST)
        else
          expect([delivery.status, delivery.reason, delivery.settledAt]).toEqual([
            'exhausted',
            expect.any(String),
            now,
          ])
      }),
    )
  })
})

describe('any jitter', () => {
  it('keeps a delay within its bounds', () => {
    fc.assert(
      fc.property(duration, jitter, fraction, (delay, jitter, fraction) => {
        const next = nextDelay(list([delay]), jitter, { delaysUsed: 0, elapsed: 0, fraction })
        if (next.kind !== 'delay') throw new Error(next.reason)
        const [least, most] = boundsOf(delay, jitter)
        expect(next.ms).toBeGreaterThanOrEqual(Math.floor(least))
        expect(next.ms).toBeLessThanOrEqual(Math.ceil(Math.min(most, LAST_INSTANT)))
      }),
    )
  })
})

function boundsOf(delay: number, jitter: Jitter): readonly [number, number] {
  if (jitter.kind === 'none') return [delay, delay]
  if (jitter.kind === 'full') return [0, delay]
  if (jitter.kind === 'plus-minus') return [delay * (1 - jitter.share), delay * (1 + jitter.share)]
  return [
    delay,
    delay + Math.min(Math.max(delay * jitter.share, jitter.min), jitter.max ?? Number.POSITIVE_INFINITY),
  ]
}
