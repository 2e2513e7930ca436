import type { Clock, Instant } from '../core/clock.ts'
import type { Feed } from '../core/feed.ts'
import type { Delivery, DeliveryCause, Event, Skip, Webhook } from '../core/model.ts'
import type { DeliveryId, Random } from '../core/random.ts'
import { put, type Store } from '../state/store.ts'
import { composeEvent, type EventInput } from './compose.ts'
import { skipReason } from './match.ts'

interface EmitParts {
  readonly store: Store
  readonly clock: Clock
  readonly rng: Random
  readonly feed: Feed
  readonly queue: { wake(): void }
}

/** An event that was made to happen, with its deliveries and the webhooks that were passed over. */
export interface Emission {
  readonly event: Event
  readonly deliveries: readonly Delivery[]
  readonly skipped: readonly Skip[]
}

/**
 * Makes an event and a delivery for each webhook of the account that watches for it, keeps both, and starts the
 * deliveries. Fails as {@link composeEvent} does.
 */
export async function emitEvent(parts: EmitParts, input: EventInput): Promise<Emission> {
  const { store, clock, rng } = parts
  const { provider, account } = input
  const { event, body, changes } = await composeEvent(parts, input)
  const webhooks = await store.webhooks({ provider: provider.id, account })
  const now = clock.now()
  const deliveries: Delivery[] = []
  const skipped: Skip[] =
    webhooks.length === 0
      ? [{ webhook: null, reason: `no webhook is registered with ${provider.id} for this account` }]
      : []
  for (const webhook of webhooks) {
    const reason = skipReason(provider.resource, webhook, { type: event.type, body })
    if (reason === null) deliveries.push(newDelivery(event, webhook, { rng, now }))
    else skipped.push({ webhook: brief(webhook), reason })
  }
  await store.commit([...changes, put('events', event), ...deliveries.map((one) => put('deliveries', one))])
  parts.feed.publish({ type: 'event', event, deliveries, skipped })
  parts.queue.wake()
  return { event, deliveries, skipped }
}

/** A pending delivery of an event to a webhook, due at once. */
export function newDelivery(
  event: Event,
  webhook: Webhook,
  {
    rng,
    now,
    cause = 'event',
    resendOf = null,
  }: {
    readonly rng: Random
    readonly now: Instant
    readonly cause?: DeliveryCause
    readonly resendOf?: DeliveryId | null
  },
): Delivery {
  return {
    id: rng.delivery(),
    provider: event.provider,
    account: event.account,
    event: event.id,
    webhook: webhook.id,
    cause,
    status: 'pending',
    reason: null,
    attempts: 0,
    delaysUsed: 0,
    nextAttemptAt: now,
    resendOf,
    createdAt: now,
    settledAt: null,
  }
}

function brief({ id, providerId, url }: Webhook): Skip['webhook'] {
  return { id, providerId, url }
}
