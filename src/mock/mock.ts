import { AssertionError } from 'node:assert'
import type { Accounts } from '../api/accounts.ts'
import type { MockParts } from '../api/context.ts'
import { accountNamed, checkScopes, providerNamed } from '../api/lookup.ts'
import { registerWebhook } from '../api/register-webhook.ts'
import type { RequestFilter, ViolationFilter } from '../api/request-log.ts'
import { restoreState, unknownProviderIn } from '../api/restore-state.ts'
import type { ClockMode, Instant } from '../core/clock.ts'
import type { Coverage } from '../core/coverage.ts'
import { MockError } from '../core/errors.ts'
import type { Feed, RequestRecord } from '../core/feed.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import {
  type Account,
  type Attempt,
  type Delivery,
  type DeliveryStatus,
  isSettled,
  type KeptViolation,
  type Webhook,
} from '../core/model.ts'
import {
  checkArgument,
  checkOptions,
  either,
  milliseconds,
  object,
  oneOf,
  text,
  texts,
} from '../core/options.ts'
import type { AccountName, DeliveryId, EventId } from '../core/random.ts'
import { formatDuration, parseDuration } from '../core/units.ts'
import type { AdvanceTarget, Settling } from '../delivery/queue.ts'
import { type DeliveryStory, timeline } from '../delivery/timeline.ts'
import { type Emission, emitEvent } from '../event/emit.ts'
import type { Provider } from '../spec/provider.ts'
import type { DeliveryQuery, Scope, StateSummary } from '../state/store.ts'
import { faultMethods, type MockFaults } from './faults.ts'
import {
  checkFilter,
  checkScope,
  DELIVERED,
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
/** A face of a shared mock that has an account of its own with each provider. */
export interface IsolatedMock extends Mock {
  /** The name of the account, the same with each provider. */
  readonly accountName: AccountName
}

/**
 * Webhooks, deliveries, requests, violations, faults and resets of one account: of what others do at the same mock,
 * nothing is seen or changed. Clock, coverage and feed stay shared; closing it resets its account and leaves the mock.
 */
export async function isolate(mock: Mock, accounts: Accounts): Promise<IsolatedMock> {
  const [first, ...rest] = mock.providers
  if (first === undefined) throw new Error('a mock has at least one provider')
  const { name } = await accounts.create(first)
  for (const provider of rest) await accounts.create(provider, undefined, name)
  // Its first one, and those made by this face.
  const names: Set<unknown> = new Set([name])
  const checked = (account: string) => (names.has(account) ? account : foreign(account, name))
  const own = <T extends { readonly account?: string | undefined }>(given: T | undefined) => ({
    ...given,
    account: checked(given?.account ?? name),
  })
  const reset = async (scope?: MockScope) => {
    const meant = scope?.account === undefined ? [...names] : [checked(scope.account)]
    for (const account of meant) await mock.reset({ ...scope, account: account as string })
  }
  const close = () => reset()
  const isOwn = (account: unknown) => account === undefined || names.has(account)
  return {
    ...mock,
    accountName: name,
    registered: [],
    credentials: async (provider, account = name) => mock.credentials(provider, checked(account)),
    async account(provider, options) {
      const made = await mock.account(provider, options)
      names.add(made.name)
      return made
    },
    register: async (provider, webhook) => mock.register(provider, { ...webhook, ...own(webhook) }),
    trigger: async (provider, type, payload, options) => mock.trigger(provider, type, payload, own(options)),
    webhooks: async (scope) => mock.webhooks(own(scope)),
    deliveries: async (query) => mock.deliveries(own(query)),
    requests: (filter) => mock.requests(own(filter)),
    violations: (filter) => mock.violations(own(filter)),
    use(fault) {
      const { plane, on = {} } = fault
      // What is no match is told so by the mock; the receiver's plane has no accounts.
      if (plane === 'receiver' || !isJsonObject(on)) return mock.use(fault)
      if (!isOwn(on.account)) foreign(on.account, name)
      return mock.use({ ...fault, on: { account: name, ...on } })
    },
    faults: {
      ...mock.faults,
      list: () => mock.faults.list().filter(({ fault }) => names.has(fault.on.account)),
      clear(scope) {
        const meant = scope?.account === undefined ? [...names] : [checked(scope.account)]
        for (const account of meant) mock.faults.clear({ ...scope, account: account as AccountName })
      },
    },
    restore: async () => refuse('restore the state'),
    reload: async () => refuse('read the documents again'),
    reset,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function foreign(account: unknown, own: string): never {
  throw new MockError(
    'input',
    'FOREIGN_ACCOUNT',
    `Failed to use the account ${JSON.stringify(account)}: an isolated mock has an account of its own, "${own}".`,
    { hint: 'Leave the account out, or use the mock itself.' },
  )
}

function refuse(what: string): never {
  throw new MockError('input', 'SHARED_MOCK', `Failed to ${what}: the mock is shared.`, {
    hint: 'Do it at the mock itself, where no other test uses it.',
  })
}

/** An event, its id, or what a trigger answered. */
export type EventReference = string | { readonly id: string } | { readonly event: { readonly id: string } }

interface MockDelivered {
  /**
   * Waits until every delivery of an event is settled, and answers them, newest first.
   * @throws AssertionError that shows all attempts, when they are not settled in time or did not come to `status`
   * @example await mock.delivered(event, { status: 'succeeded' })
   */
  delivered(event: EventReference, options?: DeliveredOptions): Promise<readonly Delivery[]>
}

/** Who knows what became of an event or a delivery. */
export interface DeliveryHistory extends MockDelivered {
  /** What became of it so far. */
  stories(
    subject: { readonly event: string } | { readonly delivery: string },
  ): Promise<readonly DeliveryStory[]>
  settle(): Promise<Settling>
}

const DEFAULT_TIMEOUT_MS = 3_000

const IDLE_MS = 500

function createDeliveryHistory(parts: MockParts): DeliveryHistory {
  const { store, queue, clock } = parts
  const storyOf = async (delivery: Delivery): Promise<DeliveryStory> => {
    const [event, webhook, attempts] = await Promise.all([
      store.event(delivery.event),
      store.webhook(delivery.webhook),
      store.attempts({ delivery: delivery.id }, ALL),
    ])
    return {
      delivery,
      event: { id: delivery.event, type: event?.type ?? 'an event' },
      url: webhook?.url ?? 'a webhook that is gone',
      attempts: attempts.items.toReversed(),
    }
  }
  const deliveriesOf = async (event: EventId) => (await store.deliveries({ event }, ALL)).items
  return {
    async stories(subject) {
      if ('event' in subject)
        return Promise.all((await deliveriesOf(subject.event as EventId)).toReversed().map(storyOf))
      const delivery = await store.delivery(subject.delivery as DeliveryId)
      return delivery === undefined ? [] : [await storyOf(delivery)]
    },
    settle: () => queue.settle(DEFAULT_TIMEOUT_MS),
    async delivered(reference, options = {}) {
      checkOptions('the options of mock.delivered', options, DELIVERED)
      const { timeout, status } = options
      const id = eventIdOf(reference)
      const event = await store.event(id)
      if (event === undefined)
        throw new MockError('input', 'UNKNOWN_ID', `Failed to find the event "${id}".`, {
          hint: 'Pass what mock.trigger answered.',
        })
      const ms = await waitMs(timeout, parts)
      await queue.untilSettled({ event: id }, ms)
      const deliveries = await deliveriesOf(id)
      const wrong = (delivery: Delivery) =>
        !isSettled(delivery) || (status !== undefined && delivery.status !== status)
      if (!deliveries.some(wrong) && (status === undefined || deliveries.length > 0)) return deliveries
      const stories = await Promise.all(deliveries.toReversed().map(storyOf))
      const late = deliveries.filter((delivery) => !isSettled(delivery))
      throw new AssertionError({
        message: [
          `${event.type} [${id}] ${problem(deliveries.length, late.length, status, queue.isStopped() ? null : ms)}`,
          ...stories.flatMap(timeline),
          ...virtualHint(late, clock),
        ].join('\n'),
      })
    },
  }
}

/** How long to wait, after what happens without a virtual clock's being moved. */
async function waitMs(
  timeout: DeliveredOptions['timeout'],
  { queue, clock }: Pick<MockParts, 'queue' | 'clock'>,
): Promise<number> {
  if (typeof timeout === 'number') return timeout
  if (timeout !== undefined) return parseDuration(timeout, 'how long to wait')
  if (clock.mode.kind !== 'virtual') return DEFAULT_TIMEOUT_MS
  await queue.settle(DEFAULT_TIMEOUT_MS)
  return IDLE_MS
}

/** @param ms null: it was closed meanwhile */
function problem(count: number, late: number, status: DeliveryStatus | undefined, ms: number | null): string {
  if (count === 0) return 'has no delivery: no webhook of its account watches for it.'
  if (late > 0)
    return ms === null
      ? 'was not settled before the mock was closed:'
      : `was not settled within ${formatDuration(ms)}:`
  return `was to end as ${status}:`
}

function virtualHint(late: readonly Delivery[], clock: MockParts['clock']): readonly string[] {
  const due = late.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? [])
  const wait = Math.min(...due) - clock.now()
  if (clock.mode.kind !== 'virtual' || due.length === 0 || wait <= 0) return []
  const by = formatDuration(wait)
  return [`The clock is virtual, and the next attempt is due in ${by}: mock.clock.advance('${by}').`]
}

export function eventIdOf(reference: EventReference): EventId {
  if (typeof reference === 'string') return reference as EventId
  checkArgument('whose deliveries are meant', reference, object)
  return ('event' in reference ? reference.event.id : reference.id) as EventId
}

const witnesses = new WeakMap<object, DeliveryHistory>()

/** From now on these records know who can tell what became of them: matchers are given a record alone. */
function deliveryMethods<T extends object>(
  witness: DeliveryHistory,
  record: T,
  ...more: readonly object[]
): T {
  for (const one of [record, ...more]) witnesses.set(one, witness)
  return record
}

/** @throws MockError (input) for a record that no mock of this process gave out. */
export function witnessOf(record: unknown): DeliveryHistory {
  const witness = typeof record === 'object' && record !== null ? witnesses.get(record) : undefined
  if (witness !== undefined) return witness
  throw new MockError(
    'input',
    'UNKNOWN_RECORD',
    'Failed to look up the deliveries: the value comes from no mock of this process.',
    { hint: 'Pass what mock.trigger, mock.deliveries or mock.delivered answered.' },
  )
}

/** What a mock has seen, and its state as a whole. */
interface MockObservation {
  /** What clients called, and what they were answered; oldest first, the latest 10,000. */
  requests(filter?: RequestFilter): readonly RequestRecord[]
  /** Which contracts were broken, and by whom; oldest first, the latest 10,000. */
  violations(filter?: ViolationFilter): readonly KeptViolation[]
  /** Operations × statuses and event types × faults and outcomes since the start, whatever was reset meanwhile. */
  coverage(): Coverage
  /** The whole state, to be put back by {@link MockObservation.restore}. */
  snapshot(): Promise<Json>
  /** @throws MockError (input) for what is no snapshot, or has a provider that is not here: nothing is changed then. */
  restore(state: Json): Promise<void>
}

function observationMethods(parts: MockParts): MockObservation {
  const { requestLog } = parts
  return {
    requests(filter = {}) {
      checkFilter(parts, 'the filter of mock.requests', filter, REQUEST_FILTER)
      return [...requestLog.requests(filter)]
    },
    violations(filter = {}) {
      checkFilter(parts, 'the filter of mock.violations', filter, VIOLATION_FILTER)
      return [...requestLog.violations(filter)]
    },
    coverage: () => parts.coverage.coverage(),
    snapshot: () => parts.store.exportState(),
    async restore(state) {
      const stranger = unknownProviderIn(state, parts)
      if (stranger !== null)
        throw new MockError('input', 'UNKNOWN_PROVIDER', `Failed to restore ${stranger.pointer}.`, {
          hint: stranger.detail,
        })
      await restoreState(parts, state)
    },
  }
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

/** A running mock, as a program sees it. */
export interface Mock extends MockDelivered, MockObservation, MockFaults {
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
  isolated(): Promise<IsolatedMock>
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
export function mockMethods(parts: MockParts) {
  const { store, queue, feed } = parts
  const witness = createDeliveryHistory(parts)
  const seen = (deliveries: readonly Delivery[]) => deliveryMethods(witness, deliveries, ...deliveries)
  return {
    ...observationMethods(parts),
    ...faultMethods(parts),
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
      return deliveryMethods(witness, emission, emission.event, ...emission.deliveries)
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
