import { MockError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import { JsonReader } from '../core/json-reader.ts'
import { createSlices } from '../core/slices.ts'
import { shorten, suggestion } from '../core/text.ts'
import { loadRecordCheck, type RecordCheck } from './record-schemas.ts'
import { isTableName, TABLE_NAMES, type TableName, type TableRecords } from './store.ts'

/** What an export begins with. Its version is its own: the files beside it may change more often. */
const HEAD = { format: 'hookproof-state', version: 1 } as const

/** Fields that name a record of another table. */
export const REFERENCES: Partial<Record<TableName, Readonly<Record<string, TableName>>>> = {
  deliveries: { event: 'events', webhook: 'webhooks' },
  attempts: { delivery: 'deliveries', event: 'events', webhook: 'webhooks' },
}

export function toExport(records: TableRecords): Json {
  return { ...HEAD, tables: records as unknown as JsonObject }
}

const LONGEST_REASON = 300

/** Characters to be gathered before they are handed on. */
const PIECE = 64 * 1024

/** The JSON of {@link toExport}, a record a line, in pieces between which others have their turn. */
export async function* exportText(records: TableRecords): AsyncGenerator<string> {
  const slices = createSlices()
  let piece = `${JSON.stringify(HEAD).slice(0, -1)},"tables":{`
  for (const [at, name] of TABLE_NAMES.entries()) {
    piece += `${at === 0 ? '' : ','}\n"${name}":[`
    for (const [place, record] of records[name].entries()) {
      piece += `${place === 0 ? '' : ','}\n${JSON.stringify(record)}`
      if (piece.length >= PIECE) {
        yield piece
        piece = ''
      }
      if (slices.isOver()) await slices.next()
    }
    piece += ']'
  }
  yield `${piece}\n}}\n`
}

/** Which providers there are, where records of others are refused: nothing could show or send them. */
type KnownProviders = ReadonlyMap<string, unknown>

/** The records of an exported state. @throws MockError (input) with a pointer to the first thing that cannot be. */
export async function fromExport(state: Json, providers?: KnownProviders): Promise<TableRecords> {
  const collected = await createCollection(providers)
  if (!isJsonObject(state)) throw rejected('', 'must be object')
  for (const [name, value] of Object.entries(state)) if (name !== 'tables') collected.head(name, value)
  const { tables } = state
  if (tables !== undefined && !isJsonObject(tables)) throw rejected('/tables', 'must be object')
  for (const [name, records] of Object.entries(tables ?? {})) {
    const add = collected.table(name)
    if (!Array.isArray(records)) throw rejected(`/tables/${name}`, 'must be array')
    const slices = createSlices()
    for (const record of records as readonly Json[]) {
      add(record)
      if (slices.isOver()) await slices.next()
    }
  }
  return collected.end()
}

/** As {@link fromExport}, from its JSON as it arrives. @throws JsonSyntaxError where it is none. */
export async function readExport(
  chunks: AsyncIterable<Uint8Array>,
  providers?: KnownProviders,
): Promise<TableRecords> {
  const reader = new JsonReader(chunks)
  const collected = await createCollection(providers)
  const expectKind = async (opening: '{' | '[', pointer: string) => {
    if ((await reader.peek()) === opening) return
    await reader.value()
    throw rejected(pointer, `must be ${opening === '{' ? 'object' : 'array'}`)
  }
  await expectKind('{', '')
  for await (const name of reader.members()) {
    if (name !== 'tables') {
      collected.head(name, await reader.value())
      continue
    }
    await expectKind('{', '/tables')
    for await (const table of reader.members()) {
      const add = collected.table(table)
      await expectKind('[', `/tables/${table}`)
      for await (const _ of reader.elements()) add(await reader.value())
    }
  }
  await reader.end()
  return collected.end()
}

/** What has been read of an exported state, each record of it checked. */
interface Collection {
  /** A member beside the tables. */
  head(name: string, value: Json): void
  /** How to add records to a table. */
  table(name: string): (record: Json) => void
  /** All of them, once what one record says of another is checked as well. */
  end(): Promise<TableRecords>
}

async function createCollection(providers: KnownProviders | undefined): Promise<Collection> {
  const check = await loadRecordCheck('import')
  const expected = new Map<string, unknown>(Object.entries(HEAD))
  const found = new Set<string>()
  const tables = new Map<TableName, Map<string, Json>>()
  return {
    head(name, value) {
      if (!expected.has(name)) throw rejected('', `must NOT have additional properties ("${name}")`)
      const constant = expected.get(name)
      if (value !== constant)
        throw rejected(`/${name}`, `must be equal to constant ${JSON.stringify(constant)}`)
      found.add(name)
    },
    table(name) {
      if (!isTableName(name)) throw rejected('/tables', `must NOT have additional properties ("${name}")`)
      if (tables.has(name)) throw rejected(`/tables/${name}`, 'is there twice')
      const records = new Map<string, Json>()
      tables.set(name, records)
      return (record) => addRecord(records, record, { name, check, providers })
    },
    async end() {
      for (const name of expected.keys())
        if (!found.has(name)) throw rejected('', `must have required property '${name}'`)
      const missing = TABLE_NAMES.find((name) => !tables.has(name))
      if (missing !== undefined) throw rejected('/tables', `must have required property '${missing}'`)
      await checkReferences(tables)
      const entries = TABLE_NAMES.map((name) => [name, [...(tables.get(name)?.values() ?? [])]])
      return Object.fromEntries(entries) as unknown as TableRecords
    },
  }
}

function addRecord(
  records: Map<string, Json>,
  record: Json,
  {
    name,
    check,
    providers,
  }: {
    readonly name: TableName
    readonly check: RecordCheck
    readonly providers: KnownProviders | undefined
  },
): void {
  const pointer = toPointer(['tables', name, records.size])
  const wrong = check(name, record)
  if (wrong !== null) throw rejected(pointer + wrong.place, wrong.reason)
  const { id, provider } = record as JsonObject & { readonly id: string }
  if (records.has(id)) throw rejected(`${pointer}/id`, `is used twice: "${id}"`)
  if (typeof provider === 'string' && providers?.has(provider) === false)
    throw unknownProvider(`${pointer}/provider`, provider, [...providers.keys()])
  records.set(id, record)
}

async function checkReferences(tables: ReadonlyMap<TableName, ReadonlyMap<string, Json>>): Promise<void> {
  const slices = createSlices()
  for (const [name, references] of Object.entries(REFERENCES)) {
    let at = 0
    for (const record of tables.get(name as TableName)?.values() ?? []) {
      for (const [field, target] of Object.entries(references)) {
        const id = (record as JsonObject)[field]
        if (typeof id === 'string' && tables.get(target)?.has(id) !== true)
          throw rejected(
            toPointer(['tables', name, at, field]),
            `names "${id}", which is not among the ${target}`,
          )
      }
      at++
      if (slices.isOver()) await slices.next()
    }
  }
}

function rejected(pointer: string, reason: string): MockError {
  const summary = `Failed to restore the state: it ${shorten(reason, LONGEST_REASON)}.`
  return new MockError('input', 'BAD_STATE', summary, {
    hint: 'Give it back as the snapshot was read. Nothing was changed.',
    location: { file: 'snapshot', pointer: shorten(pointer, LONGEST_REASON) },
  })
}

function unknownProvider(pointer: string, provider: string, known: readonly string[]): MockError {
  return new MockError(
    'input',
    'UNKNOWN_PROVIDER',
    `Failed to restore the state: there is no provider "${shorten(provider)}" here.`,
    { hint: suggestion(shorten(provider), known), location: { file: 'snapshot', pointer } },
  )
}
