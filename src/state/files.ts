import { constants, writeSync } from 'node:fs'
import {
  chmod,
  copyFile,
  type FileHandle,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { codeOf, notAFile } from './errors.ts'
/**
 * A folder with those above it; nothing happens where it is there. Not by mkdir's own `recursive`: where the system says
 * of a folder that is there that it is not (below /proc, or in a working folder that was removed), that tries for ever, on
 * a thread that no exit waits out.
 *
 * @returns whether it was made
 * @throws the system's own error, such as EACCES, or EEXIST for what is no folder.
 */
export async function makeFolder(folder: string): Promise<boolean> {
  const failure = await make(folder)
  if (typeof failure === 'boolean') return failure
  const above = dirname(folder)
  if (failure.code !== 'ENOENT' || above === folder) throw failure
  await makeFolder(above)
  const again = await make(folder)
  if (typeof again === 'boolean') return again
  throw again
}

async function make(folder: string): Promise<NodeJS.ErrnoException | boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    const facts = await stat(folder).catch(() => null)
    return facts?.isDirectory() === true ? false : (error as NodeJS.ErrnoException)
  }
}

/** An open file. */
export interface OpenFile {
  size(): Promise<number>
  /** Fills at most `into` from `position`; the number of bytes read, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>
  /** Writes all of it from `position`, or fails with some of it written. */
  write(bytes: Uint8Array, position: number): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

/** The few file operations that keeping state takes; another one can be put in its place to make them fail. */
export interface FileSystem {
  /** Answers whether it was made. */
  makeFolder(folder: string): Promise<boolean>
  realPath(path: string): Promise<string>
  /** Fails when nothing is there. */
  kindOf(path: string): Promise<FileKind>
  list(folder: string): Promise<readonly string[]>
  /** `read`: must exist. `update`: made when missing. `replace`: made, or emptied. */
  open(path: string, mode: OpenMode): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  copy(from: string, to: string): Promise<void>
  /** Nothing happens when it is not there. */
  remove(path: string): Promise<void>
}

type FileKind = 'file' | 'folder' | 'device' | 'pipe' | 'socket'

type OpenMode = 'read' | 'update' | 'replace'

/** Whatever is kept may have secrets in it. */
const OWNER_ONLY = 0o600

const FLAGS = { read: 'r', update: constants.O_RDWR | constants.O_CREAT, replace: 'w' } as const

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
  async copy(from, to) {
    await copyFile(from, to)
    await chmod(to, OWNER_ONLY)
  },
  remove: (path) => rm(path, { force: true }),
  async open(path, mode) {
    const handle = await open(path, FLAGS[mode], OWNER_ONLY)
    return {
      size: async () => (await handle.stat()).size,
      read: async (into, position) => (await handle.read(into, 0, into.byteLength, position)).bytesRead,
      write: (bytes, position) =>
        mode === 'update' ? writeNow(handle.fd, bytes, position) : writeAll(handle, bytes, position),
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    }
  },
}

/** Bytes of one write that does not block for long: the system only copies them. */
const QUICK = 256 * 1024

/** A commit is small and everyone waits for it; handing it to a thread and back takes longer than writing it. */
async function writeNow(file: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += writeSync(file, bytes, done, Math.min(QUICK, bytes.byteLength - done), position + done)
    if (done < bytes.byteLength) await nextTurn()
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; )
    done += (await handle.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten
}

/** Uses a file, and closes it however that ends. */
export async function closing<T>(file: OpenFile, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } finally {
    await file.close()
  }
}

/** The folder that a state is kept in unless the user names another. */
const OWN_FOLDER = '.hookproof'

/** The files that a state is kept in, all beside the one that the user named. */
export interface StateFiles {
  readonly snapshot: string
  /** A snapshot on its way. */
  readonly draft: string
  /** A folder for the damaged files that were repaired, which is not there yet. */
  aside(): Promise<string>
  journal(generation: number): string
  /** Generations whose journals exist, in order. */
  journals(): Promise<readonly number[]>
}

/**
 * Makes the folder when it is missing, and follows links: two names of one file are one state. Fails where something
 * stands that is no regular file.
 */
export async function locateState(fileSystem: FileSystem, file: string): Promise<StateFiles> {
  const asked = resolve(file)
  const folder = dirname(asked)
  if ((await fileSystem.makeFolder(folder)) && basename(folder) === OWN_FOLDER)
    await ignoreInGit(fileSystem, folder)
  const snapshot = await realPathOf(fileSystem, asked)
  const prefix = `${basename(snapshot)}.journal-`
  return {
    snapshot,
    draft: `${snapshot}.draft`,
    async aside() {
      const names = new Set(await fileSystem.list(dirname(snapshot)))
      for (let number = 1; ; number++) {
        const folder = `${snapshot}.damaged-${number}`
        if (!names.has(basename(folder))) return folder
      }
    },
    journal: (generation) => `${snapshot}.journal-${generation}`,
    async journals() {
      const names = await fileSystem.list(dirname(snapshot))
      return names
        .filter((name) => name.startsWith(prefix) && /^[1-9]\d{0,14}$/.test(name.slice(prefix.length)))
        .map((name) => Number(name.slice(prefix.length)))
        .sort((a, b) => a - b)
    },
  }
}

async function ignoreInGit(fileSystem: FileSystem, folder: string): Promise<void> {
  const file = await fileSystem.open(join(folder, '.gitignore'), 'replace')
  await closing(file, () => file.write(Buffer.from('*\n'), 0))
}

async function realPathOf(fileSystem: FileSystem, path: string): Promise<string> {
  try {
    const found = await fileSystem.realPath(path)
    // What stands in the place of a snapshot is replaced by renaming: a device of that name would be gone.
    const kind = await fileSystem.kindOf(found)
    if (kind !== 'file') throw notAFile(path, kind)
    return found
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return join(await fileSystem.realPath(dirname(path)), basename(path))
  }
}
