import { MockError } from '../core/errors.ts'
import { type Delivery, EVERY_ACCOUNT, type Event } from '../core/model.ts'
import type { Database } from './database.ts'
import type {
  AttemptQuery,
  DeliveryQuery,
  Page,
  PageRequest,
  Scope,
  Store,
  TableName,
  Tables,
} from './store.ts'
import { accountKey, atKey, MEMBERS, pairKey, type RowList, type TableSet } from './table.ts'

/**
 * One page of a list, newest first. The cursor names the last record of the page, and its place for when that record
 * has gone meanwhile; so later pages neither repeat nor skip anything while new records arrive.
 */
function page<T extends TableName>(
  tables: TableSet,
  table: T,
  list: RowList<Tables[T]> | undefined,
  request: PageRequest,
  matches: (record: Tables[T]) => boolean = () => true,
): Page<Tables[T]> {
  const limit = Math.max(1, request.limit)
  const before = request.cursor === undefined ? undefined : readCursor(tables, table, request.cursor)
  const items: Tables[T][] = []
  let last = ''
  for (const { record, seq } of list?.newestFirst(before) ?? []) {
    if (record === undefined || !matches(record)) continue
    if (items.length >= limit) return { items, next: last }
    items.push(record)
    last = writeCursor(table, seq, record.id)
  }
  return { items, next: null }
}

function writeCursor(table: TableName, seq: number, id: string): string {
  return Buffer.from(`${table}:${seq}:${id}`).toString('base64url')
}

function readCursor(tables: TableSet, table: TableName, cursor: string): number {
  const [, seq, id] =
    new RegExp(`^${table}:(\\d{1,15}):(.+)$`).exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (seq === undefined || id === undefined)
    throw new MockError(
      'input',
      'BAD_CURSOR',
      `Failed to read the list of ${table}: "${cursor}" is no cursor of it.`,
      {
        hint: 'Use what an earlier page of the same list answered as "next", unchanged; or leave it out.',
      },
    )
  return tables[table].row(id)?.seq ?? Number(seq)
}

type Queries = Pick<
  Store,
  | 'accounts'
  | 'webhook'
  | 'webhooks'
  | 'webhookAt'
  | 'event'
  | 'events'
  | 'delivery'
  | 'deliveries'
  | 'oldestPending'
  | 'attempt'
  | 'attempts'
  | 'lastSequence'
  | 'unfinishedAttempts'
  | 'keptAnswer'
  | 'token'
  | 'summary'
>

/** What is kept, looked up by the narrowest index there is. */
export function createQueries({ tables }: Database): Queries {
  return {
    accounts: async () => tables.accounts.records(),
    webhook: async (id) => tables.webhooks.get(id),
    webhooks: async (scope = {}) => webhookList(tables, scope)?.records().filter(within(scope)) ?? [],
    webhookAt: async (provider, providerId) =>
      tables.webhooks.list('at', atKey(provider, providerId))?.records()[0],
    event: async (id) => tables.events.get(id),
    events: async ({ type, ...scope }, request) => {
      const inScope = (event: Event) =>
        within(scope)(event) ||
        (event.account === EVERY_ACCOUNT && within({ provider: scope.provider })(event))
      return page(
        tables,
        'events',
        tables.events.all,
        request,
        (event) => (type === undefined || event.type === type) && inScope(event),
      )
    },
    delivery: async (id) => tables.deliveries.get(id),
    deliveries: async (query, request) =>
      page(tables, 'deliveries', deliveryList(tables, query), request, deliveryMatches(query)),
    async oldestPending(webhook, isHeld) {
      for (const { record } of tables.deliveries.list('queue', webhook)?.oldestFirst() ?? [])
        if (record !== undefined && !isHeld(record)) return record
      return undefined
    },
    attempt: async (id) => tables.attempts.get(id),
    attempts: async (query, request) =>
      page(
        tables,
        'attempts',
        attemptList(tables, query),
        request,
        (attempt) =>
          (query.delivery === undefined || attempt.delivery === query.delivery) &&
          (query.event === undefined || attempt.event === query.event) &&
          (query.webhook === undefined || attempt.webhook === query.webhook),
      ),
    lastSequence: async (event, webhook) => {
      const [last] = tables.attempts.list('pair', pairKey(event, webhook))?.newestFirst() ?? []
      return last?.record?.sequence ?? 0
    },
    unfinishedAttempts: async () => tables.attempts.list('unfinished', MEMBERS)?.records() ?? [],
    keptAnswer: async (id) => tables.answers.get(id),
    token: async (id) => tables.tokens.get(id),
    summary: async () => ({
      webhooks: tables.webhooks.list('live', MEMBERS)?.size ?? 0,
      events: tables.events.size,
      deliveries: tables.deliveries.size,
      attempts: tables.attempts.size,
      pending: tables.deliveries.list('pending', MEMBERS)?.size ?? 0,
    }),
  }
}

function within(scope: Scope): (record: { readonly provider: string; readonly account: string }) => boolean {
  return ({ provider, account }) =>
    (scope.provider === undefined || provider === scope.provider) &&
    (scope.account === undefined || account === scope.account)
}

function webhookList(
  tables: TableSet,
  { provider, account, deleted = false }: Scope & { readonly deleted?: boolean },
) {
  if (deleted) return tables.webhooks.all
  if (provider === undefined || account === undefined) return tables.webhooks.list('live', MEMBERS)
  return tables.webhooks.list('account', accountKey(provider, account))
}

function deliveryList(tables: TableSet, query: DeliveryQuery): RowList<Delivery> | undefined {
  if (query.event !== undefined) return tables.deliveries.list('event', query.event)
  if (query.status === 'pending')
    return query.webhook === undefined
      ? tables.deliveries.list('pending', MEMBERS)
      : tables.deliveries.list('queue', query.webhook)
  if (query.webhook !== undefined) return tables.deliveries.list('webhook', query.webhook)
  return tables.deliveries.all
}

function deliveryMatches(query: DeliveryQuery): (delivery: Delivery) => boolean {
  const inScope = within(query)
  return (delivery) =>
    (query.event === undefined || delivery.event === query.event) &&
    (query.webhook === undefined || delivery.webhook === query.webhook) &&
    (query.status === undefined || delivery.status === query.status) &&
    inScope(delivery)
}

function attemptList(tables: TableSet, query: AttemptQuery) {
  if (query.delivery !== undefined) return tables.attempts.list('delivery', query.delivery)
  if (query.event !== undefined && query.webhook !== undefined)
    return tables.attempts.list('pair', pairKey(query.event, query.webhook))
  if (query.event !== undefined) return tables.attempts.list('event', query.event)
  if (query.webhook !== undefined) return tables.attempts.list('webhook', query.webhook)
  return tables.attempts.all
}
