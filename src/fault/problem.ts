/** What is wrong with a fault, at a place of how it was written. */
export interface FaultProblem {
  /** A JSON pointer below the fault. */
  readonly pointer: string
  /** Without a full stop. */
  readonly reason: string
  readonly hint?: string
}
