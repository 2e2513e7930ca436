import { isObject, parsedJson } from '../core/json.ts'
import { type Database, recordAfterPut } from './database.ts'
import type { RecordCheck } from './record-schemas.ts'
import { isTableName, type Operation, type TableName, type Tables } from './store.ts'

/** What a commit says of a record that is there already: the fields that have changed. */
interface Patch {
  readonly table: TableName
  readonly set: { readonly id: string }
}

/** Some tables' records change a few small fields of many large ones, again and again. */
const PATCHED: ReadonlySet<TableName> = new Set<TableName>(['deliveries', 'attempts'])

/** Commits as JSON, each for a state that everything before it was applied to. What follows a clearing is written whole. */
export function writeCommits(
  database: Database,
  commits: readonly (readonly Operation[])[],
): readonly string[] {
  const records = new Records(database)
  let cleared = false
  const entry = (operation: Operation): Operation | Patch => {
    if ('clear' in operation) {
      cleared = true
      return operation
    }
    if (cleared || !PATCHED.has(operation.table)) return operation
    if ('remove' in operation) {
      records.remove(operation.table, operation.remove)
      return operation
    }
    const before = records.get(operation.table, operation.put.id)
    records.put(operation.table, operation.put)
    return patchOf(operation, before)
  }
  return commits.map((operations) => JSON.stringify(operations.map(entry)))
}

/** What changes make of the records of a database, before they are applied to it. */
class Records {
  readonly #database: Database
  /** Null: removed. */
  readonly #changed = new Map<string, object | null>()

  constructor(database: Database) {
    this.#database = database
  }

  get<T extends TableName>(table: T, id: string): Tables[T] | undefined {
    const changed = this.#changed.get(`${table} ${id}`) as Tables[T] | null | undefined
    return changed === undefined ? this.#database.tables[table].get(id) : (changed ?? undefined)
  }

  put<T extends TableName>(table: T, record: Tables[T]): void {
    this.#changed.set(`${table} ${record.id}`, recordAfterPut(table, this.get(table, record.id), record))
  }

  remove(table: TableName, id: string): void {
    this.#changed.set(`${table} ${id}`, null)
  }
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
  const records = new Records(database)
  const operations: Operation[] = []
  for (const one of value as readonly unknown[]) {
    const operation = readOperation(one, (table, id) => records.get(table, id))
    if (typeof operation === 'string') return { reason: operation }
    if ('put' in operation) {
      const wrong = check(operation.table, operation.put)
      if (wrong !== null)
        return { reason: `its record of ${operation.table} is wrong: ${wrong.place} ${wrong.reason}` }
      records.put(operation.table, operation.put)
    } else if ('remove' in operation) records.remove(operation.table, operation.remove)
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
