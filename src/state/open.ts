import { setImmediate as nextTurn } from 'node:timers/promises'
import { Low } from 'lowdb'
import { MockError } from '../core/errors.ts'
import { createJournalAdapter, createMemoryAdapter, type StateAdapter } from './adapters.ts'
import { Database } from './database.ts'
import { closed, openFailed } from './errors.ts'
import { exportText, toExport } from './export.ts'
import { type FileSystem, locateState, nodeFileSystem } from './files.ts'
import { lockState } from './lock.ts'
import { createQueries } from './queries.ts'
import { EVICTED_AT_ONCE, evictionFor } from './retention.ts'
import { callerOfCounter, raisedCounters } from './sequences.ts'
import { type Change, EVICTED_COUNTER, type Operation, put, type Scope, type Store } from './store.ts'

interface Waiting {
  readonly operations: readonly Operation[]
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** Commits that arrive in one turn of the event loop, or while another write is under way, are kept in one write. */
class CommitQueue {
  #waiting: Waiting[] = []
  #flushing = false
  #tail: Promise<void> = Promise.resolve()
  readonly #write: (group: readonly (readonly Operation[])[]) => Promise<void>

  constructor(write: (group: readonly (readonly Operation[])[]) => Promise<void>) {
    this.#write = write
  }

  /** Resolves once it is kept; rejects, with all of its group, when it could not be. */
  commit(operations: readonly Operation[]): Promise<void> {
    if (operations.length === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operations, resolve, reject })
      if (this.#flushing) return
      this.#flushing = true
      void this.exclusive(() => this.#flush())
    })
  }

  /** Runs a task after all writes that were asked for before it, and before all later ones. */
  exclusive<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(task)
    this.#tail = done.then(ignore, ignore)
    return done
  }

  async #flush(): Promise<void> {
    // All that sockets brought in this turn goes together, and a caller that only commits still lets others have their turn.
    await nextTurn()
    const group = this.#waiting
    this.#waiting = []
    this.#flushing = false
    try {
      await this.#write(group.map(({ operations }) => operations))
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}

function ignore(): void {}

interface StoreOptions {
  /** Absent: the state is kept in memory. */
  readonly file?: string | undefined
  /** Begin with an empty state. The old one is replaced once the new one stands. Default false. */
  readonly reset?: boolean | undefined
  /** Go on with what is valid in damaged files, which are copied aside. Default false. */
  readonly repair?: boolean | undefined
  /** Attempts (and as many events) beyond which the oldest settled ones are removed. Default 200,000. */
  readonly maxAttempts?: number | undefined
  /** Characters of bodies beyond which the same are removed. Default 256 Mi. */
  readonly maxCharacters?: number | undefined
  /** Bytes of journal below which it is not compacted. Default 16 MiB. */
  readonly compactBeyond?: number | undefined
  readonly fileSystem?: FileSystem | undefined
  readonly warn: (text: string) => void
}

const MAX_ATTEMPTS = 200_000

const MAX_CHARACTERS = 256 * 1024 * 1024

/** As much as a start after a kill reads back within a tenth of a second or two. */
const COMPACT_BEYOND = 16 * 1024 * 1024

