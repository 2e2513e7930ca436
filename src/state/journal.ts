import { isObject, parsedJson } from '../core/json.ts'
import { createRandom } from '../core/random.ts'
import { readCommit } from './commit.ts'
import type { Database } from './database.ts'
import type { FileSystem, OpenFile } from './files.ts'
import { checksum, DAMAGED, type FileLine, fileLines, type ReportDamage } from './lines.ts'
import type { Losses } from './losses.ts'
import type { RecordCheck } from './record-schemas.ts'

/*
 * A journal is lines of `checksum content`. The first says what journal it is, and up to which commit it was
 * acknowledged; it has a fixed length and is written anew in its place, after each append. Each line that follows is
 * `checksum number commit`. Commits are numbered from the beginning of the state, over all its journals, and their
 * checksums begin with the journal's id. So a line that was changed, lost, repeated, moved or brought from another
 * journal shows, and so does an end that is missing; only what was not acknowledged may be torn.
 */

/** What the first line of a journal says. */
interface JournalHead {
  readonly generation: number
  /** Eight random hexadecimal digits, by which a snapshot or the journal before it names it. */
  readonly id: string
  /** The number of the last commit before this journal. */
  readonly after: number
  /** The number of the last commit that was acknowledged. */
  readonly kept: number
  /** The id of the journal that goes on from this one, null while this is the last. */
  readonly next: string | null
}

const FORMAT = 'hookproof-journal'

const VERSION = 2

/** Room for the longest numbers, so that a new head fits over the old one. */
const HEAD_WIDTH = 160

/** Digits of the longest number. */
const DIGITS = 16

/** Bytes of the first line. Fewer are no commit: what is left where the process ended while it made the journal. */
export const HEAD_BYTES = HEAD_WIDTH + 10

const KEPT = '"kept":'

/** The first line, and where the number of the last acknowledged commit stands in it. */
function headLine({ generation, id, after, next }: JournalHead): {
  readonly bytes: Buffer
  readonly keptAt: number
} {
  const before = JSON.stringify({ format: FORMAT, version: VERSION, generation, id, after }).slice(0, -1)
  const text = `${before},${KEPT}${' '.repeat(DIGITS)},"next":${JSON.stringify(next)}}`.padEnd(HEAD_WIDTH)
  const bytes = Buffer.from(`${' '.repeat(9)}${text}\n`)
  return { bytes, keptAt: bytes.indexOf(KEPT) + KEPT.length }
}

function readHead({ text, whole }: FileLine): JournalHead | undefined {
  if (text === undefined || !whole || text.length !== HEAD_BYTES - 1) return undefined
  const content = text.slice(9)
  const value = parsedJson(content)
  const isIntact = text.startsWith(`${checksum(content)} `)
  if (!isIntact || !isObject(value) || value.format !== FORMAT || value.version !== VERSION) return undefined
  const { generation, id, after, kept, next } = value as unknown as JournalHead
  return { generation, id, after, kept, next }
}

/** The checksum of a line of this journal begins with it. */
function seedOf(id: string): number {
  return Number.parseInt(id, 16)
}

function commitLine(seed: number, number: number, commit: string): string {
  const content = `${number} ${commit}`
  return `${checksum(content, seed)} ${content}\n`
}

const COMMIT_LINE = /^([0-9a-f]{8}) ((\d{1,16}) (.*))$/s

function readCommitLine(
  text: string | undefined,
  seed: number | undefined,
): { readonly number: number; readonly commit: string } | undefined {
  const [, check, content = '', number, commit = ''] = COMMIT_LINE.exec(text ?? '') ?? []
  if (check === undefined || (seed !== undefined && check !== checksum(content, seed))) return undefined
  return { number: Number(number), commit }
}

/** A journal that is being appended to. After a failed append it is cut back to its last whole commit. */
export class Journal {
  readonly #file: OpenFile
  readonly #head: JournalHead
  #kept: number
  #line: ReturnType<typeof headLine>
  #length: number
  #clean: boolean

  private constructor(file: OpenFile, head: JournalHead, length: number) {
    this.#file = file
    this.#head = head
    this.#kept = head.kept
    this.#line = headLine(head)
    this.#length = length
    this.#clean = false
  }

  /** Makes an empty one. Whatever is there is a leftover that nothing names. */
  static create(
    fileSystem: FileSystem,
    path: string,
    place: Pick<JournalHead, 'generation' | 'after'>,
  ): Promise<Journal> {
    const id = createRandom().uuid().slice(0, 8)
    return Journal.#open(fileSystem, path, { ...place, id, kept: place.after, next: null }, 0)
  }

  /** Goes on with one that was read. What follows its last whole commit is cut off. */
  static resume(fileSystem: FileSystem, path: string, { head, last, length }: ReadJournal): Promise<Journal> {
    return Journal.#open(fileSystem, path, { ...head, kept: last }, length)
  }

