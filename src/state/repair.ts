import { basename, join } from 'node:path'
import { Database } from './database.ts'
import { damaged } from './errors.ts'
import { REFERENCES } from './export.ts'
import { closing, type FileSystem, type StateFiles } from './files.ts'
import { countsText, Losses } from './losses.ts'
import { createQueries } from './queries.ts'
import { type FoundState, readState } from './read-state.ts'
import { raisedCounters } from './sequences.ts'
import { FORMAT } from './snapshot.ts'
import { TABLE_NAMES } from './store.ts'

export interface OpenedState {
  readonly database: Database
  /** The files to go on with; null where others are to be written. */
  readonly found: FoundState | null
}

/**
 * Reads the state. Damaged files are copied aside where they are to be repaired: then what is valid in them counts,
 * without what refers to something that is lost.
 *
 * @throws MockError STATE_DAMAGED where they are not to be repaired
 */
export async function openState(
  fileSystem: FileSystem,
  files: StateFiles,
  repair: boolean,
  warn: (text: string) => void,
): Promise<OpenedState> {
  const database = new Database()
  const losses = new Losses()
  let first: { readonly file: string; readonly line: number; readonly reason: string } | undefined
  const report = (file: string, line: number, reason: string) => {
    first ??= { file, line, reason }
  }
  const found = await readState(fileSystem, files, { database, report, losses })
  if (first === undefined) return { database, found: typeof found === 'object' ? found : null }
  removeDangling(database, losses)
  for (const counter of await raisedCounters(database.records())) database.put('counters', counter)
  const { webhooks, events, deliveries, attempts } = await createQueries(database).summary()
  const kept = countsText({ accounts: database.tables.accounts.size, webhooks, events, deliveries, attempts })
  const aside = await files.aside()
  const { file, line, reason } = first
  if (!repair) throw damaged(first, { kept, aside, state: files.snapshot })
  await copyAside(fileSystem, files, aside)
  warn(
    `Repaired the state in ${files.snapshot}: ${file}:${line}: ${reason}. ` +
      `Kept: ${kept || 'nothing'}. ${losses.text()} The damaged files are in ${aside}.`,
  )
  return { database, found: null }
}

/** So much of a snapshot says what it is, however it is formatted. */
const BEGINNING = 64

/** Before a new state replaces what is there: a file of another program is copied aside first. */
export async function keepForeign(
  fileSystem: FileSystem,
  files: StateFiles,
  warn: (text: string) => void,
): Promise<void> {
  if (!(await isThere(fileSystem, files.snapshot))) return
  const file = await fileSystem.open(files.snapshot, 'read')
  const bytes = Buffer.alloc(BEGINNING)
  const length = await closing(file, () => file.read(bytes, 0))
  if (length === 0 || bytes.toString('latin1').includes(FORMAT)) return
  const aside = await files.aside()
  await copyAside(fileSystem, files, aside)
  warn(`${files.snapshot} was no state of hookproof: what was in it is in ${aside}.`)
}

/** Removes what names a record that is lost. */
function removeDangling(database: Database, losses: Losses): void {
  for (const name of TABLE_NAMES)
    for (const [field, target] of Object.entries(REFERENCES[name] ?? {}))
      for (const record of database.tables[name].records()) {
        const id: unknown = Reflect.get(record, field)
        if (database.tables[target].get(String(id)) !== undefined) continue
        database.remove(name, record.id)
        losses.record(name)
      }
}

async function copyAside(fileSystem: FileSystem, files: StateFiles, folder: string): Promise<void> {
  await fileSystem.makeFolder(folder)
  const journals = (await files.journals()).map((generation) => files.journal(generation))
  for (const path of [files.snapshot, ...journals])
    if (await isThere(fileSystem, path)) await fileSystem.copy(path, join(folder, basename(path)))
}

async function isThere(fileSystem: FileSystem, path: string): Promise<boolean> {
  return fileSystem.kindOf(path).then(
    () => true,
    () => false,
  )
}
