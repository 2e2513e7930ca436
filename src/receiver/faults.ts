import { createHash } from 'node:crypto'
import type { FaultRegistry, FaultSubject } from '../fault/fault.ts'
import {
  type ReceiverAction,
  type ReceiverAnswer,
  receiverEffect,
  respond,
} from '../fault/receiver-catalogue.ts'
import type { Provider } from '../spec/provider.ts'
import type { ReceivedDelivery } from './delivery.ts'
import { recogniseEvent } from './recognise.ts'

type Arrived = Pick<ReceivedDelivery, 'headers' | 'body'>

/** What the faults of the receiver's plane make of a delivery. */
export interface FaultyAnswer {
  readonly answer: ReceiverAnswer
  /** By name. */
  readonly faults: readonly string[]
}

type Providers = readonly Pick<Provider, 'id' | 'events' | 'delivery' | 'signature'>[]

/**
 * Applies the faults of the receiver's plane; null where none applies.
 *
 * @param providers by whose documents the event of a delivery is recognised
 */
export function createReceiverFaults(
  faults: Pick<FaultRegistry, 'match'>,
  providers: Providers = [],
): (arrived: Arrived) => FaultyAnswer | null {
  const seen = new Map<string, number>()
  return (arrived) => {
    const applied = faults.match('receiver', subjectOf(arrived, providers, seen))
    return applied.length === 0 ? null : combined(applied.map(({ action }) => action))
  }
}

/** Of two that answer differently the first wins; one that is slow makes the answer of another late. */
function combined(actions: readonly ReceiverAction[]): FaultyAnswer {
  const effects = actions.map((action) => ({ name: action.name, ...receiverEffect(action) }))
  const first = effects.find(({ answer }) => answer !== undefined)
  const late = effects.find(({ afterMs }) => afterMs !== undefined)
  const answer = first?.answer ?? respond(200)
  const names = (...taken: readonly unknown[]) =>
    effects.filter((one) => taken.includes(one)).map(({ name }) => name)
  if (answer.kind !== 'respond') return { answer, faults: names(first) }
  return { answer: { ...answer, afterMs: late?.afterMs ?? 0 }, faults: names(first, late) }
}

/** Without a provider's document an attempt is a request with the same bytes. */
function subjectOf(arrived: Arrived, providers: Providers, seen: Map<string, number>): FaultSubject {
  for (const provider of providers) {
    const { type, id } = recogniseEvent(provider, arrived)
    if (type === undefined) continue
    const attempt = countOf(seen, `${provider.id} ${id ?? digestOf(arrived)}`)
    const event = { type: type.type, id: id ?? '', providerId: id ?? '' }
    return { provider: provider.id, account: null, event, attempt }
  }
  return { provider: '', account: null, attempt: countOf(seen, digestOf(arrived)) }
}

function countOf(seen: Map<string, number>, key: string): number {
  const count = (seen.get(key) ?? 0) + 1
  seen.set(key, count)
  return count
}

/** Where nothing names the event, the same bytes are the same event. */
function digestOf({ body }: Arrived): string {
  return createHash('sha256').update(body).digest('hex')
}
