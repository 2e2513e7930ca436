import { accountNamed, checkScopes, providerNamed } from './api/named.ts'
import type { MockParts } from './api/parts.ts'
import { registerWebhook } from './api/register-webhook.ts'
import type { Account } from './core/account.ts'
import type { Attempt } from './core/attempt.ts'
import type { ClockMode, Instant } from './core/clock.ts'
import type { Delivery, DeliveryStatus } from './core/delivery.ts'
import { parseDuration } from './core/duration.ts'
import type { Feed } from './core/feed.ts'
import type { Json, JsonObject } from './core/json.ts'
import {
  checkArgument,
  checkOptions,
  either,
  milliseconds,
  object,
  oneOf,
  text,
  texts,
} from './core/options.ts'
import type { Webhook } from './core/webhook.ts'
import type { AdvanceTarget } from './delivery/advance.ts'
import type { Settling } from './delivery/queue.ts'
import { type Emission, emitEvent } from './event/emit-event.ts'
import type { MockApart } from './mock-apart.ts'
import { createWitness, type MockDelivered, witnessed } from './mock-delivered.ts'
import { faultsFace, type MockFaults } from './mock-faults.ts'
import { checkScope, DELIVERY_FILTER, REGISTRATION, type Reloadable, SCOPE, TRIGGER } from './mock-options.ts'
import { type MockWatch, watchFace } from './mock-watch.ts'
import type { Provider } from './spec/provider.ts'
import type { DeliveryQuery, Scope, StateSummary } from './state/store.ts'

/** How an event is made to happen. */
export interface TriggerOptions {
  /** Whose webhooks get it. Default: the provider's first account. */
  readonly account?: string
  /** The event's id in the provider's format; fresh unless given. */
  readonly id?: string
  /** Send the body even where it breaks the event's schema. Default false. */
  readonly raw?: boolean
}

/** A webhook to be registered past its provider's API. */
export interface Registration {
  /** Of the receiver. */
  readonly url: string
  /** Default: the provider's first account. */
  readonly account?: string
  /** Default: made up, as the provider makes its own. */
  readonly secret?: string
  /** The provider's own fields; required ones that are missing are filled in. */
  readonly fields?: JsonObject
}

/** The time of a mock. */
export interface MockClock {
  readonly mode: ClockMode
  now(): Instant
  /**
   * Moves a virtual clock by a duration such as `10s`, to the next attempt, or until everything is settled; attempts
   * that fall due on the way are made. @throws MockError (input) on a clock that runs by itself.
   */
  advance(to: string | Exclude<AdvanceTarget, { by: number }>): Promise<{ readonly attempts: number }>
}

/** One provider's or one account's part of a mock; without either, all of it. */
export interface MockScope {
  readonly provider?: string | undefined
  readonly account?: string | undefined
}

/** Which deliveries; without anything, all of them. */
export interface DeliveryFilter extends MockScope {
  /** An event's id. */
  readonly event?: string | undefined
  /** A webhook's id. */
  readonly webhook?: string | undefined
  readonly status?: DeliveryStatus | undefined
}