  static async #open(
    fileSystem: FileSystem,
    path: string,
    head: JournalHead,
    length: number,
  ): Promise<Journal> {
    const file = await fileSystem.open(path, 'update')
    const journal = new Journal(file, head, length)
    try {
      await journal.settle()
      await journal.#writeKept(head.kept)
      journal.#length = Math.max(length, HEAD_BYTES)
    } catch (error) {
      await file.close()
      throw error
    }
    return journal
  }

  get id(): string {
    return this.#head.id
  }

  /** The number of the last commit in it, or before it. */
  get last(): number {
    return this.#kept
  }

  /** Resolves, with their size, once the system has taken all commits: they then survive the end of this process. */
  async append(commits: readonly string[]): Promise<number> {
    await this.settle()
    const kept = this.#kept
    const seed = seedOf(this.#head.id)
    const bytes = Buffer.from(commits.map((commit, at) => commitLine(seed, kept + 1 + at, commit)).join(''))
    try {
      await this.#file.write(bytes, this.#length)
      await this.#writeKept(kept + commits.length)
    } catch (error) {
      this.#clean = false
      await this.#cutBack().catch(() => undefined)
      throw error
    }
    this.#length += bytes.byteLength
    return bytes.byteLength
  }

  /** Notes that another journal goes on from here, which is there already. */
  async continueIn(next: Journal): Promise<void> {
    const before = this.#line
    this.#line = headLine({ ...this.#head, next: next.id })
    await this.#writeKept(this.#kept).catch((error) => {
      this.#line = before
      throw error
    })
  }

  /** Makes sure that nothing but whole commits stands in it. */
  async settle(): Promise<void> {
    if (!this.#clean) await this.#cutBack()
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** Writes the first line anew, in the same bytes: that is quick, and each append does it. */
  async #writeKept(kept: number): Promise<void> {
    const { bytes, keptAt } = this.#line
    bytes.write(String(kept).padStart(DIGITS), keptAt, 'latin1')
    bytes.write(checksum(bytes.subarray(9, -1)), 0, 'latin1')
    await this.#file.write(bytes, 0)
    this.#kept = kept
  }

  async #cutBack(): Promise<void> {
    if ((await this.#file.size()) > this.#length) await this.#file.truncate(this.#length)
    this.#clean = true
  }
}

export interface ReadJournal {
  readonly head: JournalHead
  /** Bytes up to the end of the last whole commit. */
  readonly length: number
  /** The number of the last commit in it, or before it. */
  readonly last: number
  /** The last line, when it is torn: the process ended while it wrote it. */
  readonly torn: number | null
}

interface JournalPlace {
  readonly path: string
  readonly generation: number
  /** What the snapshot or the journal before it says of it; undefined where that cannot be read. */
  readonly id: string | undefined
  readonly after: number | undefined
}

/** Replays what is valid in a journal. @returns undefined where its first line is damaged */
export async function readJournal(
  file: OpenFile,
  { path, generation, id, after }: JournalPlace,
  { database, check, report, losses }: ReadParts,
): Promise<ReadJournal | undefined> {
  let head: JournalHead | undefined
  let seed = id === undefined ? undefined : seedOf(id)
  let last = after
  let length = 0
  let line = 1
  let applied = 0
  let torn: number | null = null
  const readFirst = (first: FileLine) => {
    head = readHead(first)
    length = first.end
    if (head === undefined) report(path, 1, DAMAGED)
    else if (head.generation !== generation || (id !== undefined && head.id !== id)) {
      report(path, 1, 'this is the journal of another state')
      losses.hidden()
    } else if (after !== undefined && head.after !== after)
      report(path, 1, `it goes on from commit ${head.after}, but what comes before it ends at ${after}`)
    seed ??= head && seedOf(head.id)
    last ??= head?.after
  }
  const readNext = ({ text, number: at, whole, end }: FileLine) => {
    if (!whole) {
      torn = at
      return
    }
    const found = readCommitLine(text, seed)
    if (found === undefined) {
      report(path, at, DAMAGED)
      return
    }
    const { number, commit } = found
    if (last !== undefined && number !== last + 1)
      report(
        path,
        at,
        number > last + 1
          ? `commit ${last + 1}, which came before this line, is missing`
          : `this line has commit ${number} again, or too late`,
      )
    if (last !== undefined && number <= last) return
    last = number
    const read = readCommit(database, commit, check)
    if ('reason' in read) {
      report(path, at, read.reason)
      return
    }
    for (const operation of read.operations) database.apply(operation)
    applied += 1
    length = end
  }
  for await (const lines of fileLines(file))
    for (const one of lines) {
      line = one.number
      if (line === 1) readFirst(one)
      else readNext(one)
    }
  if (length === 0) report(path, 1, 'it is empty')
  if (head === undefined) return undefined
  const end = last ?? head.after
  losses.changes(Math.max(0, Math.max(end, head.kept) - (after ?? head.after) - applied))
  if (end < head.kept)
    report(path, line, `it ends too early: commit ${end + 1} of ${head.kept} was acknowledged and is missing`)
  else if (head.next !== null && (torn !== null || end > head.kept))
    report(path, line, 'it goes on, though another journal took its place')
  return { head, length, last: end, torn }
}

/** What reading takes, beside a file. */
export interface ReadParts {
  readonly database: Database
  readonly check: RecordCheck
  readonly report: ReportDamage
  readonly losses: Losses
}
