import type { Change, Scope, TableName, Tables } from './store.ts'

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
] as const satisfies readonly TableName[]

export function isTableName(name: unknown): name is TableName {
  return TABLE_NAMES.some((known) => known === name)
}
