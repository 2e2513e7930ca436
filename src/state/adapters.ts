import type { Adapter } from 'lowdb'
import { Database } from './database.ts'
import { keepFailed, lockLost, reasonOf } from './errors.ts'
import type { FileSystem, StateFiles } from './files.ts'
import { Journal, writeJournalLines } from './journal.ts'
import type { Lock } from './lock.ts'
import { readState, writeSnapshot } from './snapshot.ts'
import type { TableRecords } from './store.ts'

interface JournalAdapterParts {
  readonly fileSystem: FileSystem
  readonly files: StateFiles
  readonly lock: Lock
  readonly reset: boolean
  /** Bytes of journal below which a compaction is not worth it. */
  readonly compactBeyond: number
  readonly warn: (text: string) => void
}

/**
 * State in a snapshot and, beside it, journals of what came after. Every snapshot has a generation: it holds all
 * journals of lower ones, and those of its own and higher ones come on top, in order. A compaction first moves the
 * appends to the journal of the next generation, then writes that generation's snapshot, then removes what it holds;
 * a crash between any two of these steps loses nothing and replays nothing twice.
 */
export function createJournalAdapter(parts: JournalAdapterParts): StateAdapter {
  const { fileSystem, files, lock, warn } = parts
  let journal: Journal
  let generation = 1
  let journalBytes = 0
  let compactAt = parts.compactBeyond
  let compacting: Promise<void> | undefined

  const measure = (snapshotBytes: number) => {
    compactAt = Math.max(parts.compactBeyond, snapshotBytes)
  }

  const removeBelow = async (limit: number) => {
    for (const old of await files.journals()) if (old < limit) await fileSystem.remove(files.journal(old))
  }

  /** Between two appends, so that snapshot and journal meet exactly. */
  const nextJournal = async () => {
    await journal.settle()
    const path = files.journal(generation + 1)
    const next = await Journal.open(fileSystem, path).catch(async (error) => {
      await fileSystem.remove(path).catch(() => undefined)
      throw error
    })
    await journal.close().catch(() => undefined)
    journal = next
    generation += 1
  }

  const snapshotNow = async (records: TableRecords) => {
    const of = generation
    const before = journalBytes
    measure(await writeSnapshot(fileSystem, files, of, records))
    journalBytes -= before
    await removeBelow(of).catch(() => undefined)
  }

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
    compacting = snapshotNow(database.records())
      .catch(postpone)
      .finally(() => {
        compacting = undefined
      })
  }

  return {
    async read() {
      const database = new Database()
      const found = parts.reset ? undefined : await readState(fileSystem, files, database)
      if (found === undefined) {
        generation = ((await files.journals()).at(-1) ?? 0) + 1
        measure(await writeSnapshot(fileSystem, files, generation, database.records()))
        journal = await Journal.open(fileSystem, files.journal(generation))
      } else {
        generation = found.last
        journalBytes = found.journalBytes
        measure(found.snapshotBytes)
        journal = await Journal.open(fileSystem, files.journal(generation), found.length)
        if (found.torn !== null)
          warn(
            `Dropped line ${found.torn} of ${files.journal(generation)}: it is torn, because the process ended while ` +
              'writing it. Nothing that was acknowledged is lost.',
          )
      }
      await fileSystem.remove(files.draft)
      await removeBelow(found?.first ?? generation)
      return database
    },

    async write(database) {
      if (lock.lost()) throw lockLost(files.snapshot)
      const bytes = Buffer.from(writeJournalLines(database, database.staged).join(''))
      try {
        await journal.append(bytes)
      } catch (error) {
        throw keepFailed(files.snapshot, error)
      }
      journalBytes += bytes.byteLength
      database.applyStaged()
      if (journalBytes > compactAt && compacting === undefined) await compact(database)
    },

    async replace(database, records) {
      await compacting
      if (lock.lost()) throw lockLost(files.snapshot)
      const next = await database.prepare(records)
      try {
        await nextJournal()
        await snapshotNow(records)
      } catch (error) {
        throw keepFailed(files.snapshot, error)
      }
      database.takeOver(next)
    },

    async close(database) {
      await compacting
      await journal.close().catch(() => undefined)
      if (!lock.lost() && journalBytes > 0) {
        generation += 1
        await snapshotNow(database.records()).catch((error) =>
          warn(`Failed to compact the state in ${files.snapshot}: ${reasonOf(error)}. Nothing is lost.`),
        )
      } else if (!lock.lost()) await fileSystem.remove(files.journal(generation)).catch(() => undefined)
      await lock.release()
    },
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
