import { createHash } from 'node:crypto'
import { headerOf } from '../core/headers.ts'
import type { FaultRegistry, FaultSubject, ReceiverAction } from '../fault/fault.ts'
import type { Provider } from '../spec/provider.ts'
import { type ReceiverAnswer, respond } from './answer.ts'
import type { ReceivedDelivery } from './delivery.ts'
import { recogniseEvent } from './recognise.ts'

type Arrived = Pick<ReceivedDelivery, 'headers' | 'body'>

/** What the faults of the receiver's plane make of a delivery. */
export interface Struck {
  readonly answer: ReceiverAnswer
  /** By name. */
  readonly faults: readonly string[]
}

type Strike = (arrived: Arrived) => Struck | null

/** @param providers whose deliveries are told apart by their event; an attempt is a delivery of what came before. */
export function createStrike(
  faults: Pick<FaultRegistry, 'match'>,
  providers: readonly Pick<Provider, 'id' | 'events' | 'delivery' | 'signature'>[] = [],
): Strike {
  const seen = new Map<string, number>()
  return (arrived) => {
    const hits = faults.match('receiver', subjectOf(arrived, providers, seen))
    return hits.length === 0 ? null : struckBy(hits.map(({ action }) => action))
  }
}

/** Of two that answer differently the first wins; one that is slow makes the answer of another late. */
function struckBy(actions: readonly ReceiverAction[]): Struck {
  const slow = actions.find((action) => action.name === 'slow')
  const other = actions.find((action) => action.name !== 'slow')
  const answer = answerOf((other ?? slow) as ReceiverAction)
  if (slow === undefined || other === undefined || answer.kind !== 'respond')
    return { answer, faults: [(other ?? slow) as ReceiverAction].map(({ name }) => name) }
  const names = actions.filter((action) => action === slow || action === other).map(({ name }) => name)
  return { answer: { ...answer, afterMs: slow.byMs }, faults: names }
}

function subjectOf(
  arrived: Arrived,
  providers: Parameters<typeof createStrike>[1] & object,
  seen: Map<string, number>,
): FaultSubject {
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

type Answers = {
  readonly [K in ReceiverAction['name']]: (action: Extract<ReceiverAction, { name: K }>) => ReceiverAnswer
}

const ANSWERS: Answers = {
  status: ({ status, headers, body }) => respond(status, { headers: withRetryAfter(status, headers), body }),
  timeout: () => ({ kind: 'timeout' }),
  slow: ({ byMs }) => respond(200, { afterMs: byMs }),
  reset: () => ({ kind: 'reset' }),
  empty: () => ({ kind: 'empty' }),
  garbage: () => ({ kind: 'garbage' }),
  redirect: ({ to }) => respond(302, { headers: { Location: to } }),
}

function answerOf(action: ReceiverAction): ReceiverAnswer {
  return (ANSWERS[action.name] as (action: ReceiverAction) => ReceiverAnswer)(action)
}

/** RFC 6585, section 4: a 429 may say how long to wait, and receivers that are asked to slow down do. */
function withRetryAfter(status: number, headers: Readonly<Record<string, string>>) {
  const says = headerOf(headers, 'Retry-After') !== undefined
  return status === 429 && !says ? { 'Retry-After': '1', ...headers } : headers
}
