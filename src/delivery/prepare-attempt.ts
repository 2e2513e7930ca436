import type { Attempt, Outcome } from '../core/attempt.ts'
import { toBody } from '../core/body.ts'
import type { Delivery } from '../core/delivery.ts'
import { MockError } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import type { DeliveryId } from '../core/ids.ts'
import { parseUrl } from '../core/parse-url.ts'
import type { Webhook } from '../core/webhook.ts'
import { newId } from '../event/new-id.ts'
import type { DeliveryAction } from '../fault/fault.ts'
import type { Provider } from '../spec/provider.ts'
import { put } from '../state/store.ts'
import { cancelReason } from './cancel-reason.ts'
import type { DeliveryParts } from './delivery-parts.ts'
import type { Blocked } from './egress.ts'
import { type BuildInput, type BuiltAttempt, buildAttempt, unsentAttempt } from './faults/build-attempt.ts'
import type { DeliveryFaults } from './faults/delivery-faults.ts'
import type { Postponement } from './faults/postponed.ts'
import type { WirePlan } from './faults/wire-plan.ts'
import type { AttemptFacts } from './header-value.ts'
import { settled } from './next-step.ts'

/** An attempt that is kept and ready to be sent, or that is blocked. */
export interface Job {
  readonly provider: Provider
  readonly event: Event
  readonly webhook: Webhook
  readonly delivery: Delivery
  readonly attempt: Attempt
  readonly body: Uint8Array
  /** Null: it is not sent, and `blocked` says why. */
  readonly sentTo: URL | null
  readonly blocked: Extract<Outcome, { kind: 'blocked' }> | null
  /** What goes wrong on its way; null: nothing. */
  readonly wire: WirePlan | null
  /** Whether a fault made it other than its provider would: its contract is then not held against it. */
  readonly isFaulty: boolean
}

export type Prepared =
  | { readonly kind: 'ready'; readonly job: Job }
  | {
      readonly kind: 'cancelled'
      readonly delivery: Delivery
      readonly event: Event
      readonly webhook: Webhook
    }
  /** A fault has it sent later. */
  | { readonly kind: 'postponed'; readonly outOfOrder: boolean }
  /** Nothing to do here: settled or gone meanwhile, or of a provider that is not served this time. */
  | { readonly kind: 'nothing'; readonly hold: boolean }

const NOTHING: Prepared = { kind: 'nothing', hold: false }

/** Makes the next attempt of a delivery and keeps it, before anything is sent. */
export async function prepareAttempt(
  parts: DeliveryParts,
  faults: DeliveryFaults,
  id: DeliveryId,
  isAwaited: boolean,
): Promise<Prepared> {
  const { store, clock } = parts
  const delivery = await store.delivery(id)
  if (delivery?.status !== 'pending') return NOTHING
  if (!isAwaited && (delivery.nextAttemptAt ?? 0) > clock.now()) return NOTHING
  const provider = parts.providers.get(delivery.provider)
  if (provider === undefined) return { kind: 'nothing', hold: true }
  const event = await store.event(delivery.event)
  const webhook = await store.webhook(delivery.webhook)
  if (event === undefined || webhook === undefined) {
    const reason = webhook === undefined ? 'the webhook is gone' : 'the event is no longer kept'
    await store.commit([put('deliveries', settled(delivery, 'cancelled', reason, clock.now()))])
    return NOTHING
  }
  const reason = cancelReason(webhook, delivery)
  if (reason !== null) {
    const cancelled = settled(delivery, 'cancelled', reason, clock.now())
    await store.commit([put('deliveries', cancelled)])
    return { kind: 'cancelled', delivery: cancelled, event, webhook }
  }
  const { actions, postponement } = faults.strike({ delivery, event, webhook })
  if (postponement !== null) return postpone(parts, { delivery, event }, postponement)
  // Two deliveries of one event to one webhook (a resend) must not count the same attempt.
  const job = await parts.inTurn(`${event.id} ${webhook.id}`, () =>
    makeAttempt(parts, { provider, event, webhook, delivery }, actions),
  )
  faults.begun(id)
  return { kind: 'ready', job }
}

