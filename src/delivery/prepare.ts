import { MockError } from '../core/errors.ts'
import { headerProblem } from '../core/headers.ts'
import { type Attempt, type Delivery, type Event, toBody, type Webhook } from '../core/model.ts'
import type { DeliveryId } from '../core/random.ts'
import { newId } from '../event/compose.ts'
import { providerFor } from '../event/environment.ts'
import type { DeliveryAction } from '../fault/delivery-catalogue.ts'
import type { Transport } from '../fault/delivery-fault.ts'
import type { Provider } from '../spec/provider.ts'
import { sequenceOf } from '../state/sequences.ts'
import { put } from '../state/store.ts'
import { cancelReason } from './cancel.ts'
import type { DeliveryContext } from './context.ts'
import type { Egress, Route } from './egress.ts'
import { type BuildInput, type BuiltAttempt, buildAttempt, unsentAttempt } from './faults/apply.ts'
import type { DeliveryFaults } from './faults/match.ts'
import type { Postponement } from './faults/postpone.ts'
import type { AttemptFacts } from './request.ts'
import { settled } from './retry.ts'

/** An attempt that is kept and ready to be sent, or that is blocked. */
export interface PreparedAttempt {
  readonly kind: 'prepared'
  readonly provider: Provider
  readonly event: Event
  readonly webhook: Webhook
  readonly delivery: Delivery
  readonly attempt: Attempt
  readonly body: Uint8Array
  readonly route: Route
  /** How faults have it sent; null: as any other. */
  readonly transport: Transport | null
  /** Whether a fault made it other than its provider would: its contract is then not held against it. */
  readonly isFaulty: boolean
}

/** Why there is nothing to send now. */
export type NotPrepared =
  | {
      readonly kind: 'cancelled'
      readonly delivery: Delivery
      readonly event: Event
      readonly webhook: Webhook
    }
  /** A fault has it sent later. */
  | { readonly kind: 'postponed' }
  /** Settled or gone meanwhile. `hold`: it stays claimed, since its provider is not served and nothing can send it. */
  | { readonly kind: 'nothing'; readonly hold: boolean }

export const NOTHING: NotPrepared = { kind: 'nothing', hold: false }

/** Makes the next attempt of a delivery and keeps it, before anything is sent. */
export async function prepareAttempt(
  context: DeliveryContext,
  faults: DeliveryFaults,
  id: DeliveryId,
  isAwaited: boolean,
): Promise<PreparedAttempt | NotPrepared> {
  const { store, clock } = context
  const delivery = await store.delivery(id)
  if (delivery?.status !== 'pending') return NOTHING
  if (!isAwaited && (delivery.nextAttemptAt ?? 0) > clock.now()) return NOTHING
  const served = context.providers.get(delivery.provider)
  if (served === undefined) return { kind: 'nothing', hold: true }
  const provider = await providerFor(served, delivery.account, store)
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
  const { actions, postponement } = faults.match({ delivery, event, webhook })
  if (postponement !== null) return postpone(context, { delivery, event }, postponement)
  // Two deliveries of one event to one webhook (a resend) must not count the same attempt.
  const prepared = await context.mutex(`${event.id} ${webhook.id}`, () =>
    makeAttempt(context, { provider, event, webhook, delivery }, actions),
  )
  faults.begun(id)
  return prepared
}

async function postpone(
  { store, mutex, feed }: DeliveryContext,
  { delivery: { id, webhook }, event }: Pick<PreparedAttempt, 'delivery' | 'event'>,
  { until, reason }: Postponement,
): Promise<NotPrepared> {
  await mutex(webhook, async () => {
    const delivery = await store.delivery(id)
    if (delivery?.status === 'pending')
      await store.commit([put('deliveries', { ...delivery, nextAttemptAt: until })])
  })
  feed.publish({ type: 'notice', text: `${event.type} [${event.id}] ${reason}` })
  return { kind: 'postponed' }
}

async function makeAttempt(
  context: DeliveryContext,
  {
    provider,
    event,
    webhook,
    delivery,
  }: Pick<PreparedAttempt, 'provider' | 'event' | 'webhook' | 'delivery'>,
  actions: readonly DeliveryAction[],
): Promise<PreparedAttempt> {
  const { store, clock } = context
  const number = delivery.attempts + 1
  // A random stream of its own: in which order attempts of one time get here is decided by the network.
  const rng = context.rng.fork(`${delivery.id} ${number}`)
  const providerId = await newId(provider.delivery.attemptId, sequenceOf(provider.id, 'attempt'), {
    store,
    rng,
    clock,
  })
  const facts: AttemptFacts = {
    event,
    webhook,
    delivery,
    attemptId: providerId.id,
    number,
    sequence: (await store.lastSequence(event.id, webhook.id)) + 1,
    sentAt: clock.now(),
  }
  const { built, route } = build(context, { provider, facts, actions, rng })
  const attempt: Attempt = {
    id: rng.attempt(),
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
      sentTo: route.kind === 'blocked' || built.transport?.dropped === true ? null : route.sentTo.href,
      headers: built.headers,
      body: built.isOtherBody ? toBody(built.body) : null,
    },
    signature: built.signature,
    outcome: null,
    durationMs: null,
    faults: built.faults,
  }
  const begun = { ...delivery, attempts: facts.number }
  await store.commit([...providerId.changes, put('attempts', attempt), put('deliveries', begun)])
  const { body, transport, isFaulty } = built
  return {
    kind: 'prepared',
    provider,
    event,
    webhook,
    delivery: begun,
    attempt,
    body,
    route,
    transport,
    isFaulty,
  }
}

/** A secret that is no key of its scheme cannot sign, and some texts cannot be sent in headers: the attempt is shown, and never sent. */
function build(
  { clock, feed, egress }: DeliveryContext,
  input: Omit<BuildInput, 'signedAt'>,
): { readonly built: BuiltAttempt; readonly route: Route } {
  const signedAt = clock.wall()
  try {
    const built = buildAttempt({ ...input, signedAt }, feed)
    const wrong = headerProblem(built.headers)
    const route = wrong === null ? routeTo(egress, built.url) : { ...NO_HEADER, error: wrong }
    return { built, route }
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    const built = unsentAttempt(input.facts.webhook.url, signedAt)
    return { built, route: { kind: 'blocked', error: error.summary, hint: error.hint ?? '' } }
  }
}

const NO_HEADER = {
  kind: 'blocked',
  hint: 'correct the secret, the id or the header that it comes from',
} as const

function routeTo(egress: Egress, text: string): Route {
  const url = URL.parse(text)
  if (url !== null) return egress.route(url)
  return { kind: 'blocked', error: `"${text}" is no URL`, hint: 'register the webhook with another one' }
}
