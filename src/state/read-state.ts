import type { Database } from './database.ts'
import type { FileSystem, OpenFile } from './file-system.ts'
import { readJournal } from './read-journal.ts'
import { readSnapshot } from './read-snapshot.ts'
import { codeOf, damaged } from './state-errors.ts'
import type { StateFiles } from './state-files.ts'

export interface ReadState {
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
