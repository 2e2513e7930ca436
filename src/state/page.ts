import { MockError } from '../core/errors.ts'
import type { RowList } from './row-list.ts'
import type { Page, PageRequest, TableName, Tables } from './store.ts'
import type { TableSet } from './tables.ts'

/**
 * One page of a list, newest first. The cursor names the last record of the page, and its place for when that record
 * has gone meanwhile; so later pages neither repeat nor skip anything while new records arrive.
 */
export function page<T extends TableName>(
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
