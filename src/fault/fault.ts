import type { JsonObject } from '../core/json.ts'
import type { Brand } from '../core/random.ts'
import type { Scope } from '../state/store.ts'
import type { Plane, PlaneActions } from './catalogue.ts'

export interface FaultState {
  readonly fault: Fault
  /** Messages that it matched so far. */
  readonly matched: number
  /** Messages that it was applied to so far. */
  readonly applied: number
}

/** The faults in force. Counting is synchronous, so that no two messages ever take the same turn. */
export interface FaultRegistry {
  readonly isEmpty: boolean
  /** @param fault as `readFault` made it; the id is the registry's. */
  add(fault: Omit<Fault, 'id'>): Fault
  list(): readonly FaultState[]
  /** False when there is none with this id. */
  remove(id: FaultId): boolean
  /** Forgets those in the scope (a fault without provider is in every full scope only), and the counters with them. */
  clear(scope?: Scope): void
  /** What applies to a message now, in the order in which the faults were added; every call counts. */
  match<P extends Plane>(plane: P, subject: FaultSubject): readonly AppliedFault<P>[]
}

export type FaultId = Brand<'FaultId'>

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

/** What a fault applies to; everything that is named must match. */
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
  /** Which of the messages that match everything else, counted from 1. */
  readonly nth?: readonly number[]
}

/** One planned misbehaviour, as data. */
export interface FaultOf<P extends Plane> {
  readonly id: FaultId
  readonly plane: P
  readonly on: FaultMatch
  /** In turn; a single action repeats. */
  readonly do: readonly (PlaneActions[P] | Pass)[]
  /** Applied at most so often; null: without end. */
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

/** A message that faults may apply to. */
export interface FaultSubject {
  readonly provider: string
  readonly account: string | null
  readonly operation?: string
  /** Type, hookproof's id and the provider's id of the event. */
  readonly event?: { readonly type: string; readonly id: string; readonly providerId: string }
  readonly webhook?: { readonly id: string; readonly providerId: string }
  readonly attempt?: number
}

/** One action that applies to a message, with the fault that it comes from. */
export interface AppliedFault<P extends Plane> {
  readonly fault: FaultId
  readonly action: PlaneActions[P]
}
