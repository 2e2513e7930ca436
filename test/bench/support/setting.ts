import type { Scratch } from './scratch.ts'

/** What every measurement is given. */
export interface Setting {
  /** The built package. */
  readonly dist: string
  readonly scratch: Scratch
  /** Small numbers: shows that the benchmarks work, and measures nothing. */
  readonly quick: boolean
  /** How often each number is taken. */
  readonly rounds: number
  /** How long the soak lasts. */
  readonly minutes: number
  /** Folder in which peers are installed. */
  readonly peers: string | null
  readonly note: (text: string) => void
}

export type Measurement = (setting: Setting) => Promise<readonly Row[]>

/** One line of the table. */
export interface Row {
  readonly name: string
  readonly unit: string
  readonly ours: Spread
  /** The bare counterpart, measured in the same run; null where there is none. */
  readonly bare: (Spread & { readonly what: string }) | null
  /** Ours by bare; the median of the rounds' own ratios. */
  readonly ratio: Spread | null
  /** What test/README.md promises; null where it promises nothing. */
  readonly goal: Goal | null
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly rounds: number
}

/** A bound for the median of ours or of the ratio. */
export interface Goal {
  readonly of: 'ours' | 'ratio'
  readonly atMost?: number
  readonly atLeast?: number
}
