import type { MockParts } from '../api/context.ts'
import {
  accountNamed,
  checkEnvironment,
  checkScopes,
  providerNamed,
  triggeringAccount,
} from '../api/lookup.ts'
import { registerWebhook } from '../api/register-webhook.ts'
import type { RequestFilter, ViolationFilter } from '../api/request-log.ts'
import { restoreState } from '../api/restore-state.ts'
import { changeWebhook } from '../api/stored-webhook.ts'
import {
  type DeliveryView,
  type EmissionView,
  loadDeliveries,
  loadDelivery,
  loadEmission,
  type RequestView,
  requestView,
  type ViolationView,
  violationView,
  type WebhookView,
  webhookView,
} from '../api/views.ts'
import type { ClockMode, Instant } from '../core/clock.ts'
import type { Coverage } from '../core/coverage.ts'
import { MockError } from '../core/errors.ts'
import type { Feed } from '../core/feed.ts'
import { type Json, MAX_LEVELS, toPointer } from '../core/json.ts'
import type { Account } from '../core/model.ts'
import type { AccountName, DeliveryId, WebhookId } from '../core/random.ts'
import { parseDuration } from '../core/units.ts'
import type { AdvanceTarget, Settling } from '../delivery/queue.ts'
import { eventType } from '../event/compose.ts'
import { emitEvent } from '../event/emit.ts'
import {
  checkArgument,
  checkOptions,
  either,
  milliseconds,
  object,
  oneOf,
  string,
  strings,
} from '../schema/options.ts'
import type { Provider } from '../spec/provider.ts'
import type { DeliveryQuery, Scope, StateSummary } from '../state/store.ts'
import { createDeliveryHistory, type EventReference, track } from './delivered.ts'
import { faultMethods, type MockFaults } from './faults.ts'
import {
  checkFilter,
  checkScope,
  DELIVERY_FILTER,
  type DeliveredOptions,
  type DeliveryFilter,
  type MockScope,
  REGISTRATION,
  REQUEST_FILTER,
  type Registration,
  type Reloadable,
  SCOPE,
  TRIGGER,
  type TriggerOptions,
  VIOLATION_FILTER,
} from './options.ts'

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

/** A shared mock that sees and changes only an account of its own with each provider. */
export interface IsolatedMock extends Mock {
  /** The name of the account, the same with each provider. */
  readonly accountName: AccountName
}

/** A new account. */
export interface AccountOptions {
  /** Default: all. */
  readonly scopes?: readonly string[]
  /** The event types that are available to it. Default: those of the provider's first account. */
  readonly events?: readonly string[]
  /** Such as `live`. Default: that of the provider's first account. */
  readonly environment?: string
}

