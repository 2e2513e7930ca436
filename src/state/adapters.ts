import type { Adapter } from 'lowdb'
import { writeCommits } from './commit.ts'
import { Database } from './database.ts'
import { keepFailed, lockLost, reasonOf } from './errors.ts'
import type { FileSystem, StateFiles } from './files.ts'
import { Journal } from './journal.ts'
import type { Lock } from './lock.ts'
import type { FoundState } from './read-state.ts'
import { keepForeign, openState } from './repair.ts'
import { nameJournal, type SnapshotHead, writeSnapshot } from './snapshot.ts'
import type { TableRecords } from './store.ts'

interface JournalAdapterParts {
  readonly fileSystem: FileSystem
  readonly files: StateFiles
  readonly lock: Lock
  readonly reset: boolean
  readonly repair: boolean
  /** Bytes of journal below which a compaction is not worth it. */
  readonly compactBeyond: number
  readonly warn: (text: string) => void
}

/**
 * State in a snapshot and, beside it, journals of what came after. Every snapshot has a generation: it holds all
 * journals of lower ones, and those of its own and higher ones come on top, in order. Each names the journal that goes on
 * from it, and only after that was made. A compaction first moves the appends to the journal of the next generation, then
 * writes that generation's snapshot, then removes what it holds; a crash between any two of these steps loses nothing and
 * replays nothing twice.
 */
