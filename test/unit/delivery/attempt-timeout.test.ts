import { describe, expect, it } from 'vitest'
import type { ClockMode } from '../../../src/core/clock.ts'
import type { Outcome } from '../../../src/core/model.ts'
import { attemptTimeout, explainTimeout } from '../../../src/delivery/attempt-timeout.ts'

const REAL: ClockMode = { kind: 'real' }
const VIRTUAL: ClockMode = { kind: 'virtual' }
const LATE: Outcome = { kind: 'timed-out', error: 'no answer within 1s' }

describe('how long an attempt waits', () => {
  it.each([
    ['what the provider says, on a real clock', 10_000, REAL, undefined, 10_000],
    ['a second at most on any other', 10_000, VIRTUAL, undefined, 1_000],
    ['not even that where the provider is quicker', 400, VIRTUAL, undefined, 400],
    ['what was asked for, on any clock', 10_000, VIRTUAL, 3_000, 3_000],
  ] as const)('is %s', (_, own, mode, override, wanted) => {
    expect(attemptTimeout(own, mode, override)).toBe(wanted)
  })

  it('is noted where it was cut short and nobody asked for that', () => {
    expect(explainTimeout(LATE, 10_000, VIRTUAL)).toEqual({
      kind: 'timed-out',
      error: 'no answer within 1s (on a real clock 10s; --attempt-timeout sets another)',
    })
    expect(explainTimeout(LATE, 10_000, VIRTUAL, 1_000)).toBe(LATE)
    expect(explainTimeout(LATE, 1_000, VIRTUAL)).toBe(LATE)
    expect(explainTimeout(LATE, 10_000, REAL)).toBe(LATE)
    const refused: Outcome = { kind: 'connection-failed', code: 'ECONNREFUSED', error: 'refused' }
    expect(explainTimeout(refused, 10_000, VIRTUAL)).toBe(refused)
  })
})
