import { isObject } from '../core/json.ts'
import type { Database } from './database.ts'
import { fileLines } from './file-lines.ts'
import type { OpenFile } from './file-system.ts'
import { isRecord, parse } from './journal-line.ts'
import { isTableName } from './operation.ts'
import { FORMAT, VERSION } from './snapshot.ts'
import { damaged } from './state-errors.ts'
import type { TableName, Tables } from './store.ts'

const OPENS_TABLE = /^"(\w+)":\[$/
const CLOSES_TABLE = /^\],?$/

/** Loads a snapshot; answers its generation. It is read by the line, as it was written, unless someone reformatted it. */
export async function readSnapshot(file: OpenFile, path: string, database: Database): Promise<number> {
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
        const header = parse(`${trimmed}}}`)
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
  const record = parse(text.endsWith(',') ? text.slice(0, -1) : text)
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
