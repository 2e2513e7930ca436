import type { EventId, WebhookId } from '../core/ids.ts'
import type { TableName, Tables } from './store.ts'
import { Table } from './table.ts'

interface IndexNames {
  accounts: never
  webhooks: 'live' | 'account' | 'at'
  events: never
  deliveries: 'event' | 'webhook' | 'pending'
  attempts: 'delivery' | 'event' | 'webhook' | 'pair' | 'unfinished'
  counters: never
  answers: never
}

export type TableSet = { readonly [T in TableName]: Table<Tables[T], IndexNames[T]> }

/** The one key of an index that only tells members from others. */
export const MEMBERS = ''

export function atKey(provider: string, providerId: string): string {
  return `${provider}/${providerId}`
}

export function accountKey(provider: string, account: string): string {
  return `${provider}/${account}`
}

export function pairKey(event: EventId, webhook: WebhookId): string {
  return `${event}/${webhook}`
}

export function createTables(): TableSet {
  return {
    accounts: new Table({}),
    webhooks: new Table({
      live: ({ deletedAt }) => (deletedAt === null ? MEMBERS : undefined),
      account: ({ deletedAt, provider, account }) =>
        deletedAt === null ? accountKey(provider, account) : undefined,
      at: ({ deletedAt, provider, providerId }) =>
        deletedAt === null ? atKey(provider, providerId) : undefined,
    }),
    events: new Table({}),
    deliveries: new Table({
      event: ({ event }) => event,
      webhook: ({ webhook }) => webhook,
      pending: ({ status }) => (status === 'pending' ? MEMBERS : undefined),
    }),
    attempts: new Table({
      delivery: ({ delivery }) => delivery,
      event: ({ event }) => event,
      webhook: ({ webhook }) => webhook,
      pair: ({ event, webhook }) => pairKey(event, webhook),
      unfinished: ({ outcome }) => (outcome === null ? MEMBERS : undefined),
    }),
    counters: new Table({}),
    answers: new Table({}),
  }
}
