import type { Attempt } from '../../core/attempt.ts'
import type { Instant } from '../../core/clock.ts'
import type { Feed } from '../../core/feed.ts'
import type { Chance } from '../../core/ids.ts'
import type { DeliveryAction } from '../../fault/fault.ts'
import { type BuiltRequest, buildRequest, type RequestInput } from '../build-request.ts'
import { faultyRequest } from './faulty-request.ts'
import { noEffect } from './no-effect.ts'
import { planWire, type WirePlan } from './wire-plan.ts'

export interface BuildInput extends RequestInput {
  readonly actions: readonly DeliveryAction[]
  readonly chance: Chance
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
  const { actions, chance, signedAt } = input
  if (actions.length === 0)
    return { ...buildRequest(input), signedAt, faults: [], wire: null, isFaulty: false, isOtherBody: false }
  const request = faultyRequest(input, actions, chance.apart('faults'))
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
