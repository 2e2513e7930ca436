import type { Scope } from '../state/store.ts'
import type { Fault, FaultId, FaultSubject, Hit, Plane } from './fault.ts'

export interface FaultState {
  readonly fault: Fault
  /** Messages that it fitted so far. */
  readonly matched: number
  /** Messages that it struck so far. */
  readonly struck: number
}

/** The faults in force. Counting is synchronous, so that no two messages ever take the same turn. */
export interface FaultBook {
  readonly isEmpty: boolean
  /** @param fault as `readFault` made it; the id is the book's. */
  add(fault: Omit<Fault, 'id'>): Fault
  list(): readonly FaultState[]
  /** False when there is none with this id. */
  remove(id: FaultId): boolean
  /** Forgets those in the scope (a fault without provider is in every full scope only), and the counters with them. */
  clear(scope?: Scope): void
  /** What strikes a message now, in the order in which the faults were added; every call counts. */
  strike<P extends Plane>(plane: P, subject: FaultSubject): readonly Hit<P>[]
}
