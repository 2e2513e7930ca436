import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const KEPT = /\.json(\.journal-\d+|\.draft)?$/

/** A copy of a state's files as they are now, which is what a kill would leave; in a new folder beside them. */
export async function leftByKill(file: string): Promise<string> {
  const folder = dirname(file)
  const names = await readdir(folder)
  const copy = join(folder, `copy-${names.length}`)
  await mkdir(copy)
  for (const name of names) if (KEPT.test(name)) await copyFile(join(folder, name), join(copy, name))
  return join(copy, basename(file))
}

/** What is in a folder's files, by their names. */
export async function contentsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(async ({ name }) => [name, await readFile(join(folder, name), 'latin1')])
  return Object.fromEntries(await Promise.all(entries))
}
