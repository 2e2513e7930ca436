import { readFile } from 'node:fs/promises'
import { MockError } from '../core/errors.ts'
import { fileReason } from '../core/file-reason.ts'
import type { Io } from './io.ts'

/** The bytes of a file, or of stdin for `-`. @throws MockError UNREADABLE_FILE */
export async function readInput(file: string, io: Pick<Io, 'readStdin'>): Promise<Buffer> {
  if (file === '-') return io.readStdin()
  try {
    return await readFile(file)
  } catch (cause) {
    throw new MockError('input', 'UNREADABLE_FILE', `Failed to read ${file}: ${fileReason(cause)}.`, {
      cause,
    })
  }
}
