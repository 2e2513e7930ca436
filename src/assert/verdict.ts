import { AssertionError } from 'node:assert'

/** Whether something is as it was expected to be, and what to say where it is not. */
export interface Verdict {
  readonly pass: boolean
  /** Why it fails; where it passed: why its opposite fails. */
  readonly message: string
}

/** @throws AssertionError, which every test runner knows */
export function hold({ pass, message }: Verdict): void {
  if (!pass) throw new AssertionError({ message })
}
