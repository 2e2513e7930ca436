import { providerNamed } from '../../api/lookup.ts'
import type { DeliveryView } from '../../api/views.ts'
import type { Clock } from '../../core/clock.ts'
import type { Json } from '../../core/json.ts'
import type { Mismatch } from '../../core/match.ts'
import type { Provider } from '../../spec/provider.ts'
import { fillReferences, type Lookup } from '../references.ts'
import type { Target } from '../situation.ts'
import type { Environment, GivenReceiver } from './environment.ts'
import type { Variables } from './variables.ts'

/** Commands that run beside the steps, and are stopped when the scenario ends. */
interface Background {
  add(end: () => Promise<void>): void
  endAll(): Promise<void>
}

export function createBackground(): Background {
  const running: (() => Promise<void>)[] = []
  return {
    add: (end) => void running.push(end),
    async endAll() {
      await Promise.all(running.splice(0).map((end) => end()))
    },
  }
}

/** A scenario while it runs. */
export interface ScenarioContext {
  readonly environment: Environment
  readonly variables: Variables
  readonly lookup: Lookup
  readonly receiver: GivenReceiver | undefined
  readonly background: Background
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Aborted when the user interrupts the run. */
  readonly signal: AbortSignal
}

/** The result of a step; without mismatches it has passed. */
export interface StepOutcome {
  readonly mismatches: readonly Mismatch[]
  /** Deliveries to show when it has failed. */
  readonly deliveries?: readonly DeliveryView[]
}

export const DONE: StepOutcome = { mismatches: [] }

/** A value of the file with its references replaced by their values. @throws MockError (input) for an unknown name. */
export function resolveReferences<T>(context: Pick<ScenarioContext, 'lookup'>, value: T): T {
  return fillReferences(value as unknown as Json, context.lookup) as unknown as T
}

/** The provider of a step, by default the scenario's first. @throws MockError (input) for one that the mock does not serve. */
export function providerOf(
  { environment }: Pick<ScenarioContext, 'environment'>,
  { provider: id = environment.defaultProvider }: Target,
): Provider {
  return providerNamed({ providers: new Map(environment.mock.providers.map((one) => [one.id, one])) }, id)
}
