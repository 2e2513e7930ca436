import type { Instant } from '../core/clock.ts'
import type { Json } from '../core/json.ts'
import type {
  AccessToken,
  Account,
  Attempt,
  Delivery,
  DeliveryStatus,
  Event,
  Webhook,
} from '../core/model.ts'
import type { AccountName, AttemptId, DeliveryId, EventId, ProviderId, WebhookId } from '../core/random.ts'

/** What a commit is made of: changes of single records, or the clearing of a scope. */
export type Operation = Change | { readonly clear: Scope }

/** The records of every table, oldest first. */
export type TableRecords = { readonly [T in TableName]: readonly Tables[T][] }

export const TABLE_NAMES = [
  'accounts',
  'webhooks',
  'events',
  'deliveries',
  'attempts',
  'counters',
  'answers',
  'tokens',
] as const satisfies readonly TableName[]

export function isTableName(name: unknown): name is TableName {
  return TABLE_NAMES.some((known) => known === name)
}

/** The last number given out in a sequence such as a provider's int64 ids. */
interface Counter {
  readonly id: string
  readonly value: number
}

/** Where a virtual clock was moved to, though nothing may have happened there. */
export const CLOCK_COUNTER = 'log/clock'

/** How many attempts were removed to keep the log within its bound. */
export const EVICTED_COUNTER = 'log/evicted'

/** A kept answer to a request that carried an idempotency key. */
export interface KeptAnswer {
  /** Provider, account, operation and key, joined by {@link keptAnswerId}. */
  readonly id: string
  readonly fingerprint: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly expiresAt: Instant
  /** The delivery that the request made, while its answer waits for the attempt; there is no answer yet then. */
  readonly begun?: DeliveryId
}

/** Begins with provider and account, so that clearing a scope finds it. */
export function keptAnswerId(
  provider: ProviderId,
  account: AccountName,
  operation: string,
  key: string,
): string {
  return `${provider}/${account}/${operation}/${key}`
}

/** An access token, by its provider and its text, joined by {@link tokenId}. */
export interface KeptToken extends AccessToken {
  readonly id: string
}

export function tokenId(provider: ProviderId, token: string): string {
  return `${provider}/${token}`
}

/** One that was made at run time; its environment is absent in older state. */
export interface StoredAccount extends Omit<Account, 'environment'> {
  readonly id: string
  readonly environment?: string | null
}

/** Every kind of record that is kept, by the name of its table. */
export interface Tables {
  accounts: StoredAccount
  webhooks: Webhook
  events: Event
  deliveries: Delivery
  attempts: Attempt
  counters: Counter
  answers: KeptAnswer
  tokens: KeptToken
}

export type TableName = keyof Tables

/** One record put in its table, in place of the one with the same id; or removed. */
export type Change = {
  [T in TableName]:
    | { readonly table: T; readonly put: Tables[T] }
    | { readonly table: T; readonly remove: string }
}[TableName]

export function put<T extends TableName>(table: T, record: Tables[T]): Change {
  return { table, put: record } as Change
}

/** Newest first. `cursor` is what an earlier page answered as `next`. */
export interface PageRequest {
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** One provider's or one account's part of the state; without either, all of it. */
export interface Scope {
  readonly provider?: ProviderId | undefined
  readonly account?: AccountName | undefined
}

/** Without anything, all deliveries. */
export interface DeliveryQuery extends Scope {
  readonly event?: EventId | undefined
  readonly webhook?: WebhookId | undefined
  readonly status?: DeliveryStatus | undefined
}

export interface AttemptQuery {
  readonly webhook?: WebhookId | undefined
  readonly delivery?: DeliveryId | undefined
  readonly event?: EventId | undefined
}

/** How much there is of everything. */
export interface StateSummary {
  readonly webhooks: number
  readonly events: number
  readonly deliveries: number
  readonly attempts: number
  readonly pending: number
}

/**
 * What the rest knows of keeping state: narrow and asynchronous, so that a shared engine can stand behind it.
 * Records are immutable; a change puts a new one in the place of the old.
 */
export interface Store {
  /** Keeps all changes or none. Resolves once they would survive `kill -9`. */
  commit(changes: readonly Change[]): Promise<void>

