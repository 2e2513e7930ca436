import { describe, expect, it } from 'vitest'
import { readInstant } from '../../../src/core/units.ts'

const NINE = Date.UTC(2026, 5, 5, 9)

describe('readInstant', () => {
  it.each([
    ['2026-06-05T09:00:00Z', NINE],
    ['2026-06-05T09:00:00.250Z', NINE + 250],
    ['2026-06-05T11:00+02:00', NINE],
    ['2026-06-05T09:00', NINE],
    ['2026-06-05', Date.UTC(2026, 5, 5)],
    [String(NINE / 1000), NINE],
    [String(NINE), NINE],
    ['noon', undefined],
    ['', undefined],
    ['2026', undefined],
    ['2026-13-05', undefined],
    ['5 June 2026', undefined],
  ])('%s', (text, instant) => {
    expect(readInstant(text)).toBe(instant)
  })
})
