import { isObject, parsedJson } from '../core/json.ts'
import type { Database } from './database.ts'
import { codeOf, damaged } from './errors.ts'
import type { FileSystem, OpenFile, StateFiles } from './files.ts'
import { fileLines, isRecord, readJournal } from './journal.ts'
import { isTableName, TABLE_NAMES, type TableName, type TableRecords, type Tables } from './store.ts'

export const FORMAT = 'hookproof-state'

export const VERSION = 1

/** Bytes to be gathered before they are written: few enough that gathering them holds nothing up. */
const SLICE = 256 * 1024

/** `{format, version, generation, tables}`, a record a line. The first line is one that readSnapshot knows. */
function* snapshotLines(generation: number, records: TableRecords): Generator<string> {
  yield `{"format":"${FORMAT}","version":${VERSION},"generation":${generation},"tables":{\n`
  for (const [at, name] of TABLE_NAMES.entries()) {
    yield `"${name}":[\n`
    const last = records[name].length - 1
    for (let index = 0; index <= last; index++)
      yield `${JSON.stringify(records[name][index])}${index === last ? '' : ','}\n`
    yield at === TABLE_NAMES.length - 1 ? ']\n}}\n' : '],\n'
  }
}

/** Puts a snapshot in the place of the old one, which stays whole until then. Answers its size in bytes. */
export async function writeSnapshot(
  fileSystem: FileSystem,
  files: StateFiles,
  generation: number,
  records: TableRecords,
): Promise<number> {
  let size = 0
  try {
    const file = await fileSystem.open(files.draft, 'replace')
    try {
      for (const slice of slices(snapshotLines(generation, records))) {
        await file.write(slice)
        size += slice.byteLength
      }
    } finally {
      await file.close()
    }
    await fileSystem.rename(files.draft, files.snapshot)
  } catch (error) {
    await fileSystem.remove(files.draft).catch(() => undefined)
    throw error
  }
  return size
}

/** Each slice is only good until the next one is asked for: they share their bytes. */
function* slices(lines: Iterable<string>): Generator<Uint8Array> {
  let bytes = Buffer.allocUnsafe(SLICE)
  let used = 0
  for (const line of lines) {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    const most = line.length * 3
    if (used > 0 && used + most > bytes.length) {
      yield bytes.subarray(0, used)
      used = 0
    }
    if (most > bytes.length) bytes = Buffer.allocUnsafe(most)
    used += bytes.write(line, used)
  }
  yield bytes.subarray(0, used)
}

const OPENS_TABLE = /^"(\w+)":\[$/

const CLOSES_TABLE = /^\],?$/

/** Loads a snapshot; answers its generation. It is read by the line, as it was written, unless someone reformatted it. */
async function readSnapshot(file: OpenFile, path: string, database: Database): Promise<number> {
  let generation: number | undefined
  let table: TableName | undefined
  let ended = false
  let line = 1
  for await (const lines of fileLines(file)) {
    for (const { text, number } of lines) {
      line = number
      const trimmed = text?.trim()
      if (trimmed === '') continue
      if (trimmed === undefined || ended) throw damaged(path, number, 'this line is damaged')
      if (generation === undefined) {
        const header = parsedJson(`${trimmed}}}`)
        if (!isObject(header) || !trimmed.endsWith('{')) return await readReformatted(file, path, database)
        generation = checkHeader(header, path)
        continue
      }
      const opened = OPENS_TABLE.exec(trimmed)?.[1]
      if (trimmed === '}}' && table === undefined) ended = true
      else if (opened !== undefined && isTableName(opened) && table === undefined) table = opened
      else if (CLOSES_TABLE.test(trimmed) && table !== undefined) table = undefined
      else if (table === undefined) throw damaged(path, number, 'this line is damaged')
      else database.put(table, readRecord(table, trimmed, path, number))
    }
  }
  if (generation === undefined) throw damaged(path, 1, 'the file is empty')
  if (!ended) throw damaged(path, line, 'the file ends too early, after this line')
  return generation
}

