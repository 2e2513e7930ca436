import type { FileSystem } from './file-system.ts'
import { TABLE_NAMES, type TableRecords } from './operation.ts'
import type { StateFiles } from './state-files.ts'

export const FORMAT = 'hookproof-state'
export const VERSION = 1

/** Bytes to be gathered before they are written: few enough that gathering them holds nothing up. */
const SLICE = 256 * 1024

/** `{format, version, generation, tables}`, a record a line. The first line is one that readSnapshot knows. */
export function* snapshotLines(generation: number, records: TableRecords): Generator<string> {
  yield `{"format":"${FORMAT}","version":${VERSION},"generation":${generation},"tables":{\n`
  for (const [at, name] of TABLE_NAMES.entries()) {
    yield `"${name}":[\n`
    const last = records[name].length - 1
    for (let index = 0; index <= last; index++)
      yield `${JSON.stringify(records[name][index])}${index === last ? '' : ','}\n`
    yield at === TABLE_NAMES.length - 1 ? ']\n}}\n' : '],\n'
  }
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
      for (const slice of slices(snapshotLines(generation, records))) {
        await file.write(slice)
        size += slice.byteLength
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

/** Each slice is only good until the next one is asked for: they share their bytes. */
function* slices(lines: Iterable<string>): Generator<Uint8Array> {
  let bytes = Buffer.allocUnsafe(SLICE)
  let used = 0
  for (const line of lines) {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    const most = line.length * 3
    if (used > 0 && used + most > bytes.length) {
      yield bytes.subarray(0, used)
      used = 0
    }
    if (most > bytes.length) bytes = Buffer.allocUnsafe(most)
    used += bytes.write(line, used)
  }
  yield bytes.subarray(0, used)
}
