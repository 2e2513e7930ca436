import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined

/** Whatever the tests put into the temporary folder goes into one of their own, which is gone when they have ended. */
export async function setup(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-test-'))
  process.env.TMPDIR = folder
}

export async function teardown(): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
}