async function postpone(
  { store, inTurn, feed }: DeliveryParts,
  { delivery: { id, webhook }, event }: Pick<Job, 'delivery' | 'event'>,
  { until, reason, outOfOrder }: Postponement,
): Promise<Prepared> {
  await inTurn(webhook, async () => {
    const delivery = await store.delivery(id)
    if (delivery?.status === 'pending')
      await store.commit([put('deliveries', { ...delivery, nextAttemptAt: until })])
  })
  feed.publish({ type: 'notice', text: `${event.type} [${event.id}] ${reason}` })
  return { kind: 'postponed', outOfOrder }
}

async function makeAttempt(
  parts: DeliveryParts,
  { provider, event, webhook, delivery }: Pick<Job, 'provider' | 'event' | 'webhook' | 'delivery'>,
  actions: readonly DeliveryAction[],
): Promise<Job> {
  const { store, clock } = parts
  const number = delivery.attempts + 1
  // Which of several attempts at one time comes first to where it draws lots is decided by the network.
  const chance = parts.chance.apart(`${delivery.id} ${number}`)
  const providerId = await newId(provider.delivery.attemptId, `${provider.id}:attempt`, { store, chance })
  const facts: AttemptFacts = {
    event,
    webhook,
    delivery,
    attemptId: providerId.id,
    number,
    sequence: (await store.attemptCount(event.id, webhook.id)) + 1,
    sentAt: clock.now(),
  }
  const built = build(parts, { provider, facts, actions, chance })
  const route = built.kind === 'blocked' ? built : routeOf(parts, built.url)
  const sentTo = route.kind === 'open' ? route.sentTo : null
  const attempt: Attempt = {
    id: chance.attempt(),
    providerId: providerId.id,
    delivery: delivery.id,
    event: event.id,
    webhook: webhook.id,
    number: facts.number,
    sequence: facts.sequence,
    sentAt: facts.sentAt,
    signedAt: built.signedAt,
    request: {
      method: 'POST',
      url: built.url,
      sentTo: built.wire?.dropped === true ? null : (sentTo?.href ?? null),
      headers: built.headers,
      body: built.isOtherBody ? toBody(built.body) : null,
    },
    signature: built.signature,
    outcome: null,
    durationMs: null,
    faults: built.faults,
  }
  const begun = { ...delivery, attempts: facts.number }
  const blocked: Job['blocked'] =
    route.kind === 'blocked' ? { kind: 'blocked', error: route.error, hint: route.hint } : null
  await store.commit([...providerId.changes, put('attempts', attempt), put('deliveries', begun)])
  const { body, wire, isFaulty } = built
  return { provider, event, webhook, delivery: begun, attempt, body, sentTo, blocked, wire, isFaulty }
}

type Built = (BuiltAttempt & { readonly kind: 'built' }) | (BuiltAttempt & Blocked)

/** A secret that is no key of its scheme cannot sign: the attempt is shown, and never sent. */
function build(parts: DeliveryParts, input: Omit<BuildInput, 'signedAt' | 'version'>): Built {
  const { version, clock } = parts
  const signedAt = clock.wall()
  try {
    return { ...buildAttempt({ ...input, signedAt, version }, parts.feed), kind: 'built' }
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    const unsent = unsentAttempt(input.facts.webhook.url, signedAt)
    return { ...unsent, kind: 'blocked', error: error.summary, hint: error.hint ?? '' }
  }
}

function routeOf({ egress }: DeliveryParts, text: string): ReturnType<DeliveryParts['egress']['route']> {
  const url = parseUrl(text)
  if (url !== null) return egress.route(url)
  return { kind: 'blocked', error: `"${text}" is no URL`, hint: 'register the webhook with another one' }
}
