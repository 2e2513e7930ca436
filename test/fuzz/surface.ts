import type { Draw } from './draw.ts'

/** One input: its texts by the names of their places. Any piece of any text may be left out to make it smaller. */
export type Input = Readonly<Record<string, string>>

/** What inputs are given to. */
export interface Surface {
  readonly name: string
  /** Of all inputs; the shares of all surfaces make 1. */
  readonly share: number
  open(): Promise<Target>
}

export interface Target extends AsyncDisposable {
  /** So many inputs are given side by side. */
  readonly width: number
  /** For so long one input may hold the event loop. */
  readonly mayHoldMs: number
  make(draw: Draw): Input
  /** Gives it, and answers what went wrong with that: nothing, as a rule, however wrong the input is. */
  run(input: Input): Promise<readonly string[]>
  /** What went wrong without belonging to one input, asked after each batch. */
  check(): Promise<readonly string[]>
  /** Back to how it was at first, asked now and then: whether it still does what it is for. */
  renew(): Promise<readonly string[]>
}
