import type { Situation } from './situation.ts'
import type { Step } from './steps/index.ts'

/** A scenario file as the loader leaves it: its form is right, `$names` are not filled in yet. */
export interface Scenario extends Situation {
  readonly steps: readonly Step[]
}
