import type { MockParts } from '../api/context.ts'
import { providerNamed } from '../api/lookup.ts'
import type { StartWebhook } from '../api/register-webhook.ts'
import type { RequestFilter, ViolationFilter } from '../api/request-log.ts'
import type { ClockMode } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import type { Feed } from '../core/feed.ts'
import type { JsonObject } from '../core/json.ts'
import { DELIVERY_STATUSES, type DeliveryStatus } from '../core/model.ts'
import { suggestion } from '../core/text.ts'
import type { Resolve } from '../delivery/egress.ts'
import {
  anything,
  boolean,
  callback,
  checkOptions,
  count,
  either,
  listOf,
  milliseconds,
  type OptionKinds,
  object,
  objects,
  oneOf,
  port,
  requestHeaders,
  string,
  strings,
} from '../schema/options.ts'
import { operationNames } from '../spec/names.ts'

/** How a mock is made; every field has a default. */
export interface MockOptions {
  /** Ids of shipped providers. Default: all of them, or none where there are `specs`. */
  readonly providers?: readonly string[]
  /** Files with OpenAPI documents of your own. */
  readonly specs?: readonly string[]
  /** Default 0: any free port. */
  readonly port?: number
  /** Default: 127.0.0.1 and ::1. */
  readonly host?: string
  /** File of the kept state; absent: in memory. */
  readonly db?: string
  /** Start from an empty state. */
  readonly reset?: boolean
  /** Go on with what is valid in a damaged state. Its files are copied to a folder beside them. */
  readonly repair?: boolean
  /** Default `real`. */
  readonly clock?: 'real' | 'virtual' | `x${number}` | ClockMode
  /** The same seed gives the same ids, secrets and jitter. Default: other ones each time. */
  readonly seed?: string
  /** Variants of `x-mock-delivery`: `sandbox` for every provider that has it, or `acme=sandbox` for one. */
  readonly variant?: string | readonly string[]
  /** Webhooks, for all events unless their fields say otherwise, registered at the start and again at a reset. Without a provider: with each of them. */
  readonly register?: readonly StartWebhook[]
  /** Deliveries to `from` (an origin, a URL prefix or `*`) go to `to` instead; the rest of the path is kept. */
  readonly forward?: readonly { readonly from: string; readonly to: string }[]
  /** Where deliveries may go beside loopback: `NAME[:PORT]`, an address, or a network such as `10.0.0.0/8`. */
  readonly allowHosts?: readonly string[]
  /** Host names, beside loopback and `host`, that the mock answers to. */
  readonly serverNames?: readonly string[]
  /**
   * Refuse `http://` URLs, and certificates that cannot be trusted, wherever the provider does, also those of this
   * machine. Default false.
   */
  readonly strictUrls?: boolean
  /** Unknown routes, and what a client sends without its being declared, are violations too. */
  readonly strict?: boolean
  /** Sent with every delivery of every provider, in the place of its own headers of the same names. */
  readonly deliveryHeaders?: Readonly<Record<string, string>>
  /** What goes wrong from the start, and again after a reset: see {@link MockFaults.use}. */
  readonly faults?: readonly JsonObject[]
  /** Milliseconds; overrides every provider's time-out. */
  readonly attemptTimeoutMs?: number
  /** File with certificates (PEM) that receivers may be signed by. */
  readonly ca?: string
  /** Accept any certificate of a receiver. */
  readonly insecure?: boolean
  /** How the names of receivers are looked up. Default: as the system does. */
  readonly resolve?: Resolve
  /** Receives every entry from the start on. */
  readonly feed?: Feed
}

/** What can change while a mock runs. */
export type Reloadable = Pick<MockOptions, 'providers' | 'specs' | 'variant' | 'register' | 'faults'>

// What each call takes, for programs without types.

const MOCK: OptionKinds<MockOptions> = {
  providers: strings,
  specs: strings,
  port,
  host: string,
  db: string,
  reset: boolean,
  repair: boolean,
  clock: either(string, object),
  seed: string,
  variant: either(string, strings),
  register: objects,
  forward: objects,
  allowHosts: strings,
  serverNames: strings,
  strictUrls: boolean,
  strict: boolean,
  deliveryHeaders: requestHeaders,
  faults: listOf(anything, 'faults'),
  attemptTimeoutMs: milliseconds,
  ca: string,
  insecure: boolean,
  resolve: callback,
  feed: object,
}

const WEBHOOK: OptionKinds<StartWebhook> = {
  name: string,
  provider: string,
  account: string,
  url: string,
  secret: string,
  fields: object,
}

