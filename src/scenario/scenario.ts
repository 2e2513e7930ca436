import type { ClockMode } from '../core/clock.ts'
import type { Location } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { AdvanceTarget } from '../delivery/queue.ts'
import type { Plane } from '../fault/catalogue.ts'
import type { Issue } from '../schema/issue.ts'
/** One thing that is wrong with a scenario file, at a place of it. */
export type ScenarioProblem = Issue

export function scenarioProblem(pointer: string, reason: string, hint?: string): ScenarioProblem {
  return { code: 'BAD_SCENARIO', pointer, reason, ...(hint !== undefined && { hint }) }
}

/** A scenario file as the loader leaves it: its form is right, `$names` are not filled in yet. */
export interface Scenario {
  readonly file: string
  readonly name: string
  readonly description: string | null
  /** Every provider that it plays with; the first one is meant where a step names none. */
  readonly providers: readonly string[]
  readonly clock: ClockMode
  readonly seed: string | null
  /** Of every attempt, in place of the providers' time-outs; null: theirs, or a second where the clock is not real. */
  readonly attemptTimeoutMs: number | null
  readonly vars: JsonObject
  readonly webhooks: readonly WebhookPlan[]
  /** What the stand-in receiver answers; null: 200 to everything. */
  readonly receiver: { readonly respond: readonly Json[] } | null
  readonly faults: readonly FaultPlan[]
  readonly steps: readonly Step[]
}

/** Where something stands in the file: a JSON pointer, and its line. */
export interface Placed {
  readonly at: Location
}

/** The provider and account that something is meant for; absent: the scenario's first provider, its first account. */
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

/** One thing that a scenario does. `expect` and `capture` look at the answer of the step itself. */
export type Step = Placed & {
  /** A name for what came of it (an event, an answer), for later steps. */
  readonly as: string | null
  /** Words of the author's own for the report. */
  readonly title: string | null
} & Action

export type Action =
  | ({
      readonly kind: 'call'
      readonly operation: string
      readonly path: JsonObject
      readonly query: JsonObject
      readonly headers: Readonly<Record<string, string>>
      readonly body?: Json
      /** Send it as it is, even without the account's credentials. */
      readonly anonymous: boolean
      readonly timeoutMs: number
    } & Target &
      Answering)
  | ({
      readonly kind: 'request'
      readonly method: string
      readonly url: string
      readonly headers: Readonly<Record<string, string>>
      readonly body?: Json
      readonly timeoutMs: number
    } & Answering)
  | {
      readonly kind: 'exec'
      /** File and arguments; one text is run by the shell. */
      readonly command: string | readonly string[]
      readonly env: Readonly<Record<string, string>>
      readonly cwd: string | null
      readonly timeoutMs: number
      /** Goes on beside the later steps, and is ended with the scenario. */
      readonly background: boolean
      readonly expect: ExecExpectation
    }
  | ({
      readonly kind: 'trigger'
      readonly event: string
      readonly payload?: Json
      readonly id?: string
      readonly raw: boolean
      readonly count: number
    } & Target)
  | ({ readonly kind: 'register'; readonly webhook: Omit<WebhookPlan, 'at'> } & Answering)
  | { readonly kind: 'rotate' | 'disable' | 'enable' | 'delete'; readonly webhook: string }
  | { readonly kind: 'resend'; readonly of: string; readonly to: string | null }
  | { readonly kind: 'advance'; readonly to: AdvanceTarget }
  | { readonly kind: 'settle'; readonly timeoutMs: number }
  /** Until the expectation holds. */
  | { readonly kind: 'wait'; readonly for: Expectation; readonly withinMs: number }
  /** The mock dies and is started on the same state. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'fault'; readonly plan: FaultPlan }
  /** A fault's name (`as`), or all. */
  | { readonly kind: 'clear'; readonly fault: string | null }
  | {
      readonly kind: 'observe'
      readonly what: { readonly url: string } | { readonly command: string | readonly string[] }
      readonly expect: AnswerExpectation | ExecExpectation
      readonly withinMs: number
      readonly everyMs: number
    }
  | { readonly kind: 'expect'; readonly that: Expectation }

export interface Answering {
  readonly expect: AnswerExpectation | null
  /** Variable name → JSON pointer in the answer's body, `status`, or `header/<name>`. */
  readonly capture: Readonly<Record<string, string>>
}

/**
 * A number is met by itself or by `{min, max}`; a text by itself, or by `/pattern/`; `"2xx"` is a class of statuses; an
 * object by one that has at least its members; a list by one of the same length whose members fit.
 */
export type Pattern = Json

export interface AnswerExpectation {
  /** Why there was none; the rest is then not looked at. */
  readonly error?: Pattern
  readonly status?: Pattern
  readonly headers?: Readonly<Record<string, Pattern>>
  readonly body?: Pattern
}

export interface ExecExpectation {
  /** Default 0. */
  readonly exit: Pattern
  readonly stdout?: Pattern
  readonly stderr?: Pattern
}

export type Expectation =
  | ({ readonly kind: 'answer'; readonly of: string } & AnswerExpectation)
  | {
      readonly kind: 'delivery'
      readonly of: string | null
      readonly to: string | null
      readonly status?: Pattern
      /** How many. */
      readonly attempts?: Pattern
      /** Milliseconds from the end of the attempt before; the first is from the event. */
      readonly delays?: readonly number[]
      /** Status, or the outcome's kind, of each attempt. */
      readonly codes?: readonly Json[]
      readonly reason?: Pattern
      readonly faults?: readonly Json[]
      /** How many deliveries fit; default: exactly one must, or all of them where `of` names several. */
      readonly count?: Pattern
    }
  | {
      readonly kind: 'received'
      readonly of: string | null
      readonly to: string | null
      readonly count?: Pattern
      /** Names of events in the order of their first arrival. */
      readonly order?: readonly string[]
      /** Whether every signature holds. */
      readonly signature?: 'valid' | 'invalid' | 'missing'
      /** With which the signatures are verified; default: each that the webhook has had. */
      readonly secret?: string
      readonly body?: Pattern
      readonly headers?: Readonly<Record<string, Pattern>>
    }
  | ({
      readonly kind: 'requests'
      readonly operation: string | null
      readonly status?: Pattern
      readonly count?: Pattern
      /** Status of each, in order. */
      readonly statuses?: readonly Json[]
      /** Least milliseconds of real time between one and the next. */
      readonly apart?: number
    } & Target)
  | ({
      readonly kind: 'violations'
      readonly by: 'client' | 'receiver' | 'mock' | null
      readonly count?: Pattern
      readonly rule?: Pattern
    } & Target)
  | {
      readonly kind: 'webhook'
      readonly webhook: string
      readonly enabled?: boolean
      readonly deleted?: boolean
    }