/** A running mock, as a program sees it. */
export interface Mock extends MockDelivered, MockWatch, MockFaults {
  /** `http://127.0.0.1:4010`. */
  readonly origin: string
  /** Where a provider's API stands: the origin, its id and the path of its server. */
  url(provider: string): string
  readonly providers: readonly Provider[]
  /** Tells of requests, events, attempts, settled deliveries and violations, as they are kept. */
  readonly feed: Feed
  /** Warnings of the start, e.g. a torn last line that was dropped. */
  readonly notices: readonly string[]
  /** Webhooks that the option `register` made. */
  readonly registered: readonly Webhook[]
  /** Header lines that authenticate an account; the first one unless named. */
  credentials(provider: string, account?: string): Promise<Account['credentials']>
  /** A new account with credentials of its own, with all scopes unless told otherwise. */
  account(provider: string, options?: { readonly scopes?: readonly string[] }): Promise<Account>
  /** A face of this mock with accounts of its own, for one of several tests at the same time. */
  apart(): Promise<MockApart>
  /**
   * Registers a webhook past the provider's API. Without a filter among its fields it gets every event.
   *
   * @throws MockError (input) where the provider would not take it, with `location.pointer` at the field.
   * @example await mock.register('acme', { url: 'http://127.0.0.1:3000/hooks' })
   */
  register(provider: string, webhook: Registration): Promise<Webhook>
  /**
   * Makes an event happen, and a delivery of it for each webhook that watches for it. The payload is merged over the
   * event type's sample. Does not wait for the deliveries: see {@link MockDelivered.delivered}.
   *
   * @throws MockError (input) for an unknown event type, or a body that breaks its schema, unless `raw`.
   * @example const { event } = await mock.trigger('acme', 'note.created', { note: 'a' })
   */
  trigger(provider: string, type: string, payload?: Json, options?: TriggerOptions): Promise<Emission>
  /** Those that are there now, of all accounts unless one is named. */
  webhooks(scope?: MockScope): Promise<readonly Webhook[]>
  /** Newest first. */
  deliveries(filter?: DeliveryFilter): Promise<readonly Delivery[]>
  /** Of one webhook, newest first. */
  attempts(webhook: string): Promise<readonly Attempt[]>
  /** Waits until nothing is in flight or due now, at most so many milliseconds of real time (default 10,000). */
  settle(timeoutMs?: number): Promise<Settling>
  readonly clock: MockClock
  /** How much there is of everything. */
  summary(): Promise<StateSummary>
  /**
   * Reads the documents again and serves what they say now; the state, the log and the clock go on, and requests wait
   * meanwhile. Webhooks and faults of the start can be given anew.
   *
   * @throws MockError (input), having changed nothing, where a document or a fault is broken.
   */
  reload(changed?: Partial<Reloadable>): Promise<void>
  /** State, log and faults back to what the start asked for; an account that is named keeps its credentials. */
  reset(scope?: MockScope): Promise<void>
  /** Waits for what is in flight, at most so many milliseconds (default 10,000), then stops. */
  close(drainMs?: number): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const ALL = { limit: Number.MAX_SAFE_INTEGER }

/** The part of a mock that needs no more than its parts. */
export function mockFace(parts: MockParts) {
  const { store, queue, feed } = parts
  const witness = createWitness(parts)
  const seen = (deliveries: readonly Delivery[]) => witnessed(witness, deliveries, ...deliveries)
  return {
    ...watchFace(parts),
    ...faultsFace(parts),
    providers: [...parts.providers.values()],
    feed,
    credentials: async (name: string, account?: string) =>
      (await accountNamed(parts, providerNamed(parts, name), account)).credentials,
    async account(name: string, options: { readonly scopes?: readonly string[] } = {}) {
      checkOptions('the options of mock.account', options, { scopes: texts })
      const provider = providerNamed(parts, name)
      checkScopes(provider, options.scopes)
      return parts.accounts.create(provider, options.scopes)
    },
    async register(name: string, registration: Registration) {
      const provider = providerNamed(parts, name)
      checkOptions('the webhook of mock.register', registration, REGISTRATION)
      const { account, ...webhook } = registration
      return registerWebhook(parts, {
        ...webhook,
        provider,
        account: await accountNamed(parts, provider, account),
      })
    },
    async trigger(name: string, type: string, payload?: Json, options: TriggerOptions = {}) {
      const provider = providerNamed(parts, name)
      checkOptions('the options of mock.trigger', options, TRIGGER)
      const account = await accountNamed(parts, provider, options.account)
      const emission = await emitEvent(parts, {
        provider,
        account,
        type,
        payload,
        id: options.id,
        raw: options.raw,
      })
      return witnessed(witness, emission, emission.event, ...emission.deliveries)
    },
    delivered: async (...asked: Parameters<MockDelivered['delivered']>) =>
      seen(await witness.delivered(...asked)),
    async deliveries(filter: DeliveryFilter = {}) {
      await checkScope(parts, 'the filter of mock.deliveries', filter, DELIVERY_FILTER)
      return seen((await store.deliveries(filter as DeliveryQuery, ALL)).items)
    },
    async webhooks(scope: MockScope = {}) {
      await checkScope(parts, 'the filter of mock.webhooks', scope, SCOPE)
      return store.webhooks(scope as Scope)
    },
    attempts: async (webhook: string) =>
      (await store.attempts({ webhook: webhook as Webhook['id'] }, ALL)).items,
    clock: {
      mode: parts.clock.mode,
      now: () => parts.clock.now(),
      async advance(to: Parameters<MockClock['advance']>[0]) {
        checkArgument('how far to advance', to, either(text, object))
        if (typeof to === 'string') return queue.advance({ by: parseDuration(to, 'how far to advance') })
        checkOptions('how far to advance', to, { until: oneOf('next-attempt', 'settled') })
        return queue.advance(to)
      },
    },
    async settle(timeoutMs = 10_000) {
      checkArgument('the time-out of mock.settle', timeoutMs, milliseconds)
      return queue.settle(timeoutMs)
    },
    summary: () => store.summary(),
  }
}
