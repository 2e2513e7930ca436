export type Side = 'below' | 'above' | null

const GAP = 6

/**
 * Where the words of marks stand that follow each other from left to right: below, above where the one before is in the
 * way, nowhere where there is no room at all. The last one, which tells how it ended, always has its word.
 */
export function labelSides(
  marks: readonly { readonly x: number; readonly width: number }[],
): readonly Side[] {
  const sides: Side[] = []
  const ends = { below: Number.NEGATIVE_INFINITY, above: Number.NEGATIVE_INFINITY }
  for (const [index, { x, width }] of marks.entries()) {
    const start = x - width / 2
    const fits = (['below', 'above'] as const).find((side) => start >= ends[side] + GAP)
    const isLast = index === marks.length - 1
    const side = fits ?? (isLast ? 'below' : null)
    if (fits === undefined && isLast) giveWay(sides, marks, start)
    sides.push(side)
    if (side !== null) ends[side] = x + width / 2
  }
  return sides
}

function giveWay(
  sides: Side[],
  marks: readonly { readonly x: number; readonly width: number }[],
  start: number,
) {
  for (const [index, side] of sides.entries()) {
    const { x = 0, width = 0 } = marks[index] ?? {}
    if (side === 'below' && x + width / 2 + GAP > start) sides[index] = null
  }
}
