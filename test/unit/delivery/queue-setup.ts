import { type Clock, type ClockMode, createClock } from '../../../src/core/clock.ts'
import { createFeed, type FeedEntry } from '../../../src/core/feed.ts'
import {
  type Delivery,
  type DeliveryCause,
  type Event,
  toBody,
  type Webhook,
} from '../../../src/core/model.ts'
import { createKeyedMutex } from '../../../src/core/mutex.ts'
import { type AccountName, createRandom, type ProviderId } from '../../../src/core/random.ts'
import type { DeliveryContext } from '../../../src/delivery/context.ts'
import { createEgress, type EgressSettings } from '../../../src/delivery/egress.ts'
import { createDeliveryQueue, type DeliveryQueue } from '../../../src/delivery/queue.ts'
import { newDelivery } from '../../../src/event/emit.ts'
import type { DeliveryPolicy, Provider } from '../../../src/spec/provider.ts'
import type { SignatureKeyword } from '../../../src/spec/vocabulary.ts'
import { createStore } from '../../../src/state/open.ts'
import { put, type Store } from '../../../src/state/store.ts'
import { policy } from './policies.ts'

export interface SetUp extends AsyncDisposable {
  readonly queue: DeliveryQueue
  readonly store: Store
  readonly clock: Clock
  readonly told: FeedEntry[]
  webhook(url: string, more?: Partial<Webhook>): Promise<Webhook>
  /** An event with a delivery to each of these, kept; the queue is not woken. */
  event(
    webhooks: readonly Webhook[],
    options?: { cause?: DeliveryCause; body?: string },
  ): Promise<{ event: Event; deliveries: readonly Delivery[] }>
  attempts(delivery: Delivery): Promise<readonly import('../../../src/core/model.ts').Attempt[]>
  delivery(delivery: Delivery): Promise<Delivery>
}

export interface SetUpOptions {
  readonly clock?: ClockMode | Clock
  readonly seed?: string
  readonly store?: Store
  readonly policy?: Partial<DeliveryPolicy>
  readonly signature?: readonly SignatureKeyword[]
  readonly egress?: Partial<EgressSettings>
  readonly parts?: Partial<DeliveryContext>
  readonly provider?: Partial<Provider>
}

export const ACME = 'acme' as ProviderId

export async function setUp(options: SetUpOptions = {}): Promise<SetUp> {
  const { clock: given = { kind: 'virtual' } } = options
  const clock = 'now' in given ? given : createClock(given)
  const store = options.store ?? (await createStore({ warn: () => {} }))
  const rng = createRandom(options.seed ?? 'seed')
  const feed = createFeed()
  const told: FeedEntry[] = []
  feed.subscribe((entry) => told.push(entry))
  const provider = {
    id: ACME,
    title: 'The Acme API',
    version: '1.2.0',
    events: new Map(),
    signature: options.signature ?? [],
    delivery: policy(options.policy),
    ...options.provider,
    environment: null,
    environments: new Map(),
  } as Provider
  const egress = createEgress({ allowHosts: [], forward: [], trusted: [], ...options.egress }, async () => [
    { address: '8.8.8.8', family: 4 },
  ])
  const queue = createDeliveryQueue({
    store,
    clock,
    rng,
    feed,
    egress,
    mutex: createKeyedMutex(),
    providers: new Map([[ACME, provider]]),
    ...options.parts,
  })
  const scope = { provider: ACME, account: 'main' as AccountName }
  return {
    queue,
    store,
    clock,
    told,
    async webhook(url, more = {}) {
      const webhook: Webhook = {
        ...scope,
        id: rng.webhook(),
        providerId: rng.uuid(),
        url,
        secret: 'whsec_one',
        retiredSecrets: [],
        enabled: true,
        filter: null,
        fields: {},
        createdAt: clock.now(),
        updatedAt: clock.now(),
        lastSucceededAt: null,
        deletedAt: null,
        failures: { count: 0, since: null },
        disabledBy: null,
        ...more,
      }
      await store.commit([put('webhooks', webhook)])
      return webhook
    },
    async event(webhooks, { cause = 'event', body = '{"a":1}' } = {}) {
      const event: Event = {
        ...scope,
        id: rng.event(),
        providerId: rng.uuid(),
        type: 'note.created',
        occurredAt: clock.now(),
        body: toBody(Buffer.from(body)),
      }
      const deliveries = webhooks.map((webhook) =>
        newDelivery(event, webhook, { rng, now: clock.now(), cause }),
      )
      await store.commit([put('events', event), ...deliveries.map((delivery) => put('deliveries', delivery))])
      return { event, deliveries }
    },
    attempts: async ({ id }) => [...(await store.attempts({ delivery: id }, { limit: 100 })).items].reverse(),
    delivery: async ({ id }) => {
      const found = await store.delivery(id)
      if (found === undefined) throw new Error(`no delivery ${id}`)
      return found
    },
    async [Symbol.asyncDispose]() {
      await queue.drain(100)
      if (options.store === undefined) await store.close()
    },
  }
}
