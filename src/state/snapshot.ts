import { isObject, parsedJson } from '../core/json.ts'
import { EMPTY } from './errors.ts'
import { closing, type FileSystem, type OpenFile, type StateFiles } from './files.ts'
import type { ReadParts } from './journal.ts'
import { checksum, DAMAGED, fileLines } from './lines.ts'
import type { Losses } from './losses.ts'
import { isTableName, TABLE_NAMES, type TableName, type TableRecords, type Tables } from './store.ts'

/*
 * A snapshot is one JSON object, `{format, version, generation, last, journal, check, tables, records}`, a record a line.
 * Its first line has a checksum and says which journal goes on from it, if any; its end has the number of records, and
 * a checksum of each. So a record that was changed, lost, repeated or moved shows, and so does a missing journal. Who
 * formats the file anew changes none of them.
 */

/** What the first line of a snapshot says. */
export interface SnapshotHead {
  readonly generation: number
  /** The number of the last commit in it. */
  readonly last: number
  /** The id of the journal that goes on from it; null where there is none. */
  readonly journal: string | null
}

/** What every snapshot begins with, as its `format`. */
export const FORMAT = 'hookproof-state'

const VERSION = 2

/** Bytes to be gathered before they are written: few enough that gathering them holds nothing up. */
const SLICE = 256 * 1024

/** Checksums of records in one line. */
const CHECKS = 64

/** As long with a journal as without, so that one fits over the other. */
function headLine({ generation, last, journal }: SnapshotHead): string {
  const id = JSON.stringify(journal).padEnd(10)
  const text = `{"format":"${FORMAT}","version":${VERSION},"generation":${generation},"last":${last},"journal":${id}`
  return `${text},"check":"${checksum(text)}","tables":{`
}

/** Of a record as its table has it. */
function recordChecksum(table: TableName, json: string): string {
  return checksum(json, TABLE_NAMES.indexOf(table) + 1)
}

function* snapshotLines(head: SnapshotHead, records: TableRecords): Generator<string> {
  yield `${headLine(head)}\n`
  const checks: string[] = []
  for (const [at, name] of TABLE_NAMES.entries()) {
    yield `"${name}":[\n`
    const last = records[name].length - 1
    for (let index = 0; index <= last; index++) {
      const json = JSON.stringify(records[name][index])
      checks.push(recordChecksum(name, json))
      yield `${json}${index === last ? '' : ','}\n`
    }
    yield at === TABLE_NAMES.length - 1 ? ']\n' : '],\n'
  }
  yield `},"records":{"count":${checks.length},"check":"${checksum(checks.join(''))}","checks":[\n`
  for (let at = 0; at < checks.length; at += CHECKS)
    yield `"${checks.slice(at, at + CHECKS).join('')}"${at + CHECKS < checks.length ? ',' : ''}\n`
  yield ']}}\n'
}