/** A running mock. */
export interface Mock extends MockFaults {
  /** `http://127.0.0.1:4010`. */
  readonly origin: string
  /** Where a provider's API stands: the origin, its id and the path of its server. */
  url(provider: string): string
  readonly providers: readonly Provider[]
  /** Requests, events, attempts, settled deliveries and violations, once they are stored. */
  readonly feed: Feed
  /** Warnings of the start, e.g. a torn last line that was dropped. */
  readonly notices: readonly string[]
  /** Webhooks that the option `register` made. */
  readonly registered: readonly WebhookView[]
  /** Header lines that authenticate an account; the first one unless named. */
  credentials(provider: string, account?: string): Promise<Account['credentials']>
  /** The fields with which an account gets an access token; the first account unless named. Empty where there is nothing to log in to. */
  login(provider: string, account?: string): Promise<Readonly<Record<string, string>>>
  /** A new account with credentials of its own. */
  account(provider: string, options?: AccountOptions): Promise<Account>
  /** This mock with accounts of its own, for one of several tests at the same time. */
  isolated(options?: Pick<AccountOptions, 'environment'>): Promise<IsolatedMock>
  /**
   * Registers a webhook past the provider's API. Without a filter among its fields it gets every event.
   *
   * @throws MockError (input) where the provider would not take it, with `location.pointer` at the field.
   * @example await mock.register('acme', { url: 'http://127.0.0.1:3000/hooks' })
   */
  register(provider: string, webhook: Registration): Promise<WebhookView>
  /**
   * Makes an event happen, and a delivery of it for each webhook of the account (`*`: of every account) that watches for
   * it. The payload is merged over the event type's sample. Does not wait for the deliveries: see {@link Mock.delivered}.
   *
   * @throws MockError (input) for an unknown event type, or a body that breaks its schema, unless `raw`.
   * @example const { event } = await mock.trigger('acme', 'note.created', { note: 'a' })
   */
  trigger(provider: string, type: string, payload?: Json, options?: TriggerOptions): Promise<EmissionView>
  /** Those that are there now, of all accounts unless one is named. */
  webhooks(scope?: MockScope): Promise<readonly WebhookView[]>
  /** Changes what a webhook's deliveries are signed with. @throws MockError (input) for an unknown webhook. */
  setSecret(webhook: string, secret: string): Promise<WebhookView>
  /** Sends an old event again, as a new delivery. @throws MockError (input) for an unknown delivery. */
  resend(delivery: string): Promise<DeliveryView>
  /** Newest first. */
  deliveries(filter?: DeliveryFilter): Promise<readonly DeliveryView[]>
  /**
   * Waits until every delivery of an event is settled, and answers them, newest first.
   *
   * @throws AssertionError that shows all attempts, when they are not settled in time or did not come to `status`
   * @example await mock.delivered(event, { status: 'succeeded' })
   */
  delivered(event: EventReference, options?: DeliveredOptions): Promise<readonly DeliveryView[]>
  /** What clients called, and what they were answered; oldest first, the latest 10,000. */
  requests(filter?: RequestFilter): readonly RequestView[]
  /** Which contracts were broken, and by whom; oldest first, the latest 10,000. */
  violations(filter?: ViolationFilter): readonly ViolationView[]
  /** Operations × statuses and event types × faults and outcomes since the start, whatever was reset meanwhile. */
  coverage(): Coverage
  /** Waits until nothing is in flight or due now, at most so many milliseconds of real time (default 10,000). */
  settle(timeoutMs?: number): Promise<Settling>
  readonly clock: MockClock
  /** The whole state, to be put back by {@link Mock.restore}. */
  snapshot(): Promise<Json>
  /** @throws MockError (input) for what is no snapshot, or has a provider that is not here: nothing is changed then. */
  restore(state: Json): Promise<void>
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
export function mockMethods(parts: MockParts) {
  const { store, queue, feed, requestLog } = parts
  const history = createDeliveryHistory(parts)
  const tracked = (deliveries: readonly DeliveryView[]) => {
    track(history, deliveries)
    return deliveries
  }
  return {
    ...faultMethods(parts),
    providers: [...parts.providers.values()],
    feed,
    credentials: async (name: string, account?: string) =>
      (await accountNamed(parts, providerNamed(parts, name), account)).credentials,
    login: async (name: string, account?: string) =>
      (await accountNamed(parts, providerNamed(parts, name), account)).login ?? {},
    async account(name: string, options: AccountOptions = {}) {
      checkOptions('the options of mock.account', options, {
        scopes: strings,
        events: strings,
        environment: string,
      })
      const provider = providerNamed(parts, name)
      checkScopes(provider, options.scopes)
      for (const type of options.events ?? []) eventType(provider, type)
      checkEnvironment([provider], options.environment)
      return parts.accounts.create(provider, options)
    },
    async register(name: string, registration: Registration) {
      const provider = providerNamed(parts, name)
      checkOptions('the webhook of mock.register', registration, REGISTRATION)
      const { account, ...webhook } = registration
      const owner = await accountNamed(parts, provider, account)
      return webhookView(await registerWebhook(parts, { ...webhook, provider, account: owner }))
    },
    /** @param among with the account `*`: those that it stands for, if not all */
    async trigger(
      name: string,
      type: string,
      payload?: Json,
      options: TriggerOptions = {},
      among?: ReadonlySet<AccountName>,
    ) {
      const provider = providerNamed(parts, name)
      checkOptions('the options of mock.trigger', options, TRIGGER)
      checkPayload(payload)
      const account = await triggeringAccount(parts, provider, options.account)
      const { id, raw } = options
      const emission = await emitEvent(parts, { provider, account, among, type, payload, id, raw })
      const view = await loadEmission(store, emission)
      track(history, [view, view.event, ...view.deliveries])
      return view
    },
    async setSecret(id: string, secret: string) {
      checkArgument('the secret of mock.setSecret', secret, string)
      const webhook = await changeWebhook(parts, id as WebhookId, (found) => ({ ...found, secret }))
      return webhookView(webhook ?? unknownId('webhook', id))
    },
    async resend(id: string) {
      const old = (await store.delivery(id as DeliveryId)) ?? unknownId('delivery', id)
      const view = await loadDelivery(store, await queue.resend(old))
      if (view === undefined) return unknownId('delivery', id)
      track(history, [view])
      return view
    },
    delivered: async (event: EventReference, options?: DeliveredOptions) =>
      tracked(await history.delivered(event, options)),
    async deliveries(filter: DeliveryFilter = {}) {
      const checked = await checkScope(parts, 'the filter of mock.deliveries', filter, DELIVERY_FILTER)
      const { items } = await store.deliveries(checked as DeliveryQuery, ALL)
      return tracked(await loadDeliveries(store, items))
    },
    async webhooks(scope: MockScope = {}) {
      const checked = await checkScope(parts, 'the filter of mock.webhooks', scope, SCOPE)
      return (await store.webhooks(checked as Scope)).map(webhookView)
    },
    requests(filter: RequestFilter = {}) {
      const checked = checkFilter(parts, 'the filter of mock.requests', filter, REQUEST_FILTER)
      return requestLog.requests(checked).map(requestView)
    },
    violations(filter: ViolationFilter = {}) {
      const checked = checkFilter(parts, 'the filter of mock.violations', filter, VIOLATION_FILTER)
      return requestLog.violations(checked).map(violationView)
    },
    coverage: () => parts.coverage.coverage(),
    snapshot: () => parts.store.exportState(),
    restore: (state: Json) => restoreState(parts, { value: state }),
    clock: {
      mode: parts.clock.mode,
      now: () => parts.clock.now(),
      async advance(to: Parameters<MockClock['advance']>[0]) {
        checkArgument('how far to advance', to, either(string, object))
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

/** JSON has no such numbers, and writes null in their place. */
function checkPayload(payload: Json | undefined, steps: readonly string[] = []): void {
  if (typeof payload === 'bigint' || (typeof payload === 'number' && !Number.isFinite(payload)))
    throw badPayload(`${payload} cannot be written in JSON`, steps, 'Pass a finite number, or a string.')
  if (typeof payload !== 'object' || payload === null) return
  if (steps.length === MAX_LEVELS)
    throw badPayload('it is nested too deeply', [], `${MAX_LEVELS} levels are the most.`)
  for (const [key, value] of Object.entries(payload)) checkPayload(value as Json, [...steps, key])
}

function badPayload(reason: string, steps: readonly string[], hint: string): MockError {
  const place = steps.length === 0 ? 'the payload' : toPointer(steps)
  return new MockError('input', 'BAD_PAYLOAD', `Failed to trigger: ${place}: ${reason}.`, { hint })
}

function unknownId(what: string, id: string): never {
  throw new MockError('input', 'UNKNOWN_ID', `Failed to find the ${what} "${id}".`, {
    hint: `Pass the id of a ${what} of this mock.`,
  })
}
