import type { FileSystem } from './file-system.ts'
import { TABLE_NAMES, type TableRecords } from './operation.ts'
import type { StateFiles } from './state-files.ts'

export const FORMAT = 'hookproof-state'
export const VERSION = 1

/** Small enough that writing one out holds nothing up. */
const SLICE = 128 * 1024

/** `{format, version, generation, tables}`, a record a line. The first line is one that {@link readSnapshot} knows. */
export function* snapshotText(generation: number, records: TableRecords): Generator<string> {
  let slice = `{"format":"${FORMAT}","version":${VERSION},"generation":${generation},"tables":{\n`
  for (const [at, name] of TABLE_NAMES.entries()) {
    slice += `"${name}":[\n`
    const last = records[name].length - 1
    for (const [index, record] of records[name].entries()) {
      slice += index === last ? `${JSON.stringify(record)}\n` : `${JSON.stringify(record)},\n`
      if (slice.length < SLICE) continue
      yield slice
      slice = ''
    }
    slice += at === TABLE_NAMES.length - 1 ? ']\n}}\n' : '],\n'
  }
  yield slice
}

/** Puts a snapshot in the place of the old one, which stays whole until then. Answers its size in bytes. */
export async function writeSnapshot(
  fileSystem: FileSystem,
  files: StateFiles,
  generation: number,
  records: TableRecords,
): Promise<number> {
  let size = 0
  try {
    const file = await fileSystem.open(files.draft, 'replace')
    try {
      for (const slice of snapshotText(generation, records)) {
        const bytes = Buffer.from(slice)
        await file.write(bytes)
        size += bytes.byteLength
      }
    } finally {
      await file.close()
    }
    await fileSystem.rename(files.draft, files.snapshot)
  } catch (error) {
    await fileSystem.remove(files.draft).catch(() => undefined)
    throw error
  }
  return size
}