  /** Accounts made at run time, beside those of the provider documents. */
  accounts(): Promise<readonly StoredAccount[]>
  webhook(id: WebhookId): Promise<Webhook | undefined>
  /** In the order of their registration; deleted ones are left out unless asked for. */
  webhooks(scope?: Scope & { readonly deleted?: boolean }): Promise<readonly Webhook[]>
  /** One that is not deleted, by its id at its provider. */
  webhookAt(provider: ProviderId, providerId: string): Promise<Webhook | undefined>
  event(id: EventId): Promise<Event | undefined>
  events(scope: Scope & { readonly type?: string | undefined }, page: PageRequest): Promise<Page<Event>>
  delivery(id: DeliveryId): Promise<Delivery | undefined>
  deliveries(query: DeliveryQuery, page: PageRequest): Promise<Page<Delivery>>
  /** The webhook's pending delivery that was made first, of those that are not held back. */
  oldestPending(webhook: WebhookId, isHeld: (delivery: Delivery) => boolean): Promise<Delivery | undefined>
  attempt(id: AttemptId): Promise<Attempt | undefined>
  attempts(query: AttemptQuery, page: PageRequest): Promise<Page<Attempt>>
  /** The number of the last attempt of this event at this webhook, over all deliveries; 0 when there was none. */
  lastSequence(event: EventId, webhook: WebhookId): Promise<number>
  /** Attempts that have no outcome: in flight, or cut off if they were found when the store was opened. */
  unfinishedAttempts(): Promise<readonly Attempt[]>
  keptAnswer(id: string): Promise<KeptAnswer | undefined>
  /** Expired ones go when others come; so do the oldest beyond 10,000. */
  token(id: string): Promise<KeptToken | undefined>
  /** The next number of a sequence, and the change that keeps it: commit it with the record that uses it. */
  nextNumber(sequence: string, start: number): Promise<{ readonly value: number; readonly change: Change }>
  /** The last number of a sequence that was given out; 0 where none was. */
  lastNumber(sequence: string): Promise<number>

  /**
   * Pending deliveries that are due, earliest first (ties in the order of their making), each handed out once until
   * released. `refuse` names webhooks that must wait (their concurrency is used up); it is asked before each hand-out,
   * so one that counts what it let through keeps a webhook's limit within one call, too.
   */
  claimDue(
    now: Instant,
    limit: number,
    refuse?: (webhook: WebhookId) => boolean,
  ): Promise<readonly Delivery[]>
  release(id: DeliveryId): void
  /** When the earliest unclaimed pending delivery falls due; null when there is none. */
  nextDueAt(): Promise<Instant | null>

  summary(): Promise<StateSummary>
  /** The latest instant in any record; 0 when empty. */
  latestInstant(): Instant
  /** Attempts removed since the last full clear, with their events and deliveries, to keep the log within its bound. */
  evicted(): number
  /**
   * Forgets everything in the scope (webhooks, events, deliveries, attempts, answers, counts of calls, run-time accounts with
   * their access tokens, but not the one that the scope names); without a scope the sequences start anew, too. Claims stay
   * until they are released.
   */
  clear(scope?: Scope): Promise<void>
  /** The whole state: `{format, version, tables}`. */
  exportState(): Promise<Json>
  /** Its JSON, in pieces between which others have their turn; as it is now, whatever is committed meanwhile. */
  exportText(): AsyncIterable<string>
  /** Puts these records, which an export was read for, in the place of all, wholly or not at all. */
  replaceAll(records: TableRecords): Promise<void>
  /** Waits for what is being kept, then leaves one compact file. Nothing can be committed afterwards. */
  close(): Promise<void>
}
