import type { Instant } from '../../core/clock.ts'
import type { Chance } from '../../core/ids.ts'
import type { DeliveryAction } from '../../fault/fault.ts'
import { type BuiltRequest, buildRequest, type RequestChanges, type RequestInput } from '../build-request.ts'
import { changePayload } from './change-payload.ts'
import { changeSealed } from './change-sealed.ts'
import { changeSigning } from './change-signing.ts'

export interface FaultyRequest extends BuiltRequest {
  /** The wall clock, as signed. */
  readonly signedAt: Instant
  /** What changed something: a signature cannot go wrong where nothing is signed. */
  readonly effective: ReadonlySet<DeliveryAction>
}

interface Draft {
  readonly built: BuiltRequest
  readonly signedAt: Instant
  readonly instead: RequestChanges
}

/** First what is signed (its padding last, so that its size comes out right), then how, then what happens to it. */
const ORDER: readonly DeliveryAction['name'][] = [
  'unknown-event-type',
  'extra-fields',
  'huge-body',
  'wrong-secret',
  'stale-timestamp',
  'bad-signature',
  'alter-after-signing',
  'reserialise',
  'missing-signature',
  'wrong-content-type',
]

/**
 * The request of an attempt with what goes wrong before, while and after it is signed.
 * @throws MockError when a secret is no key of its scheme.
 */
export function faultyRequest(
  input: RequestInput,
  actions: readonly DeliveryAction[],
  chance: Chance,
): FaultyRequest {
  const effective = new Set<DeliveryAction>()
  let draft: Draft = { built: buildRequest(input), signedAt: input.signedAt, instead: {} }
  for (const action of actions.toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name))) {
    const next = step(action, draft, input, chance)
    if (next === null || isSame(draft.built, next.built)) continue
    draft = next
    effective.add(action)
  }
  return { ...draft.built, signedAt: draft.signedAt, effective }
}

function step(action: DeliveryAction, draft: Draft, input: RequestInput, chance: Chance): Draft | null {
  const { facts, provider } = input
  const { built, instead } = draft
  const signedAgain = (changes: RequestChanges, signedAt = draft.signedAt): Draft => ({
    built: buildRequest({ ...input, signedAt, instead: { ...instead, ...changes } }),
    signedAt,
    instead: { ...instead, ...changes },
  })
  const { type } = facts.event
  const schema = provider.events.get(type)?.schema
  const payload = changePayload(action, { body: built.body, type: instead.type ?? type }, schema)
  if (payload !== null) return signedAgain(payload)
  const signing = changeSigning(action, { ...input, signedAt: draft.signedAt }, chance)
  if (signing !== null) {
    const { signedAt, ...changes } = signing
    return signedAgain(changes, signedAt)
  }
  const sealed = changeSealed(action, built, facts.webhook.url)
  return sealed === null ? null : { ...draft, built: sealed }
}

function isSame(one: BuiltRequest, other: BuiltRequest): boolean {
  const { headers, url, body } = one
  return (
    url === other.url &&
    body.equals(other.body) &&
    headers.length === other.headers.length &&
    headers.every(([name, value], i) => other.headers[i]?.[0] === name && other.headers[i]?.[1] === value)
  )
}
