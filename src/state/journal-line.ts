import { isObject } from '../core/json.ts'
import type { Database } from './database.ts'
import { isTableName, type Operation } from './operation.ts'
import type { TableName, Tables } from './store.ts'

/** What a line says of a record that is there already: the fields that have changed. */
export interface Patch {
  readonly table: TableName
  readonly set: { readonly id: string }
}

/** Some tables' records change a few small fields of many large ones, again and again. */
const PATCHED: ReadonlySet<TableName> = new Set<TableName>(['deliveries', 'attempts'])

/** Commits as lines, newline included: each is there as a whole, or torn and not at all. */
export function writeJournalLines(
  database: Database,
  commits: readonly (readonly Operation[])[],
): readonly string[] {
  /** What these commits have made of it so far; null: not what the tables have, nor worth finding out. */
  const now = new Map<string, object | null>()
  let cleared = false
  const entry = (operation: Operation): Operation | Patch => {
    if ('clear' in operation) {
      cleared = true
      return operation
    }
    const { table } = operation
    if (!PATCHED.has(table)) return operation
    const isPut = 'put' in operation
    const key = `${table} ${isPut ? operation.put.id : operation.remove}`
    const before = now.get(key)
    now.set(key, isPut ? operation.put : null)
    if (!isPut || cleared || before === null) return operation
    return patchOf(operation, before ?? database.tables[table].get(operation.put.id))
  }
  return commits.map((operations) => `${JSON.stringify(operations.map(entry))}\n`)
}

type Put = Extract<Operation, { readonly put: unknown }>

function patchOf(operation: Put, before: object | undefined): Put | Patch {
  if (before === undefined) return operation
  const { table, put } = operation
  const set: Record<string, unknown> & { id: string } = { id: put.id }
  for (const [name, value] of Object.entries(put)) if (Reflect.get(before, name) !== value) set[name] = value
  // A field that is gone cannot be said, and what JSON leaves out is one.
  const isWhole = Object.keys(before).every((name) => Reflect.get(put, name) !== undefined)
  return isWhole ? { table, set } : operation
}

/** The commit in a line, for a state that everything before it was applied to; undefined when it is none. */
export function readJournalLine(
  database: Database,
  text: string | undefined,
): readonly Operation[] | undefined {
  const value = text === undefined ? undefined : parse(text)
  if (!Array.isArray(value) || !value.every(isEntry)) return undefined
  const known = new Map<string, object>()
  const operations: Operation[] = []
  for (const one of value) {
    const operation = 'set' in one ? patched(one, known.get(one.set.id) ?? recordOf(database, one)) : one
    if (operation === undefined) return undefined
    if ('put' in operation) known.set(operation.put.id, operation.put)
    operations.push(operation)
  }
  return operations
}

function recordOf(database: Database, { table, set }: Patch): object | undefined {
  return database.tables[table].get(set.id)
}

function patched({ table, set }: Patch, before: object | undefined): Operation | undefined {
  return before === undefined
    ? undefined
    : ({ table, put: { ...before, ...set } as Tables[typeof table] } as Put)
}

/** Whether it can stand in a table. What its other fields hold was checked before it was kept. */
export function isRecord(value: unknown): boolean {
  return isObject(value) && typeof value.id === 'string'
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isEntry(value: unknown): value is Operation | Patch {
  if (!isObject(value)) return false
  if ('clear' in value) return isObject(value.clear)
  if (!isTableName(value.table)) return false
  if ('put' in value) return isRecord(value.put)
  return 'set' in value ? isRecord(value.set) : typeof value.remove === 'string'
}
