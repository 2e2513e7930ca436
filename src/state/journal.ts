import { isUtf8 } from 'node:buffer'
import { isObject, parsedJson } from '../core/json.ts'
import type { Database } from './database.ts'
import { damaged } from './errors.ts'
import type { FileSystem, OpenFile } from './files.ts'
import { isTableName, type Operation, type TableName, type Tables } from './store.ts'

interface FileLine {
  /** Undefined when its bytes are not UTF-8. */
  readonly text: string | undefined
  /** Counts from 1. */
  readonly number: number
  /** Bytes from the start of the file to its end, newline included. */
  readonly end: number
  /** Whether a newline ends it. */
  readonly whole: boolean
}

const CHUNK = 1 << 20

const NEWLINE = 0x0a

/** The lines of a file, by the chunk, so that no file is too long for one string. */
export async function* fileLines(file: OpenFile): AsyncGenerator<readonly FileLine[]> {
  let position = 0
  let number = 0
  let rest: Buffer[] = []
  const take = (bytes: Buffer, end: number, whole: boolean): FileLine => {
    const line = rest.length === 0 ? bytes : Buffer.concat([...rest, bytes])
    rest = []
    number += 1
    return { text: isUtf8(line) ? line.toString('utf8') : undefined, number, end, whole }
  }
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK)
    const size = await file.read(chunk, position)
    if (size === 0) break
    const bytes = chunk.subarray(0, size)
    const lines: FileLine[] = []
    let start = 0
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
      lines.push(take(bytes.subarray(start, at), position + at + 1, true))
      start = at + 1
    }
    if (start < size) rest.push(bytes.subarray(start))
    position += size
    yield lines
  }
  if (rest.length > 0) yield [take(Buffer.alloc(0), position, false)]
}

/** What a line says of a record that is there already: the fields that have changed. */
interface Patch {
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
  // JSON cannot express a field that was removed: it leaves out undefined ones.
  const isWhole = Object.keys(before).every((name) => Reflect.get(put, name) !== undefined)
  return isWhole ? { table, set } : operation
}

/** The commit in a line, for a state that everything before it was applied to; undefined when it is none. */
function readJournalLine(database: Database, text: string | undefined): readonly Operation[] | undefined {
  const value = text === undefined ? undefined : parsedJson(text)
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

function isEntry(value: unknown): value is Operation | Patch {
  if (!isObject(value)) return false
  if ('clear' in value) return isObject(value.clear)
  if (!isTableName(value.table)) return false
  if ('put' in value) return isRecord(value.put)
  return 'set' in value ? isRecord(value.set) : typeof value.remove === 'string'
}

/** A journal that is being appended to. After a failed append it is cut back to its last whole commit. */
export class Journal {
  readonly #file: OpenFile
  #length: number
  #clean: boolean

  private constructor(file: OpenFile, length: number, clean: boolean) {
    this.#file = file
    this.#length = length
    this.#clean = clean
  }

  /** @param length bytes of whole commits; what follows them is cut off. */
  static async open(fileSystem: FileSystem, path: string, length = 0): Promise<Journal> {
    const file = await fileSystem.open(path, 'append')
    const journal = new Journal(file, length, false)
    try {
      await journal.#cutBack()
    } catch (error) {
      await file.close()
      throw error
    }
    return journal
  }

  /** Resolves once the system has taken all the bytes: they then survive the end of this process. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.settle()
    try {
      await this.#file.write(bytes)
    } catch (error) {
      this.#clean = false
      await this.#cutBack().catch(() => undefined)
      throw error
    }
    this.#length += bytes.byteLength
  }

  /** Makes sure that nothing but whole commits stands in it. */
  async settle(): Promise<void> {
    if (!this.#clean) await this.#cutBack()
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #cutBack(): Promise<void> {
    if ((await this.#file.size()) > this.#length) await this.#file.truncate(this.#length)
    this.#clean = true
  }
}

interface ReadJournal {
  /** Bytes up to the end of the last whole commit. */
  readonly length: number
  /** The last line, when it is torn. */
  readonly torn: number | null
}

/** Replays a journal. Only the last line of the last journal may be torn: the process died while it wrote it. */
export async function readJournal(
  file: OpenFile,
  path: string,
  isLast: boolean,
  database: Database,
): Promise<ReadJournal> {
  let bad: FileLine | undefined
  let length = 0
  for await (const lines of fileLines(file))
    for (const line of lines) {
      if (bad !== undefined) throw damaged(path, bad.number, 'this line is damaged')
      const operations = line.whole ? readJournalLine(database, line.text) : undefined
      if (operations === undefined) {
        bad = line
        continue
      }
      for (const operation of operations) database.apply(operation)
      length = line.end
    }
  if (bad !== undefined && !isLast) throw damaged(path, bad.number, 'this line is damaged')
  return { length, torn: bad?.number ?? null }
}