export function createJournalAdapter(parts: JournalAdapterParts): StateAdapter {
  const { fileSystem, files, lock, warn } = parts
  let journal: Journal
  /** Of the snapshot; that of the journal may be higher. */
  let head: SnapshotHead
  /** Whether the snapshot's first line can be written anew in its place. */
  let inPlace = true
  let generation = 1
  let journalBytes = 0
  let compactAt = parts.compactBeyond
  let compacting: Promise<void> | undefined

  /** Removes the journals that do not go on from the snapshot, which a crash or a compaction left. */
  const removeOthers = async () => {
    for (const found of await files.journals())
      if (found < head.generation || found > generation) await fileSystem.remove(files.journal(found))
  }

  const writeWhole = async (next: SnapshotHead, records: TableRecords) => {
    const size = await writeSnapshot(fileSystem, files, next, records)
    compactAt = Math.max(parts.compactBeyond, size)
    head = next
    inPlace = true
  }

  const writeHead = async (next: SnapshotHead, database: Database) => {
    if (!inPlace) return writeWhole(next, database.records())
    await nameJournal(fileSystem, files, next)
    head = next
  }

  /** Between two appends, so that snapshot and journal meet exactly. */
  const nextJournal = async () => {
    await journal.settle()
    const path = files.journal(generation + 1)
    const place = { generation: generation + 1, after: journal.last }
    try {
      const next = await Journal.create(fileSystem, path, place)
      await journal.continueIn(next).catch(async (error) => {
        await next.close()
        throw error
      })
      await journal.close().catch(() => undefined)
      journal = next
      generation += 1
    } catch (error) {
      await fileSystem.remove(path).catch(() => undefined)
      throw error
    }
  }

  /** Of what the journals held before the present one. */
  const snapshotNow = async (records: TableRecords, next: SnapshotHead) => {
    const before = journalBytes
    await writeWhole(next, records)
    journalBytes -= before
    await removeOthers().catch(() => undefined)
  }

  const headNow = (): SnapshotHead => ({ generation, last: journal.last, journal: journal.id })

  const compact = async (database: Database) => {
    const postpone = (error: unknown) => {
      compactAt = journalBytes * 2
      warn(
        `Failed to compact the state in ${files.snapshot}: ${reasonOf(error)}. Nothing is lost; it is tried again later.`,
      )
    }
    try {
      await nextJournal()
    } catch (error) {
      postpone(error)
      return
    }
    compacting = snapshotNow(database.records(), headNow())
      .catch(postpone)
      .finally(() => {
        compacting = undefined
      })
  }

  /** Makes the journal, then the snapshot that names it; neither where one of them fails. */
  const begin = async (after: number, name: (id: string) => Promise<void>) => {
    const path = files.journal(generation)
    journal = await Journal.create(fileSystem, path, { generation, after })
    await name(journal.id).catch(async (error) => {
      await journal.close()
      await fileSystem.remove(path).catch(() => undefined)
      throw error
    })
  }

  const goOn = async (database: Database, found: FoundState) => {
    head = found.head
    inPlace = found.inPlace
    journalBytes = found.journalBytes
    compactAt = Math.max(parts.compactBeyond, found.snapshotBytes)
    generation = found.journal?.head.generation ?? head.generation
    if (found.journal === undefined)
      return begin(head.last, (id) => {
        const named = { ...head, journal: id }
        // A file that may not be written to can still be replaced.
        return writeHead(named, database).catch(() => writeWhole(named, database.records()))
      })
    const path = files.journal(generation)
    journal = await Journal.resume(fileSystem, path, found.journal)
    if (found.journal.torn !== null)
      warn(
        `Dropped line ${found.journal.torn} of ${path}: it is torn, because the process ended while writing it. ` +
          'Nothing that was acknowledged is lost.',
      )
  }

  return {
    async read() {
      if (parts.reset) await keepForeign(fileSystem, files, warn)
      const { database, found } = parts.reset
        ? { database: new Database(), found: null }
        : await openState(fileSystem, files, parts.repair, warn)
      if (found !== null) await goOn(database, found)
      else {
        generation = ((await files.journals()).at(-1) ?? 0) + 1
        await begin(0, (journal) => writeWhole({ generation, last: 0, journal }, database.records()))
      }
      await fileSystem.remove(files.draft)
      await removeOthers()
      return database
    },

    async write(database) {
      if (lock.lost()) throw lockLost(files.snapshot)
      const commits = writeCommits(database, database.staged)
      try {
        journalBytes += await journal.append(commits)
      } catch (error) {
        throw keepFailed(files.snapshot, error)
      }
      await database.applyStaged()
      if (journalBytes > compactAt && compacting === undefined) await compact(database)
    },

    async replace(database, records) {
      await compacting
      if (lock.lost()) throw lockLost(files.snapshot)
      const next = await database.prepare(records)
      try {
        await nextJournal()
        await snapshotNow(records, headNow())
      } catch (error) {
        throw keepFailed(files.snapshot, error)
      }
      database.takeOver(next)
    },

    async close(database) {
      await compacting
      await journal.close().catch(() => undefined)
      if (!lock.lost())
        await leaveOneFile(database).catch((error) =>
          warn(`Failed to compact the state in ${files.snapshot}: ${reasonOf(error)}. Nothing is lost.`),
        )
      await lock.release()
    },
  }

  /** A snapshot that no journal goes on from. */
  async function leaveOneFile(database: Database): Promise<void> {
    if (journalBytes > 0)
      await writeWhole({ generation: generation + 1, last: journal.last, journal: null }, database.records())
    else await writeHead({ ...head, journal: null }, database)
    for (const left of await files.journals()) await fileSystem.remove(files.journal(left))
  }
}

export function createMemoryAdapter(): StateAdapter {
  return {
    read: async () => new Database(),
    write: async (database) => database.applyStaged(),
    replace: async (database, records) => database.takeOver(await database.prepare(records)),
    close: async () => undefined,
  }
}

/** A lowdb adapter that keeps what is staged, instead of writing everything each time. */
export interface StateAdapter extends Adapter<Database> {
  /** Keeps the staged commits, all or none, and only then applies them to the tables. */
  write(database: Database): Promise<void>
  /** Puts other records in the place of all, wholly or not at all. */
  replace(database: Database, records: TableRecords): Promise<void>
  close(database: Database): Promise<void>
}
