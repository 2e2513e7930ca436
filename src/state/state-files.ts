import { basename, dirname, join, resolve } from 'node:path'
import type { FileSystem } from './file-system.ts'
import { codeOf, notAFile } from './state-errors.ts'

/** The files that a state is kept in, all beside the one that the user named. */
export interface StateFiles {
  readonly snapshot: string
  /** A snapshot on its way. */
  readonly draft: string
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
  await fileSystem.makeFolder(dirname(asked))
  const snapshot = await realPathOf(fileSystem, asked)
  const prefix = `${basename(snapshot)}.journal-`
  return {
    snapshot,
    draft: `${snapshot}.draft`,
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
