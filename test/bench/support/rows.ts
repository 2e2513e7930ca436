import type { Goal, Row, Spread } from './setting.ts'

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    median: percentile(sorted, 50),
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    rounds: sorted.length,
  }
}

/** Of values in ascending order; the median of an even number of them is the mean of the middle two. */
export function percentile(sorted: readonly number[], percent: number): number {
  if (percent === 50 && sorted.length % 2 === 0)
    return ((sorted[sorted.length / 2 - 1] ?? Number.NaN) + (sorted[sorted.length / 2] ?? Number.NaN)) / 2
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN
}

export interface Rounds {
  readonly name: string
  readonly unit: string
  readonly ours: readonly number[]
  /** Beside ours, round by round. */
  readonly bare?: { readonly what: string; readonly values: readonly number[] }
  readonly goal?: Goal
}

export function row({ name, unit, ours, bare, goal }: Rounds): Row {
  return {
    name,
    unit,
    ours: spread(ours),
    bare: bare === undefined ? null : { what: bare.what, ...spread(bare.values) },
    ratio: bare === undefined ? null : spread(ours.map((value, i) => value / (bare.values[i] ?? Number.NaN))),
    goal: goal ?? null,
  }
}

/** Null where nothing was promised. */
export function isMet({ ours, ratio, goal }: Row): boolean | null {
  if (goal === null) return null
  const { median } = goal.of === 'ours' ? ours : (ratio ?? ours)
  return median <= (goal.atMost ?? Number.POSITIVE_INFINITY) && median >= (goal.atLeast ?? 0)
}
