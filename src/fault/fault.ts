import type { Json, JsonObject } from '../core/json.ts'
import type { Brand } from '../core/random.ts'
import type { Scope } from '../state/store.ts'
export interface FaultState {
  readonly fault: Fault
  /** Messages that it fitted so far. */
  readonly matched: number
  /** Messages that it struck so far. */
  readonly applied: number
}

/** The faults in force. Counting is synchronous, so that no two messages ever take the same turn. */
export interface FaultRegistry {
  readonly isEmpty: boolean
  /** @param fault as `readFault` made it; the id is the book's. */
  add(fault: Omit<Fault, 'id'>): Fault
  list(): readonly FaultState[]
  /** False when there is none with this id. */
  remove(id: FaultId): boolean
  /** Forgets those in the scope (a fault without provider is in every full scope only), and the counters with them. */
  clear(scope?: Scope): void
  /** What strikes a message now, in the order in which the faults were added; every call counts. */
  match<P extends Plane>(plane: P, subject: FaultSubject): readonly AppliedFault<P>[]
}

/** Where a fault strikes: the provider's API towards the client, the provider towards the receiver, the stand-in receiver towards the provider. */
export const PLANES = ['api', 'delivery', 'receiver'] as const

export type Plane = (typeof PLANES)[number]

export type FaultId = Brand<'FaultId'>

/** How long something takes; milliseconds. A distribution draws from the mock's seeded randomness. */
export type Delay =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  | {
      readonly kind: 'lognormal'
      readonly median: number
      readonly sigma: number
      readonly max: number | null
    }

/** `before`: the operation is not performed; `after`: it is, and only its answer is lost. */
export const MOMENTS = ['before', 'after'] as const

export type Moment = (typeof MOMENTS)[number]

export type ApiAction =
  | {
      readonly name: 'status'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      /** Absent: what the provider's document declares for this status. */
      readonly body: Json | undefined
      readonly when: Moment
    }
  | { readonly name: 'latency'; readonly delay: Delay }
  | { readonly name: 'timeout'; readonly when: Moment }
  | { readonly name: 'reset'; readonly when: Moment }
  | { readonly name: 'empty'; readonly when: Moment }
  /** A head of HTTP, and then what is none. */
  | { readonly name: 'malformed'; readonly when: Moment }
  /** The answer's bytes spread over so many milliseconds. */
  | { readonly name: 'dribble'; readonly overMs: number }
  /** At most `limit` requests in a window of the mock's clock; the others get 429 with Retry-After. */
  | { readonly name: 'rate-limit'; readonly limit: number; readonly perMs: number }

export type DeliveryAction =
  /** Never sent; the attempt is recorded as the connection that failed. */
  | { readonly name: 'drop' }
  /** Sent later, by the mock's clock. */
  | { readonly name: 'delay'; readonly byMs: number }
  /** `copies` identical requests in all, one after the other or at the same time; one attempt. */
  | { readonly name: 'duplicate'; readonly copies: number; readonly at: 'once' | 'in-turn' }
  /** Held back until so many later deliveries to the webhook have been sent. */
  | { readonly name: 'reorder'; readonly behind: number }
  | { readonly name: 'bad-signature' }
  /** Signed with another secret; null: a fresh one of the same form. */
  | { readonly name: 'wrong-secret'; readonly secret: string | null }
  | { readonly name: 'missing-signature' }
  /** Signed as of so long ago. */
  | { readonly name: 'stale-timestamp'; readonly byMs: number }
  /** The body changes after it was signed. */
  | { readonly name: 'alter-after-signing'; readonly set: JsonObject | null }
  /** Ends the body early, though Content-Length promised more; `at` is the share that is sent. */
  | { readonly name: 'truncate'; readonly at: number }
  /** A TCP reset after this share of the body. */
  | { readonly name: 'reset-mid-body'; readonly at: number }
  /** The body's bytes spread over so many milliseconds. */
  | { readonly name: 'slow-body'; readonly overMs: number }
  | { readonly name: 'wrong-content-type'; readonly type: string }
  /** Signed as it is sent: an event of a type that nobody knows. */
  | { readonly name: 'unknown-event-type'; readonly type: string }
  | { readonly name: 'extra-fields'; readonly fields: JsonObject }
  /** Padded to so many bytes, and signed so. */
  | { readonly name: 'huge-body'; readonly bytes: number }
  /** Other bytes for the same JSON, signed as before: breaks receivers that parse before they verify. */
  | { readonly name: 'reserialise' }

export type ReceiverAction =
  | {
      readonly name: 'status'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly name: 'timeout' }
  | { readonly name: 'slow'; readonly byMs: number }
  | { readonly name: 'reset' }
  | { readonly name: 'empty' }
  | { readonly name: 'garbage' }
  | { readonly name: 'redirect'; readonly to: string }

export interface PlaneActions {
  api: ApiAction
  delivery: DeliveryAction
  receiver: ReceiverAction
}

/** Nothing goes wrong this time. */
export interface Pass {
  readonly name: 'pass'
}

export const FAULT_KEYS = ['webhook', 'event', 'account'] as const

/** What has a counter of its own. */
type FaultKey = (typeof FAULT_KEYS)[number]

export const THENS = ['pass', 'repeat-last', 'cycle'] as const

/** What follows when a list is used up. */
export type Then = (typeof THENS)[number]

/** What a fault strikes; everything that is named must fit. */
export interface FaultMatch {
  readonly provider?: string
  readonly account?: string
  /** An operation's id. */
  readonly operation?: string
  /** An event type, or the id of one event. */
  readonly event?: string
  /** A webhook's id, at hookproof or at its provider. */
  readonly webhook?: string
  /** Numbers of attempts. */
  readonly attempt?: readonly number[]
  /** Which of the messages that fit everything else, counted from 1. */
  readonly nth?: readonly number[]
}

/** One planned misbehaviour, as data. */
export interface FaultOf<P extends Plane> {
  readonly id: FaultId
  readonly plane: P
  readonly on: FaultMatch
  /** In turn; a single action repeats. */
  readonly do: readonly (PlaneActions[P] | Pass)[]
  /** Strikes at most so often; null: without end. */
  readonly times: number | null
  /** From 0 to 1. */
  readonly probability: number
  readonly key: FaultKey | null
  /** What follows when the list is used up (`then`, as it is written). */
  readonly afterwards: Then
  /** As it was written. */
  readonly source: JsonObject
}

export type Fault = { [P in Plane]: FaultOf<P> }[Plane]

/** A message that faults may strike. */
export interface FaultSubject {
  readonly provider: string
  readonly account: string | null
  readonly operation?: string
  /** Type, hookproof's id and the provider's id of the event. */
  readonly event?: { readonly type: string; readonly id: string; readonly providerId: string }
  readonly webhook?: { readonly id: string; readonly providerId: string }
  readonly attempt?: number
}

/** One action that strikes, with the fault that it comes from. */
export interface AppliedFault<P extends Plane> {
  readonly fault: FaultId
  readonly action: PlaneActions[P]
}

/** What is wrong with a fault, at a place of how it was written. */
export interface FaultProblem {
  /** A JSON pointer below the fault. */
  readonly pointer: string
  /** Without a full stop. */
  readonly reason: string
  readonly hint?: string
}
