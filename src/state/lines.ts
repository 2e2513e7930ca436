import { isUtf8 } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { OpenFile } from './files.ts'

export interface FileLine {
  /** Undefined when its bytes are not UTF-8. */
  readonly text: string | undefined
  /** Counts from 1. */
  readonly number: number
  /** Bytes from the start of the file to its end, newline included. */
  readonly end: number
  /** Whether a newline ends it. */
  readonly whole: boolean
}

const CHUNK = 1 << 20

const NEWLINE = 0x0a

/** The lines of a file, by the chunk, so that no file is too long for one string. */
export async function* fileLines(file: OpenFile): AsyncGenerator<readonly FileLine[]> {
  let position = 0
  let number = 0
  let rest: Buffer[] = []
  const take = (bytes: Buffer, end: number, whole: boolean): FileLine => {
    const line = rest.length === 0 ? bytes : Buffer.concat([...rest, bytes])
    rest = []
    number += 1
    return { text: isUtf8(line) ? line.toString('utf8') : undefined, number, end, whole }
  }
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK)
    const size = await file.read(chunk, position)
    if (size === 0) break
    const bytes = chunk.subarray(0, size)
    const lines: FileLine[] = []
    let start = 0
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
      lines.push(take(bytes.subarray(start, at), position + at + 1, true))
      start = at + 1
    }
    if (start < size) rest.push(bytes.subarray(start))
    position += size
    yield lines
  }
  if (rest.length > 0) yield [take(Buffer.alloc(0), position, false)]
}

/** The CRC-32 of a text in UTF-8, in eight hexadecimal digits. What begins with another `seed` has another one. */
export function checksum(text: string | Uint8Array, seed = 0): string {
  return crc32(text, seed).toString(16).padStart(8, '0')
}

/** Takes what is wrong in a line of a file. Reading goes on with what is valid. */
export type ReportDamage = (file: string, line: number, reason: string) => void

export const DAMAGED = 'this line is damaged'
