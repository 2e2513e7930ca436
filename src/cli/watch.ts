import { statSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
export interface FileWatch {
  /** Resolves to the files that have changed since the last call, once none has changed for a while. */
  changed(): Promise<readonly string[]>
  /** Watches further files as well. */
  add(paths: readonly string[]): void
  close(): Promise<void>
}

/** Editors write a file in several steps; what follows within this time is one change. The watcher misses less than 50 ms. */
const REST_MS = 100

const YAML = /\.ya?ml$/i

const LEFT_OUT = /[\\/](node_modules|\.[^\\/]+)$/

/** Watches files, there or not, and the YAML files below folders. Starts with the next change. */
export async function watchFiles(paths: readonly string[], restMs = REST_MS): Promise<FileWatch> {
  const { watch } = await import('chokidar')
  const named = paths.map((path) => resolve(path))
  const folders = named.filter(isFolder)
  const files = new Set(named.filter((path) => !folders.includes(path)))
  // Not the files themselves: who watches a file loses sight of it when another is put in its place.
  const roots = new Set([...folders, ...[...files].map((file) => dirname(file))])
  const isWanted = (path: string, isFile: boolean) =>
    roots.has(path) ||
    files.has(path) ||
    (folders.some((folder) => path.startsWith(folder + sep)) &&
      !LEFT_OUT.test(path) &&
      (!isFile || YAML.test(path)))
  const watcher = watch([...roots], {
    ignoreInitial: true,
    ignored: (path, facts) => !isWanted(path, facts?.isFile() === true),
  })
  const found = new Set<string>()
  let isAtRest = false
  let notify: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || event === 'unlinkDir') return
    found.add(path)
    isAtRest = false
    clearTimeout(timer)
    timer = setTimeout(() => {
      isAtRest = true
      notify?.()
    }, restMs)
  })
  // A folder that vanishes or may not be read is no reason to stop.
  watcher.on('error', () => {})
  await new Promise<void>((ready) => watcher.once('ready', ready))
  return {
    async changed() {
      if (!isAtRest)
        await new Promise<void>((resolve) => {
          notify = resolve
        })
      notify = undefined
      isAtRest = false
      const files = [...found].sort()
      found.clear()
      return files
    },
    add(paths) {
      for (const path of paths.map((one) => resolve(one)).filter((one) => !files.has(one))) {
        files.add(path)
        if (roots.has(dirname(path))) continue
        roots.add(dirname(path))
        watcher.add(dirname(path))
      }
    },
    async close() {
      clearTimeout(timer)
      await watcher.close()
    },
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
