import { isObject, parsedJson } from '../core/json.ts'
import type { Database } from './database.ts'
import type { RecordCheck } from './record-schemas.ts'
import { isTableName, type Operation, type TableName, type Tables } from './store.ts'

/** What a commit says of a record that is there already: the fields that have changed. */
interface Patch {
  readonly table: TableName
  readonly set: { readonly id: string }
}

/** Some tables' records change a few small fields of many large ones, again and again. */
const PATCHED: ReadonlySet<TableName> = new Set<TableName>(['deliveries', 'attempts'])

/** Commits as JSON, each for a state that everything before it was applied to. */
export function writeCommits(
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
  return commits.map((operations) => JSON.stringify(operations.map(entry)))
}

type Put = Extract<Operation, { readonly put: unknown }>

function patchOf(operation: Put, before: object | undefined): Put | Patch {
  if (before === undefined) return operation
  const { table, put } = operation
  const set: Record<string, unknown> & { id: string } = { id: put.id }
  for (const [name, value] of Object.entries(put)) if (Reflect.get(before, name) !== value) set[name] = value
  // JSON cannot express a field that was removed: it leaves out undefined ones.
  const isWhole = Object.keys(before).every((name) => Reflect.get(put, name) !== undefined)
  return isWhole ? { table, set } : operation
}

/** The commit in a text, for a state that everything before it was applied to; or why it is none. */
export function readCommit(
  database: Database,
  text: string,
  check: RecordCheck,
): { readonly operations: readonly Operation[] } | { readonly reason: string } {
  const value = parsedJson(text)
  if (!Array.isArray(value)) return { reason: 'it is not an array of changes' }
  const known = new Map<string, object>()
  const operations: Operation[] = []
  for (const one of value as readonly unknown[]) {
    const operation = readOperation(
      one,
      (table, id) => known.get(`${table} ${id}`) ?? database.tables[table].get(id),
    )
    if (typeof operation === 'string') return { reason: operation }
    if ('put' in operation) {
      const wrong = check(operation.table, operation.put)
      if (wrong !== null)
        return { reason: `its record of ${operation.table} is wrong: ${wrong.place} ${wrong.reason}` }
      known.set(`${operation.table} ${operation.put.id}`, operation.put)
    }
    operations.push(operation)
  }
  return { operations }
}

/** A change, in which a put record is still to be checked; or what is wrong with it. */
function readOperation(
  value: unknown,
  recordOf: (table: TableName, id: string) => object | undefined,
): Operation | string {
  if (!isObject(value)) return 'it has a change that is not an object'
  const { table, put, set, remove, clear, ...others } = value
  const kinds = [put, set, remove, clear].filter((kind) => kind !== undefined)
  if (kinds.length !== 1 || Object.keys(others).length > 0) return 'it has a change of no known kind'
  if (clear !== undefined) return isScope(clear) ? { clear } : 'it clears what is no scope'
  if (!isTableName(table)) return `its table ${JSON.stringify(table)} is unknown`
  if (remove !== undefined)
    return typeof remove === 'string' ? ({ table, remove } as Operation) : 'it removes what is no id'
  if (put !== undefined) return { table, put: put as Tables[typeof table] } as Put
  const id = isObject(set) ? set.id : undefined
  const before = typeof id === 'string' ? recordOf(table, id) : undefined
  if (before === undefined) return `it changes a record of ${table} that is not there`
  return { table, put: { ...before, ...(set as object) } as Tables[typeof table] } as Put
}

type Clear = Extract<Operation, { readonly clear: unknown }>

function isScope(value: unknown): value is Clear['clear'] {
  return (
    isObject(value) &&
    Object.entries(value).every(
      ([name, text]) => (name === 'provider' || name === 'account') && typeof text === 'string',
    )
  )
}