/** Puts a snapshot in the place of the old one, which stays whole until then. Answers its size in bytes. */
export async function writeSnapshot(
  fileSystem: FileSystem,
  files: StateFiles,
  head: SnapshotHead,
  records: TableRecords,
): Promise<number> {
  let size = 0
  try {
    const file = await fileSystem.open(files.draft, 'replace')
    try {
      for (const slice of slices(snapshotLines(head, records))) {
        await file.write(slice, size)
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

/** Writes the first line of a snapshot anew: it has the same length, whether a journal goes on from it or not. */
export async function nameJournal(
  fileSystem: FileSystem,
  files: StateFiles,
  head: SnapshotHead,
): Promise<void> {
  const file = await fileSystem.open(files.snapshot, 'update')
  await closing(file, () => file.write(Buffer.from(headLine(head)), 0))
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

interface ReadSnapshot {
  readonly head: SnapshotHead
  /** Whether its first line is as it was written, and so can be written anew in its place. */
  readonly inPlace: boolean
}

/**
 * Loads what is valid in a snapshot: by the line, as it was written, unless someone formatted it anew.
 *
 * @returns undefined where what it says of itself is damaged
 */
export async function readSnapshot(
  file: OpenFile,
  path: string,
  parts: ReadParts,
): Promise<ReadSnapshot | undefined> {
  const first = await firstLine(file)
  if (first === undefined) parts.report(path, 1, EMPTY)
  const header = parsedJson(`${(first ?? '').trim()}}}`)
  const whole = isObject(header) ? undefined : await readWhole(file, path, parts)
  const head = checkHead(whole?.value ?? header, path, parts)
  const content = whole === undefined ? await readLines(file, path, parts) : readTables(whole, path, parts)
  for (const { table, record } of intactRecords(content, path, parts)) parts.database.put(table, record)
  return head && { head, inPlace: first === headLine(head) }
}

async function firstLine(file: OpenFile): Promise<string | undefined> {
  for await (const [line] of fileLines(file)) if (line !== undefined) return line.text ?? ''
  return undefined
}

interface FoundRecord {
  readonly table: TableName
  readonly record: Tables[TableName]
  readonly check: string
}

/** The checksums of the records, as the end of the snapshot has them. */
interface Checks {
  readonly count: unknown
  /** The checksum of all checksums. */
  readonly check: unknown
  readonly parts: readonly string[]
  readonly line: number
}

interface Content {
  readonly records: readonly FoundRecord[]
  readonly checks: Checks | undefined
  /** Of which table each was that is no record any more. */
  readonly lost: readonly TableName[]
  /** Where a record stands, by its number; the end of all where there is none. */
  readonly lineOf: (at: number) => number
}

/** A record in JSON as its table has it; undefined where it is none, which is reported. */
function readRecord(
  table: TableName,
  value: unknown,
  json: string,
  { path, line }: { readonly path: string; readonly line: () => number },
  { check, report }: ReadParts,
): FoundRecord | undefined {
  const wrong = check(table, value)
  if (wrong === null) return { table, record: value as Tables[TableName], check: recordChecksum(table, json) }
  report(path, line(), `its record of ${table} is wrong: ${wrong.place} ${wrong.reason}`)
  return undefined
}

const OPENS_TABLE = /^"(\w+)":\[$/

async function readLines(file: OpenFile, path: string, parts: ReadParts): Promise<Content> {
  const { report } = parts
  const records: FoundRecord[] = []
  const lineNumbers: number[] = []
  const lost: TableName[] = []
  const checkParts: string[] = []
  let checks: Checks | undefined
  let table: TableName | undefined
  let next = 0
  let hasEnded = false
  let line = 1
  const readTable = (text: string) => {
    const opened = OPENS_TABLE.exec(text)?.[1]
    const ends = next === TABLE_NAMES.length ? readCounts(text, checkParts, line) : undefined
    if (ends !== undefined) checks = ends
    else if (opened === undefined || opened !== TABLE_NAMES[next]) report(path, line, DAMAGED)
    if (!isTableName(opened)) return
    table = opened
    next = TABLE_NAMES.indexOf(opened) + 1
  }
  const readItem = (text: string, of: TableName) => {
    if (text === (next === TABLE_NAMES.length ? ']' : '],')) {
      table = undefined
      return
    }
    const json = text.endsWith(',') ? text.slice(0, -1) : text
    const value = parsedJson(json)
    if (value === undefined) report(path, line, DAMAGED)
    const place = { path, line: () => line }
    const record = value === undefined ? undefined : readRecord(of, value, json, place, parts)
    if (record === undefined) {
      lost.push(of)
      return
    }
    records.push(record)
    lineNumbers.push(line)
  }
  const readCheck = (text: string) => {
    const part = parsedJson(text.endsWith(',') ? text.slice(0, -1) : text)
    if (text === ']}}') hasEnded = true
    else if (typeof part === 'string') checkParts.push(part)
    else report(path, line, DAMAGED)
  }
  for await (const lines of fileLines(file))
    for (const { text, number } of lines) {
      const trimmed = text?.trim()
      if (number === 1 || trimmed === '') continue
      line = number
      if (trimmed === undefined || hasEnded) report(path, line, DAMAGED)
      else if (checks !== undefined) readCheck(trimmed)
      else if (table !== undefined) readItem(trimmed, table)
      else readTable(trimmed)
    }
  if (!hasEnded) report(path, line, 'the file ends too early, after this line')
  return { records, checks, lost, lineOf: (at) => lineNumbers[at] ?? checks?.line ?? line }
}

function readCounts(text: string, parts: readonly string[], line: number): Checks | undefined {
  const value = text.startsWith('},') ? parsedJson(`{${text.slice(2)}]}}`) : undefined
  const found = isObject(value) ? value.records : undefined
  return isObject(found) ? { count: found.count, check: found.check, parts, line } : undefined
}

interface Whole {
  readonly text: string
  readonly value: unknown
}

/** A snapshot that someone formatted anew; undefined where it is not JSON, which is reported. */
async function readWhole(file: OpenFile, path: string, { report }: ReadParts): Promise<Whole | undefined> {
  let text = ''
  for await (const lines of fileLines(file))
    for (const line of lines) {
      if (line.text === undefined) report(path, line.number, 'this line is not text in UTF-8')
      text += `${line.text ?? ''}\n`
    }
  try {
    return { text, value: JSON.parse(text) }
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1]
    const before = text.slice(0, position === undefined ? 0 : Number(position)).trimEnd()
    const isCut = String(error).includes('end of JSON')
    report(path, (isCut ? text.trimEnd() : before).split('\n').length, 'it is not JSON')
    return undefined
  }
}

function readTables({ text, value }: Whole, path: string, parts: ReadParts): Content {
  const { tables, records: ends } = isObject(value) ? value : {}
  /** The line that first has a text: of a record's id, that of the record, since what refers to it comes later. */
  const lineOf = (what: unknown) =>
    text.slice(0, Math.max(0, text.indexOf(JSON.stringify(what)))).split('\n').length
  const idOf = (record: unknown) => (isObject(record) ? record.id : record)
  let firstWrong: number | undefined
  /** Looking for a line takes as long as the text is, and people see the first one. */
  const wrongLine = (what: unknown) => {
    firstWrong ??= lineOf(what)
    return firstWrong
  }
  const records: FoundRecord[] = []
  const lost: TableName[] = []
  if (!isObject(tables)) parts.report(path, 1, 'it has no tables')
  for (const [name, list] of Object.entries(isObject(tables) ? tables : {}))
    if (!isTableName(name) || !Array.isArray(list))
      parts.report(path, wrongLine(name), `its table "${name}" is none that this version knows`)
    else
      for (const one of list as readonly unknown[]) {
        const place = { path, line: () => wrongLine(idOf(one)) }
        const record = readRecord(name, one, JSON.stringify(one), place, parts)
        if (record === undefined) lost.push(name)
        else records.push(record)
      }
  const { count, check, checks } = isObject(ends) ? ends : {}
  const line = lineOf('checks')
  return {
    records,
    lost,
    checks: Array.isArray(checks) ? { count, check, parts: checks.map(String), line } : undefined,
    lineOf: (at) => (records[at] === undefined ? line : lineOf(records[at].record.id)),
  }
}

/** The records that are as they were written; what shows that others are not is reported. */
function intactRecords(
  { records, checks, lost, lineOf }: Content,
  path: string,
  { report, losses }: ReadParts,
): readonly FoundRecord[] {
  if (checks === undefined) {
    report(path, lineOf(records.length), 'it has no checksums of its records')
    countLost(lost, undefined, losses)
    return records
  }
  const written = checks.parts.join('')
  if (checksum(written) !== checks.check || written.length !== Number(checks.count) * 8) {
    const found = records.map(({ check }) => check).join('')
    const wrong = checks.parts.findIndex((part, at) => part !== found.substr(at * CHECKS * 8, CHECKS * 8))
    report(path, checks.line + 1 + wrong, 'the checksums of its records are damaged')
    countLost(lost, undefined, losses)
    return records
  }
  const known = new Set<string>()
  for (let at = 0; at < written.length; at += 8) known.add(written.slice(at, at + 8))
  const wrong = records.findIndex(({ check }, at) => check !== written.slice(at * 8, at * 8 + 8))
  const at = wrong === -1 ? records.length : wrong
  if (wrong !== -1 || records.length * 8 < written.length)
    report(path, lineOf(at), differenceOf(records.length, written.length / 8))
  const intact = records.filter(({ check }) => known.has(check))
  const changed = records.filter(({ check }) => !known.has(check)).map(({ table }) => table)
  countLost([...lost, ...changed], known.size - new Set(intact.map(({ check }) => check)).size, losses)
  return intact
}

/** @param count how many are lost in truth: a line may be gone, or may never have been a record; undefined if unknown */
function countLost(lost: readonly TableName[], count: number | undefined, losses: Losses): void {
  if (count === undefined) losses.hidden()
  else if (count < lost.length) {
    losses.unknown(count)
    return
  } else losses.unknown(count - lost.length)
  for (const table of lost) losses.record(table)
}

function differenceOf(found: number, count: number): string {
  if (found === count) return 'this line is not as it was written: its checksum is another one'
  return found < count
    ? `a record before this line is missing: there are ${found} of ${count}`
    : `this record is there twice, or was added: there are ${found} instead of ${count}`
}

function checkHead(value: unknown, path: string, { report }: ReadParts): SnapshotHead | undefined {
  if (!isObject(value) || value.format !== FORMAT) {
    report(path, 1, 'it is no state of hookproof')
    return undefined
  }
  const { version, generation, last, journal, check } = value
  const head = { generation, last, journal }
  if (
    version === VERSION &&
    isHead(head) &&
    headLine(head).endsWith(`,"check":"${String(check)}","tables":{`)
  )
    return head
  const known = `it is in version ${JSON.stringify(version)} of the format, and this reads ${VERSION}`
  report(path, 1, version === VERSION ? DAMAGED : known)
  return undefined
}

function isHead(head: { readonly [Name in keyof SnapshotHead]: unknown }): head is SnapshotHead {
  const { generation, last, journal } = head
  const isId = typeof journal === 'string' && /^[0-9a-f]{8}$/.test(journal)
  return Number.isSafeInteger(generation) && Number.isSafeInteger(last) && (journal === null || isId)
}
