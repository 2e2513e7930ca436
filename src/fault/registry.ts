import type { Random } from '../core/random.ts'
import type { Scope } from '../state/store.ts'
import type { Plane } from './catalogue.ts'
import type {
  AppliedFault,
  Fault,
  FaultId,
  FaultMatch,
  FaultOf,
  FaultRegistry,
  FaultSubject,
  Then,
} from './fault.ts'

interface Entry {
  readonly fault: Fault
  readonly rng: Random
  matched: number
  applied: number
  /** Turns taken, by what has a counter of its own. */
  readonly turns: Map<string, number>
}

/** @param rng decides about faults with a probability: each draws on its own, so none disturbs another. */
export function createFaultRegistry(rng: Random): FaultRegistry {
  const entries = new Map<FaultId, Entry>()
  let added = 0
  return {
    get isEmpty() {
      return entries.size === 0
    },
    add(fault) {
      const id = `flt_${rng.text('alphanumeric', 20)}` as FaultId
      const kept = { ...fault, id } as Fault
      entries.set(id, {
        fault: kept,
        rng: rng.fork(`fault ${++added}`),
        matched: 0,
        applied: 0,
        turns: new Map(),
      })
      return kept
    },
    list: () => [...entries.values()].map(({ fault, matched, applied }) => ({ fault, matched, applied })),
    remove: (id) => entries.delete(id),
    clear(scope = {}) {
      for (const [id, { fault }] of entries) if (isWithin(fault.on, scope)) entries.delete(id)
    },
    match<P extends Plane>(plane: P, subject: FaultSubject): readonly AppliedFault<P>[] {
      if (entries.size === 0) return []
      const found: AppliedFault<P>[] = []
      for (const entry of entries.values()) {
        if (entry.fault.plane !== plane || !matches(entry.fault.on, subject)) continue
        const action = take(entry, entry.fault as unknown as FaultOf<P>, subject)
        if (action !== null) found.push({ fault: entry.fault.id, action })
      }
      return found
    },
  }
}

/** Counts the message, and answers what it makes of it. */
function take<P extends Plane>(
  entry: Entry,
  fault: FaultOf<P>,
  subject: FaultSubject,
): AppliedFault<P>['action'] | null {
  entry.matched++
  const { on, key, times, probability } = fault
  const own = key === null ? '' : ownOf(subject)[key]
  const seen = (entry.turns.get(`seen ${own}`) ?? 0) + 1
  entry.turns.set(`seen ${own}`, seen)
  if (on.nth !== undefined && !on.nth.includes(seen)) return null
  if (times !== null && (entry.turns.get(`applied ${own}`) ?? 0) >= times) return null
  if (probability < 1 && entry.rng.fraction() >= probability) return null
  const taken = entry.turns.get(own) ?? 0
  entry.turns.set(own, taken + 1)
  const action = fault.do[PLACES[fault.afterwards](taken, fault.do.length)]
  if (action === undefined || action.name === 'pass') return null
  entry.applied++
  entry.turns.set(`applied ${own}`, (entry.turns.get(`applied ${own}`) ?? 0) + 1)
  return action as AppliedFault<P>['action']
}

const PLACES: Readonly<Record<Then, (taken: number, length: number) => number>> = {
  pass: (taken) => taken,
  'repeat-last': (taken, length) => Math.min(taken, length - 1),
  cycle: (taken, length) => taken % length,
}

function ownOf({ event, webhook, account }: FaultSubject) {
  return { event: event?.id ?? '', webhook: webhook?.id ?? '', account: account ?? '' }
}

/** Each condition of `on`. */
const CONDITIONS: readonly ((on: FaultMatch, subject: FaultSubject) => boolean)[] = [
  ({ provider }, subject) => provider === undefined || provider === subject.provider,
  ({ account }, subject) => account === undefined || account === subject.account,
  ({ operation }, subject) => operation === undefined || operation === subject.operation,
  ({ event }, { event: of }) =>
    event === undefined || (of !== undefined && [of.type, of.id, of.providerId].includes(event)),
  ({ webhook }, { webhook: of }) =>
    webhook === undefined || (of !== undefined && [of.id, of.providerId].includes(webhook)),
  ({ attempt }, subject) =>
    attempt === undefined || (subject.attempt !== undefined && attempt.includes(subject.attempt)),
]

function matches(on: FaultMatch, subject: FaultSubject): boolean {
  return CONDITIONS.every((condition) => condition(on, subject))
}

/** Whether a fault is removed when this scope is cleared: one without a provider is removed with everything only. */
export function isWithin(on: FaultMatch, { provider, account }: Scope): boolean {
  return (
    (provider === undefined || on.provider === provider) && (account === undefined || on.account === account)
  )
}
