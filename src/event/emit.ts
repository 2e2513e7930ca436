import type { Clock, Instant } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import type { Feed } from '../core/feed.ts'
import {
  type Account,
  type Delivery,
  type DeliveryCause,
  EVERY_ACCOUNT,
  type Event,
  type Skip,
  type Webhook,
} from '../core/model.ts'
import type { AccountName, DeliveryId, ProviderId, Random } from '../core/random.ts'
import { listSome, suggestion } from '../core/text.ts'
import type { Provider } from '../spec/provider.ts'
import { put, type Store } from '../state/store.ts'
import { composeEvent, type EventInput, eventType } from './compose.ts'
import { providerFor } from './environment.ts'
import { skipReason } from './match.ts'

interface EmitParts {
  readonly store: Store
  readonly clock: Clock
  readonly rng: Random
  readonly feed: Feed
  readonly queue: { wake(): void }
  readonly accounts: { list(provider: ProviderId): Promise<readonly Account[]> }
}

/** An event that was made to happen, with its deliveries and the webhooks that were passed over. */
export interface Emission {
  readonly event: Event
  readonly deliveries: readonly Delivery[]
  readonly skipped: readonly Skip[]
}

/** What is to happen, and to whom. */
export interface EmitInput extends EventInput {
  /** Of an event for every account: those that it is for, if not all. */
  readonly among?: ReadonlySet<AccountName> | undefined
}

/**
 * Makes an event and a delivery for each webhook of the account, or of every account, that watches for it, keeps both,
 * and starts the deliveries. Fails as {@link composeEvent} does.
 */
export async function emitEvent(parts: EmitParts, input: EmitInput): Promise<Emission> {
  const { store, clock, rng } = parts
  const { account, among, raw = false } = input
  const [chosen = account] = account === EVERY_ACCOUNT ? (among ?? []) : []
  const provider = await providerFor(input.provider, chosen, store)
  const accounts = await parts.accounts.list(provider.id)
  const without = raw ? [] : accountsWithout(accounts, input.type)
  const abroad = account === EVERY_ACCOUNT ? environmentsElsewhere(accounts, provider) : new Map()
  const lacking = new Set(without.map(({ name }) => name))
  for (const one of without) if (one.name === account) throw notAvailable(provider, one, input.type)
  const { event, body, changes } = await composeEvent(parts, { ...input, provider })
  const isFor = (webhook: Webhook) =>
    account === EVERY_ACCOUNT ? (among?.has(webhook.account) ?? true) : webhook.account === account
  const registered = await store.webhooks({ provider: provider.id })
  const webhooks = registered.filter(isFor)
  const now = clock.now()
  const deliveries: Delivery[] = []
  const skipped: Skip[] = webhooks.length === 0 ? [noWebhook(provider, account)] : []
  const about = { type: event.type, body }
  for (const webhook of webhooks) {
    const reason =
      abroadReason(provider, abroad, webhook) ??
      (lacking.has(webhook.account)
        ? `belongs to an account (${webhook.account}) that has no events of this type`
        : skipReason(provider.resource, webhook, about))
    if (reason === null) deliveries.push(newDelivery(event, webhook, { rng, now }))
    else skipped.push({ webhook: brief(webhook), reason })
  }
  if (webhooks.length < registered.length && isOfDocument(provider, account)) {
    const matching = registered.filter(
      (webhook) =>
        !isFor(webhook) &&
        !lacking.has(webhook.account) &&
        skipReason(provider.resource, webhook, about) === null,
    )
    if (matching.length > 0) skipped.push(ofOthers(matching))
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
    account: webhook.account,
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

/** Accounts that have no events of a type, though their provider has. */
function accountsWithout(accounts: readonly Account[], type: string): readonly Account[] {
  return accounts.filter(({ events }) => events !== undefined && !events.includes(type))
}

/** Accounts of other environments than that of an event for every account, whose one body is of one environment. */
function environmentsElsewhere(
  accounts: readonly Account[],
  { environment: own }: Provider,
): ReadonlyMap<AccountName, string> {
  return new Map(
    accounts.flatMap(({ name, environment }) =>
      environment === null || environment === own ? [] : [[name, environment] as const],
    ),
  )
}

function abroadReason(
  { environment: own }: Provider,
  abroad: ReadonlyMap<AccountName, string>,
  { account }: Webhook,
): string | null {
  const environment = abroad.get(account)
  if (environment === undefined) return null
  return `belongs to an account (${account}) in ${environment}, the event is of ${own}; trigger it with the account "${account}"`
}

function notAvailable(provider: Provider, account: Account, type: string): MockError {
  eventType(provider, type)
  const summary = `Failed to trigger ${type}: the account "${account.name}" of ${provider.id} has no events of this type.`
  const hint = `${suggestion(type, account.events ?? [])} Or name another account.`
  return new MockError('input', 'UNKNOWN_EVENT', summary, { hint })
}

function noWebhook({ id }: Provider, account: AccountName): Skip {
  const whose = account === EVERY_ACCOUNT ? 'any account' : 'this account'
  return { webhook: null, reason: `no webhook is registered with ${id} for ${whose}` }
}

/** Accounts that were made at run time are for tests side by side, which do not want to know of each other. */
function isOfDocument({ accounts }: Provider, account: AccountName): boolean {
  return accounts.some(({ name }) => name === account)
}

function ofOthers(webhooks: readonly Webhook[]): Skip {
  const names = [...new Set(webhooks.map(({ account }) => account))]
  const whose = names.length === 1 ? 'another account' : 'other accounts'
  const [noun, verb] = webhooks.length === 1 ? ['webhook', 'watches'] : ['webhooks', 'watch']
  const what = `${webhooks.length} ${noun} of ${whose} (${listSome(names)}) ${verb} for it`
  return { webhook: null, reason: `${what}; to reach every account, trigger it with the account "*"` }
}

function brief({ id, providerId, url }: Webhook): Skip['webhook'] {
  return { id, providerId, url }
}
