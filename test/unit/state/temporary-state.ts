import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A fresh folder that goes with the test, and the state file to be in it. */
export async function temporaryState(): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'hookproof-state-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return { folder, file: join(folder, 'db.json') }
}

/** What a promise was rejected with; fails when it was not. */
export async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error('it failed with something that is no error')
  const { kind, code, summary, hint, location } = error as Error & Record<string, unknown>
  return { kind, code, message: summary ?? error.message, hint, location }
}

export function silent(text: string): void {
  throw new Error(`unexpected warning: ${text}`)
}
