import type { Row } from './row-list.ts'
import type { TableName } from './store.ts'
import type { TableSet } from './tables.ts'

export interface Located {
  readonly table: TableName
  readonly id: string
}

interface Owner {
  readonly provider?: string | undefined
  readonly account?: string | undefined
}

/** Everything that belongs to a provider, an account, or both. */
export function inScope(tables: TableSet, scope: Owner): Located[] {
  const owned = ({ provider, account }: Owner) =>
    (scope.provider === undefined || provider === scope.provider) &&
    (scope.account === undefined || account === scope.account)
  const found: Located[] = []
  const attempts = new Set<string>()
  const addAttempts = (rows: Iterable<Row<{ readonly id: string }>>) => {
    for (const { record } of rows) if (record !== undefined) attempts.add(record.id)
  }

  // An account belongs to none: one that is named stays who it is, and what belongs to it goes.
  for (const { id } of tables.accounts.records().filter(owned)) found.push({ table: 'accounts', id })
  for (const { id } of tables.webhooks.records().filter(owned)) {
    found.push({ table: 'webhooks', id })
    addAttempts(tables.attempts.list('webhook', id)?.newestFirst() ?? [])
  }
  for (const { id } of tables.deliveries.records().filter(owned)) {
    found.push({ table: 'deliveries', id })
    addAttempts(tables.attempts.list('delivery', id)?.newestFirst() ?? [])
  }
  for (const { id } of tables.events.records().filter(owned)) found.push({ table: 'events', id })
  for (const { id } of tables.answers.records()) {
    const [provider, account] = id.split('/')
    if (owned({ provider, account })) found.push({ table: 'answers', id })
  }
  // What hangs on an event goes before the event itself.
  return [...[...attempts].map((id) => ({ table: 'attempts' as const, id })), ...found]
}
