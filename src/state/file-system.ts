import { writeSync } from 'node:fs'
import { appendFile, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { makeFolder } from './make-folder.ts'

/** An open file. */
export interface OpenFile {
  size(): Promise<number>
  /** Fills at most `into` from `position`; the number of bytes read, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>
  /** Appends all of it, or fails with some of it appended. */
  write(bytes: Uint8Array): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

/** The few file operations that keeping state takes; another one can be put in its place to make them fail. */
export interface FileSystem {
  makeFolder(folder: string): Promise<void>
  realPath(path: string): Promise<string>
  /** Fails when nothing is there. */
  kindOf(path: string): Promise<FileKind>
  list(folder: string): Promise<readonly string[]>
  /** `read`: must exist. `append`: made when missing. `replace`: made, or emptied. */
  open(path: string, mode: OpenMode): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  /** Nothing happens when it is not there. */
  remove(path: string): Promise<void>
}

export type FileKind = 'file' | 'folder' | 'device' | 'pipe' | 'socket'

export type OpenMode = 'read' | 'append' | 'replace'

const FLAGS = { read: 'r', append: 'a', replace: 'w' } as const

export const nodeFileSystem: FileSystem = {
  makeFolder,
  realPath: realpath,
  async kindOf(path) {
    const stats = await stat(path)
    if (stats.isFile()) return 'file'
    if (stats.isDirectory()) return 'folder'
    if (stats.isFIFO()) return 'pipe'
    return stats.isSocket() ? 'socket' : 'device'
  },
  list: readdir,
  rename,
  remove: (path) => rm(path, { force: true }),
  async open(path, mode) {
    const handle = await open(path, FLAGS[mode])
    return {
      size: async () => (await handle.stat()).size,
      read: async (into, position) => (await handle.read(into, 0, into.byteLength, position)).bytesRead,
      write: (bytes) => (mode === 'append' ? append(handle.fd, bytes) : appendFile(handle, bytes)),
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    }
  },
}

/** Bytes of one write that nobody has to wait for: the system only copies them. */
const QUICK = 256 * 1024

/** A commit is small and everyone waits for it; handing it to a thread and back takes longer than writing it. */
async function append(file: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += writeSync(file, bytes, done, Math.min(QUICK, bytes.byteLength - done))
    if (done < bytes.byteLength) await nextTurn()
  }
}
