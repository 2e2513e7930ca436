import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Temporary folders of one run. */
export interface Scratch extends AsyncDisposable {
  folder(): Promise<string>
}

export async function createScratch(): Promise<Scratch> {
  const root = await mkdtemp(join(tmpdir(), 'hookproof-bench-'))
  return {
    folder: () => mkdtemp(join(root, 'state-')),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
