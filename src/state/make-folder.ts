import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * A folder with those above it; nothing happens where it is there. Not by mkdir's own `recursive`: where the system says
 * of a folder that is there that it is not (below /proc, or in a working folder that was removed), that tries for ever, on
 * a thread that no exit waits out.
 *
 * @throws the system's own error, such as EACCES, or EEXIST for what is no folder.
 */
export async function makeFolder(folder: string): Promise<void> {
  const failure = await make(folder)
  if (failure === null) return
  const above = dirname(folder)
  if (failure.code !== 'ENOENT' || above === folder) throw failure
  await makeFolder(above)
  const again = await make(folder)
  if (again !== null) throw again
}

async function make(folder: string): Promise<NodeJS.ErrnoException | null> {
  try {
    await mkdir(folder)
    return null
  } catch (error) {
    const facts = await stat(folder).catch(() => null)
    return facts?.isDirectory() === true ? null : (error as NodeJS.ErrnoException)
  }
}
