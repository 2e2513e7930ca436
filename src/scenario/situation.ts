import type { ClockMode } from '../core/clock.ts'
import type { Location } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Plane } from '../fault/catalogue.ts'

/** Where something stands in the file: a JSON pointer, and its line. */
export interface Placed {
  readonly at: Location
}

/** A provider and an account; absent: the scenario's first provider, and that provider's first account. */
export interface Target {
  readonly provider?: string
  readonly account?: string
}

export interface WebhookPlan extends Placed, Target {
  readonly name: string
  readonly url: string
  readonly fields: JsonObject
  readonly secret?: string
}

export interface FaultPlan extends Placed {
  readonly plane: Plane
  /** `{on, do, with, times, probability, key, then}` as written; `on.webhook` may be a name of the file. */
  readonly fault: JsonObject
}

/** What a scenario file says beside its steps. `$names` are not filled in yet. */
export interface Situation {
  readonly file: string
  readonly name: string
  readonly description: string | null
  /** Every provider that takes part; the first one is the default of whatever names none. */
  readonly providers: readonly string[]
  readonly clock: ClockMode
  readonly seed: string | null
  /** Of every attempt, in place of the providers' time-outs; null: theirs, but at most a second unless the clock is real. */
  readonly attemptTimeoutMs: number | null
  readonly vars: JsonObject
  readonly webhooks: readonly WebhookPlan[]
  /** What the stand-in receiver answers; null: 200 to everything. */
  readonly receiver: { readonly respond: readonly Json[] } | null
  readonly faults: readonly FaultPlan[]
}
