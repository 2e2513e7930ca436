import { readFile } from 'node:fs/promises'
import { MockError } from '../core/errors.ts'
import type { Io } from './io.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
}

/** The bytes of a file, or of stdin for `-`. @throws MockError UNREADABLE_FILE */
export async function readInput(file: string, io: Pick<Io, 'readStdin'>): Promise<Buffer> {
  if (file === '-') return io.readStdin()
  try {
    return await readFile(file)
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    throw new MockError('input', 'UNREADABLE_FILE', `Failed to read ${file}: ${REASONS[code] ?? message}.`, {
      cause,
    })
  }
}