function readRecord<T extends TableName>(_table: T, text: string, path: string, line: number): Tables[T] {
  const record: unknown = parsedJson(text.endsWith(',') ? text.slice(0, -1) : text)
  if (!isRecord(record)) throw damaged(path, line, 'this line is damaged')
  return record as Tables[T]
}

async function readReformatted(file: OpenFile, path: string, database: Database): Promise<number> {
  let all = ''
  for await (const lines of fileLines(file))
    for (const { text, number } of lines) {
      if (text === undefined) throw damaged(path, number, 'this line is not text in UTF-8')
      all += `${text}\n`
    }
  const state = parseWhole(all, path)
  const generation = checkHeader(state, path)
  const tables = isObject(state) ? state.tables : undefined
  if (!isObject(tables)) throw damaged(path, 1, 'it has no tables')
  for (const [name, records] of Object.entries(tables))
    if (!isTableName(name) || !Array.isArray(records) || !records.every(isRecord))
      throw damaged(path, 1, `its table "${name}" is none that this version knows`)
  database.load(tables)
  return generation
}

function parseWhole(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1]
    const before = text.slice(0, position === undefined ? 0 : Number(position)).trimEnd()
    const line = String(error).includes('end of JSON')
      ? text.trimEnd().split('\n').length
      : before.split('\n').length
    throw damaged(path, line, 'it is not JSON')
  }
}

function checkHeader(state: unknown, path: string): number {
  if (!isObject(state) || state.format !== FORMAT) throw damaged(path, 1, 'it is no state of hookproof')
  if (state.version !== VERSION)
    throw damaged(
      path,
      1,
      `it is in version ${JSON.stringify(state.version)} of the format, and this reads ${VERSION}`,
    )
  const generation = state.generation
  if (!Number.isSafeInteger(generation) || Number(generation) < 1)
    throw damaged(path, 1, 'its generation is no number')
  return Number(generation)
}

interface ReadState {
  /** Of the snapshot, and so of the first journal that counts. */
  readonly first: number
  /** Of the journal to go on with. */
  readonly last: number
  /** Bytes of that journal up to the end of its last whole commit. */
  readonly length: number
  readonly torn: number | null
  readonly snapshotBytes: number
  readonly journalBytes: number
}

/** Loads snapshot and journals, changing nothing on disk; undefined when there are none, or just an empty file. */
export async function readState(
  fileSystem: FileSystem,
  files: StateFiles,
  database: Database,
): Promise<ReadState | undefined> {
  const journals = await files.journals()
  const snapshot = await openIfThere(fileSystem, files.snapshot)
  if (snapshot === undefined) {
    if (journals[0] === undefined) return undefined
    throw damaged(files.journal(journals[0]), 1, 'the state that this journal goes on from is missing')
  }
  const { first, snapshotBytes } = await closing(snapshot, async () => {
    const size = await snapshot.size()
    const isNew = size === 0 && journals.length === 0
    return { first: isNew ? 0 : await readSnapshot(snapshot, files.snapshot, database), snapshotBytes: size }
  })
  if (first === 0) return undefined
  // Older ones are what a crash left over between the snapshot that holds them and their removal.
  const generations = journals.filter((generation) => generation >= first)
  const last = generations.at(-1) ?? first
  let read = { length: 0, torn: null as number | null }
  let journalBytes = 0
  for (const [at, generation] of generations.entries()) {
    const path = files.journal(generation)
    if (generation !== first + at)
      throw damaged(path, 1, `the journal before it (${files.journal(first + at)}) is missing`)
    const file = await fileSystem.open(path, 'read')
    read = await closing(file, () => readJournal(file, path, generation === last, database))
    journalBytes += read.length
  }
  return { first, last, ...read, snapshotBytes, journalBytes }
}

async function openIfThere(fileSystem: FileSystem, path: string): Promise<OpenFile | undefined> {
  try {
    return await fileSystem.open(path, 'read')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function closing<T>(file: OpenFile, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } finally {
    await file.close()
  }
}
