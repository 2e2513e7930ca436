import { describe, expect, it } from 'vitest'
import { labelSides } from '../../../../src/report/html/timeline.ts'

const marks = (...places: readonly number[]) => places.map((x) => ({ x, width: 20 }))

describe('labelSides', () => {
  it.each([
    ['below where there is room', [0, 30, 60], ['below', 'below', 'below']],
    ['above where the one before is in the way', [0, 10, 30], ['below', 'above', 'below']],
    ['nowhere where both sides are taken', [0, 5, 10, 60], ['below', 'above', null, 'below']],
    ['for the last one always, which takes the place of another', [0, 5, 10], [null, 'above', 'below']],
    ['below for one alone', [7], ['below']],
  ] as const)('is %s', (_, places, sides) => {
    expect(labelSides(marks(...places))).toEqual(sides)
  })
})
