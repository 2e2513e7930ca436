import type { Instant } from '../../core/clock.ts'
import type { Feed } from '../../core/feed.ts'
import type { Attempt } from '../../core/model.ts'
import type { Random } from '../../core/random.ts'
import type { DeliveryAction } from '../../fault/fault.ts'
import { type BuiltRequest, buildRequest, type RequestChanges, type RequestInput } from '../request.ts'
import { changePayload, changeSealed, changeSigning } from './mutations.ts'
import { planWire, type WirePlan } from './wire-plan.ts'

interface FaultyRequest extends BuiltRequest {
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
  rng: Random,
): FaultyRequest {
  const effective = new Set<DeliveryAction>()
  let draft: Draft = { built: buildRequest(input), signedAt: input.signedAt, instead: {} }
  for (const action of actions.toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name))) {
    const next = step(action, draft, input, rng)
    if (next === null || isSame(draft.built, next.built)) continue
    draft = next
    effective.add(action)
  }
  return { ...draft.built, signedAt: draft.signedAt, effective }
}

function step(action: DeliveryAction, draft: Draft, input: RequestInput, rng: Random): Draft | null {
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
  const signing = changeSigning(action, { ...input, signedAt: draft.signedAt }, rng)
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

/** What is said of a fault that finds nothing to change in an event's request. */
export function noEffect(
  fault: string,
  { type, id, provider }: { readonly type: string; readonly id: string; readonly provider: string },
): string {
  return `The fault ${fault} changes nothing about ${type} [${id}] of ${provider}.`
}

export interface BuildInput extends RequestInput {
  readonly actions: readonly DeliveryAction[]
  readonly rng: Random
}

export interface BuiltAttempt extends Pick<BuiltRequest, 'url' | 'headers' | 'body' | 'signature'> {
  /** The wall clock, as signed. */
  readonly signedAt: Instant
  /** Names of the faults that show. */
  readonly faults: Attempt['faults']
  readonly wire: WirePlan | null
  /** Whether a fault changed what is sent, not only how. */
  readonly isFaulty: boolean
  readonly isOtherBody: boolean
}

/** The request of an attempt, with all that goes wrong with it. @throws MockError when a secret is no key. */
export function buildAttempt(input: BuildInput, feed: Pick<Feed, 'publish'>): BuiltAttempt {
  const { actions, rng, signedAt } = input
  if (actions.length === 0)
    return { ...buildRequest(input), signedAt, faults: [], wire: null, isFaulty: false, isOtherBody: false }
  const request = faultyRequest(input, actions, rng.fork('faults'))
  const { plan, actions: wired } = planWire(actions)
  const shows = (action: DeliveryAction) =>
    request.effective.has(action) ||
    wired.includes(action) ||
    action.name === 'delay' ||
    action.name === 'reorder'
  tellOfOthers(
    actions.filter((action) => !shows(action)),
    input,
    feed,
  )
  return {
    ...request,
    faults: [...new Set(actions.filter(shows).map(({ name }) => name))],
    wire: plan,
    isFaulty: request.effective.size > 0,
    isOtherBody: !request.body.equals(buildRequest(input).body),
  }
}

/** What there is of an attempt that could not be signed. */
export function unsentAttempt(url: string, signedAt: Instant): BuiltAttempt {
  const nothing = { headers: [], signature: null, body: Buffer.alloc(0), faults: [], wire: null }
  return { ...nothing, url, signedAt, isFaulty: false, isOtherBody: false }
}

function tellOfOthers(
  actions: readonly DeliveryAction[],
  { facts: { event }, provider }: BuildInput,
  feed: Pick<Feed, 'publish'>,
): void {
  for (const { name } of actions)
    feed.publish({
      type: 'notice',
      text: noEffect(name, { type: event.type, id: event.id, provider: provider.id }),
    })
}