export const REGISTRATION: OptionKinds<Registration> = {
  url: string,
  account: string,
  secret: string,
  fields: object,
}

export const TRIGGER: OptionKinds<TriggerOptions> = { account: string, id: string, raw: boolean }

const status = oneOf(...DELIVERY_STATUSES)

export const DELIVERED: OptionKinds<DeliveredOptions> = {
  timeout: either(string, milliseconds),
  status: oneOf(...DELIVERY_STATUSES.filter((one) => one !== 'pending')),
}

export const SCOPE: OptionKinds<MockScope> = { provider: string, account: string }

export const DELIVERY_FILTER: OptionKinds<DeliveryFilter> = {
  ...SCOPE,
  event: string,
  webhook: string,
  status,
}

export const REQUEST_FILTER: OptionKinds<RequestFilter> = {
  ...SCOPE,
  operation: string,
  method: string,
  status: count,
}

export const VIOLATION_FILTER: OptionKinds<ViolationFilter> = {
  ...SCOPE,
  operation: string,
  by: oneOf('client', 'receiver', 'mock'),
}

/** @throws MockError BAD_OPTION */
export function checkMockOptions(options: MockOptions): void {
  checkOptions('the options of startMock', options, MOCK)
  for (const [index, webhook] of (options.register ?? []).entries())
    checkOptions(`webhook ${index + 1} of "register"`, webhook, WEBHOOK)
  for (const [index, forward] of (options.forward ?? []).entries())
    checkOptions(`entry ${index + 1} of "forward"`, forward, { from: string, to: string })
}

/**
 * The filter with the id of the provider that it names. A filter with a name that nobody has would find nothing, and so pass for proof
 * that nothing happened.
 *
 * @throws MockError BAD_OPTION, UNKNOWN_PROVIDER, UNKNOWN_OPERATION
 */
export function checkFilter<T extends MockScope & { readonly operation?: string | undefined }>(
  parts: Pick<MockParts, 'providers'>,
  what: string,
  filter: T,
  kinds: OptionKinds<T>,
): T {
  checkOptions(what, filter, kinds)
  const { operation } = filter
  const provider = filter.provider === undefined ? undefined : providerNamed(parts, filter.provider)
  const checked = provider === undefined ? filter : { ...filter, provider: provider.id }
  if (operation === undefined) return checked
  const asked = provider === undefined ? [...parts.providers.values()] : [provider]
  const known = operationNames(asked.flatMap(({ operations }) => operations))
  const id = known.get(operation)
  if (id !== undefined) return { ...checked, operation: id }
  throw new MockError('input', 'UNKNOWN_OPERATION', `Failed to find the operation "${operation}".`, {
    hint: suggestion(operation, [...known.keys()]),
  })
}

/** As {@link checkFilter}, and knows the accounts. @throws MockError UNKNOWN_ACCOUNT as well */
export async function checkScope<T extends MockScope>(
  parts: Pick<MockParts, 'providers' | 'accounts'>,
  what: string,
  scope: T,
  kinds: OptionKinds<T>,
): Promise<T> {
  const checked = checkFilter(parts, what, scope, kinds)
  const { provider, account } = checked
  if (account === undefined) return checked
  const asked = provider === undefined ? [...parts.providers.values()] : [providerNamed(parts, provider)]
  const known = (await Promise.all(asked.map(({ id }) => parts.accounts.list(id)))).flat()
  if (known.some(({ name }) => name === account)) return checked
  throw new MockError('input', 'UNKNOWN_ACCOUNT', `Failed to find the account "${account}".`, {
    hint: suggestion(account, [...new Set(known.map(({ name }) => name))]),
  })
}

/** How an event is made to happen. */
export interface TriggerOptions {
  /**
   * Whose webhooks get it; `*`: those of every account in the provider's first environment, in an isolated mock those
   * of its own accounts. Default: the provider's first account.
   */
  readonly account?: string
  /** The event's id in the provider's format. Default: a new one. */
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

/** How long deliveries are waited for, and what they have to come to. */
export interface DeliveredOptions {
  /**
   * A duration such as `10s`, or milliseconds, of real time. Default 3s, before a test runner's own 5 s are over; on a
   * virtual clock 500ms from when nothing more happens until it is moved.
   */
  readonly timeout?: string | number | undefined
  /** What all its deliveries have to have come to. Default: any of those that no attempt follows. */
  readonly status?: Exclude<DeliveryStatus, 'pending'> | undefined
}
