import type { DeliveryView } from '../../control/views/view-shapes.ts'
import type { Clock } from '../../core/clock.ts'
import type { Json } from '../../core/json.ts'
import type { Facts } from '../expectations/facts.ts'
import { fill, type Lookup } from '../references.ts'
import type { Expectation, Scenario, Target } from '../scenario.ts'
import type { Mismatch } from '../scenario-result.ts'
import type { Background } from './background.ts'
import type { Memory } from './memory.ts'
import type { GivenReceiver, Stage } from './stage.ts'

/** A scenario while it runs. */
export interface Play {
  readonly scenario: Scenario
  readonly stage: Stage
  readonly memory: Memory
  readonly lookup: Lookup
  readonly receiver: GivenReceiver | undefined
  readonly background: Background
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Aborted when the person at the keyboard has had enough. */
  readonly signal: AbortSignal
  /** What an expectation of this kind looks at, as of now. */
  facts(wanted: Expectation['kind']): Promise<Facts>
}

/** What a step came to. */
export interface StepOutcome {
  readonly mismatches: readonly Mismatch[]
  /** Deliveries to be shown where it failed. */
  readonly deliveries?: readonly DeliveryView[]
}

export const DONE: StepOutcome = { mismatches: [] }

/** A value of the file with what its references stand for. @throws MockError (input) for a name of nothing. */
export function filled<T>(play: Pick<Play, 'lookup'>, value: T): T {
  return fill(value as unknown as Json, play.lookup) as unknown as T
}

export function providerOf({ scenario }: Pick<Play, 'scenario'>, { provider }: Target): string {
  return provider ?? scenario.providers[0] ?? ''
}
