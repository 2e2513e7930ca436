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

/** Commands that go on beside the steps; ended with the scenario. */
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

/** What a step came to. */
export interface StepOutcome {
  readonly mismatches: readonly Mismatch[]
  /** Deliveries to be shown where it failed. */
  readonly deliveries?: readonly DeliveryView[]
}

export const DONE: StepOutcome = { mismatches: [] }

/** A value of the file with what its references stand for. @throws MockError (input) for a name of nothing. */
export function resolveReferences<T>(context: Pick<ScenarioContext, 'lookup'>, value: T): T {
  return fillReferences(value as unknown as Json, context.lookup) as unknown as T
}

/** The provider that something is for. @throws MockError (input) for one that does not take part. */
export function providerOf(
  { environment }: Pick<ScenarioContext, 'environment'>,
  { provider: id = environment.defaultProvider }: Target,
): Provider {
  return providerNamed({ providers: new Map(environment.mock.providers.map((one) => [one.id, one])) }, id)
}
