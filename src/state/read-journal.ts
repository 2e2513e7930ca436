import type { Database } from './database.ts'
import { type FileLine, fileLines } from './file-lines.ts'
import type { OpenFile } from './file-system.ts'
import { readJournalLine } from './journal-line.ts'
import { damaged } from './state-errors.ts'

export interface ReadJournal {
  /** Bytes up to the end of the last whole commit. */
  readonly length: number
  /** The last line, when it is torn. */
  readonly torn: number | null
}

/** Replays a journal. Only the last line of the last journal may be torn: the process died while it wrote it. */
export async function readJournal(
  file: OpenFile,
  path: string,
  isLast: boolean,
  database: Database,
): Promise<ReadJournal> {
  let bad: FileLine | undefined
  let length = 0
  for await (const lines of fileLines(file))
    for (const line of lines) {
      if (bad !== undefined) throw damaged(path, bad.number, 'this line is damaged')
      const operations = line.whole ? readJournalLine(database, line.text) : undefined
      if (operations === undefined) {
        bad = line
        continue
      }
      for (const operation of operations) database.apply(operation)
      length = line.end
    }
  if (bad !== undefined && !isLast) throw damaged(path, bad.number, 'this line is damaged')
  return { length, torn: bad?.number ?? null }
}