/** Opens the state. Fails (environment) when its file is damaged, locked by another process, or out of reach. */
export async function createStore(options: StoreOptions): Promise<Store> {
  const { file, maxAttempts = MAX_ATTEMPTS, maxCharacters = MAX_CHARACTERS, warn } = options
  const bounds = { attempts: maxAttempts, characters: maxCharacters }
  const low = new Low<Database>(
    file === undefined ? createMemoryAdapter() : await openFile(file, options),
    new Database(),
  )
  const adapter = low.adapter as StateAdapter
  await low.read()
  const database = low.data
  const sequences = createSequences(database)
  let isFull = false
  let closing: Promise<void> | undefined

  const queue = new CommitQueue(async (group) => {
    let evicted = evictionFor(database, group, bounds)
    while (evicted.length > EVICTED_AT_ONCE) {
      database.stage([evicted])
      await low.write()
      await nextTurn()
      evicted = evictionFor(database, group, bounds)
    }
    database.stage(evicted.length === 0 ? group : [evicted, ...group])
    await low.write()
    if (evicted.length > 0 && !isFull) {
      isFull = true
      const what =
        Math.max(database.tables.attempts.size, database.tables.events.size) < maxAttempts / 2
          ? `${Math.round(maxCharacters / 1024 / 1024)} MiB of bodies, as much`
          : `${maxAttempts} attempts, as many`
      warn(`The log holds ${what} as it may: from now on the oldest settled ones are let go.`)
    }
  })
  const change = async (operations: readonly Operation[]) => {
    if (closing !== undefined) throw closed()
    await queue.commit(operations)
  }

  return {
    ...createQueries(database),
    commit: (changes) => change(changes),
    nextNumber: async (sequence, start) => sequences.next(sequence, start),
    lastNumber: async (sequence) => sequences.last(sequence),
    async claimDue(now, limit, refuse = () => false) {
      const ids = database.due.claim(now, limit, refuse)
      return ids.map((id) => database.tables.deliveries.get(id)).filter((delivery) => delivery !== undefined)
    },
    release: (id) => database.due.release(id),
    nextDueAt: async () => database.due.nextDueAt(),
    latestInstant: () => database.latestInstant,
    evicted: () => database.tables.counters.get(EVICTED_COUNTER)?.value ?? 0,
    async clear(scope = {}) {
      await change([{ clear: scope }])
      sequences.restart(scope)
    },
    exportState: async () => toExport(database.records()),
    exportText: () => exportText(database.records()),
    async replaceAll(records) {
      if (closing !== undefined) throw closed()
      const counters = await raisedCounters(records)
      await queue.exclusive(() => adapter.replace(database, { ...records, counters }))
      sequences.restart()
    },
    close() {
      closing ??= queue.exclusive(() => adapter.close(database))
      return closing
    },
  }
}

async function openFile(file: string, options: StoreOptions): Promise<StateAdapter> {
  const {
    fileSystem = nodeFileSystem,
    reset = false,
    repair = false,
    compactBeyond = COMPACT_BEYOND,
    warn,
  } = options
  try {
    const files = await locateState(fileSystem, file)
    const lock = await lockState(files.snapshot, warn)
    const adapter = createJournalAdapter({ fileSystem, files, lock, reset, repair, compactBeyond, warn })
    return {
      ...adapter,
      read: () =>
        adapter.read().catch(async (error) => {
          await lock.release()
          throw error instanceof MockError ? error : openFailed(files.snapshot, error)
        }),
    }
  } catch (error) {
    throw error instanceof MockError ? error : openFailed(file, error)
  }
}

interface Sequences {
  /** A number that is given only once, though none may be kept yet. */
  next(sequence: string, start: number): { readonly value: number; readonly change: Change }
  last(sequence: string): number
  /** Whatever was given out: those of all, or of what belongs to the scope. */
  restart(scope?: Scope): void
}

function createSequences({ tables }: Database): Sequences {
  const given = new Map<string, number>()
  return {
    next(sequence, start) {
      const last = Math.max(
        start - 1,
        tables.counters.get(sequence)?.value ?? start - 1,
        given.get(sequence) ?? start - 1,
      )
      given.set(sequence, last + 1)
      return { value: last + 1, change: put('counters', { id: sequence, value: last + 1 }) }
    },
    last: (sequence) => Math.max(tables.counters.get(sequence)?.value ?? 0, given.get(sequence) ?? 0),
    restart({ provider, account } = {}) {
      if (provider === undefined && account === undefined) given.clear()
      for (const sequence of given.keys()) {
        const caller = callerOfCounter(sequence)
        if (caller === undefined || (provider ?? caller.provider) !== caller.provider) continue
        if ((account ?? caller.account) === caller.account) given.delete(sequence)
      }
    },
  }
}
