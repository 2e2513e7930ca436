import { type FileSystem, nodeFileSystem } from '../../../src/state/files.ts'

type Operation = 'open' | 'write' | 'truncate' | 'rename' | 'list' | 'remove' | 'makeFolder'

export interface FaultyFileSystem extends FileSystem {
  /** Every operation so far, with the last part of its path: `write db.json.journal-1`. */
  readonly done: readonly string[]
  /** Fails from now on what matches, until it is called with null. A failing write leaves `torn` bytes behind. */
  fail(
    what: {
      readonly operation: Operation
      readonly path: RegExp
      readonly code: string
      readonly torn?: number
    } | null,
  ): void
  /** Calls this before each operation, and waits for it. */
  before: (operation: string) => void | Promise<void>
}

/** The real file system, in which chosen operations fail as on a full or broken disk. */
export function createFaultyFileSystem(): FaultyFileSystem {
  const done: string[] = []
  let fault: Parameters<FaultyFileSystem['fail']>[0] = null
  const step = async (operation: Operation, path: string) => {
    await faulty.before(`${operation} ${path.split('/').at(-1)}`)
    done.push(`${operation} ${path.split('/').at(-1)}`)
    if (fault?.operation === operation && fault.path.test(path))
      throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code })
  }
  const faulty: FaultyFileSystem = {
    ...nodeFileSystem,
    done,
    fail(what) {
      fault = what
    },
    before: () => undefined,
    async makeFolder(folder) {
      await step('makeFolder', folder)
      return await nodeFileSystem.makeFolder(folder)
    },
    async list(folder) {
      await step('list', folder)
      return await nodeFileSystem.list(folder)
    },
    async rename(from, to) {
      await step('rename', to)
      await nodeFileSystem.rename(from, to)
    },
    async remove(path) {
      await step('remove', path)
      await nodeFileSystem.remove(path)
    },
    async open(path, mode) {
      await step('open', path)
      const file = await nodeFileSystem.open(path, mode)
      return {
        ...file,
        async write(bytes, position) {
          try {
            await step('write', path)
          } catch (error) {
            await file.write(bytes.subarray(0, fault?.torn ?? 0), position)
            throw error
          }
          await file.write(bytes, position)
        },
        async truncate(length) {
          await step('truncate', path)
          await file.truncate(length)
        },
      }
    },
  }
  return faulty
}
