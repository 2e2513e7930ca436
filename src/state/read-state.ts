import { codeOf } from './errors.ts'
import { closing, type FileSystem, type OpenFile, type StateFiles } from './files.ts'
import { HEAD_BYTES, type ReadJournal, type ReadParts, readJournal } from './journal.ts'
import { loadRecordCheck } from './record-schemas.ts'
import { readSnapshot, type SnapshotHead } from './snapshot.ts'

export interface FoundState {
  readonly head: SnapshotHead
  /** Whether the snapshot's first line can be written anew in its place. */
  readonly inPlace: boolean
  /** The last of the journals that go on from the snapshot. */
  readonly journal: ReadJournal | undefined
  readonly snapshotBytes: number
  readonly journalBytes: number
}

/**
 * Loads what is valid in snapshot and journals, changing nothing on disk. Everything else is reported.
 *
 * @returns `new` where there are none; undefined where they lack what it takes to go on with them
 */
export async function readState(
  fileSystem: FileSystem,
  files: StateFiles,
  { database, report, losses }: Omit<ReadParts, 'check'>,
): Promise<FoundState | 'new' | undefined> {
  const journals = await journalsOf(fileSystem, files)
  // The first journal is made before the first snapshot, which is as empty.
  const lost = journals.find(({ generation, bytes }) => generation > 1 || bytes > HEAD_BYTES)
  const snapshot = await openIfThere(fileSystem, files.snapshot)
  if (snapshot === undefined) {
    if (lost === undefined) return 'new'
    report(lost.path, 1, `the state that it goes on from (${files.snapshot}) is missing`)
  }
  const snapshotBytes = (await snapshot?.size()) ?? 0
  const parts = { database, report, losses, check: await loadRecordCheck('file') }
  const read = snapshot && (await closing(snapshot, () => readSnapshot(snapshot, files.snapshot, parts)))
  const followed = await followJournals(fileSystem, files, journals, read?.head, parts)
  if (read === undefined || followed === undefined) losses.hidden()
  return read && followed && { ...read, ...followed, snapshotBytes }
}

interface FoundJournal {
  readonly generation: number
  readonly path: string
  readonly bytes: number
}

async function journalsOf(fileSystem: FileSystem, files: StateFiles): Promise<readonly FoundJournal[]> {
  const found: FoundJournal[] = []
  for (const generation of await files.journals()) {
    const path = files.journal(generation)
    const file = await fileSystem.open(path, 'read')
    found.push({ generation, path, bytes: await closing(file, () => file.size()) })
  }
  return found
}

/** Replays the journals that go on from a snapshot, each named by what comes before it. */
async function followJournals(
  fileSystem: FileSystem,
  files: StateFiles,
  journals: readonly FoundJournal[],
  head: SnapshotHead | undefined,
  parts: ReadParts,
): Promise<Pick<FoundState, 'journal' | 'journalBytes'> | undefined> {
  const { report, losses } = parts
  let before = files.snapshot
  let generation = head?.generation
  /** The id of the journal that follows: null where none does, undefined where that cannot be read. */
  let next = head === undefined ? undefined : head.journal
  let after = head?.last
  let journal: ReadJournal | undefined
  let journalBytes = 0
  const reportMissing = () => {
    report(before, 1, `the journal that goes on from it (${files.journal(generation ?? 1)}) is missing`)
    losses.hidden()
  }
  for (const { generation: found, path, bytes } of journals) {
    // Older ones are what a crash left between the snapshot that holds them and their removal; one without commits is
    // what a crash left before anything named it.
    if (found < (generation ?? 0) || (next === null && bytes <= HEAD_BYTES)) continue
    if (next === null) report(path, 1, `it has commits, but no journal goes on from ${before}`)
    else if (next !== undefined && found !== generation) reportMissing()
    const isNext = found === generation
    const place = {
      path,
      generation: found,
      id: (isNext ? next : null) ?? undefined,
      after: isNext ? after : undefined,
    }
    const file = await fileSystem.open(path, 'read')
    journal = await closing(file, () => readJournal(file, place, parts))
    before = path
    generation = found + 1
    next = journal === undefined ? undefined : journal.head.next
    after = journal?.last
    journalBytes += Math.max(0, (journal?.length ?? 0) - HEAD_BYTES)
  }
  if (typeof next === 'string') reportMissing()
  return next === undefined ? undefined : { journal, journalBytes }
}

async function openIfThere(fileSystem: FileSystem, path: string): Promise<OpenFile | undefined> {
  try {
    return await fileSystem.open(path, 'read')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
