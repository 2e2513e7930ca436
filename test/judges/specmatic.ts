import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Json } from '../../src/core/json.ts'
import type { Example } from './examples.ts'

export const SPECMATIC = 'specmatic@2.55.1'

export interface Verdict {
  readonly run: number
  readonly failed: number
  /** What the judge printed. */
  readonly text: string
}

const execute = promisify(execFile)

/** The judge's program in a folder of its own: it is eighty megabytes, and no part of this package's set-up. */
export async function installSpecmatic(folder: string): Promise<string> {
  const jar = join(folder, 'node_modules', 'specmatic', 'specmatic.jar')
  if (!existsSync(jar)) {
    await mkdir(folder, { recursive: true })
    await execute('npm', ['install', '--prefix', folder, '--no-save', '--no-fund', '--no-audit', SPECMATIC])
  }
  return jar
}

/** Has every example asked of `base`, and each answer held to the document. */
export async function judgeWithSpecmatic(
  jar: string,
  scratch: string,
  {
    document,
    examples,
    base,
  }: { readonly document: Json; readonly examples: readonly Example[]; readonly base: string },
): Promise<Verdict> {
  const folder = join(scratch, 'examples')
  await mkdir(folder, { recursive: true })
  await writeFile(join(scratch, 'document.json'), JSON.stringify(document))
  for (const [i, example] of examples.entries())
    await writeFile(join(folder, `${i}.json`), JSON.stringify(example))
  const args = [
    'test',
    join(scratch, 'document.json'),
    '--strict',
    `--testBaseURL=${base}`,
    `--examples=${folder}`,
  ]
  const text = await printed('java', ['-jar', jar, ...args], scratch)
  const [, run, failed, errors] = /Tests run: (\d+), .*Failures: (\d+), .*Errors: (\d+)/.exec(text) ?? []
  return { run: Number(run ?? 0), failed: Number(failed ?? 0) + Number(errors ?? 0), text }
}

/** It exits with 1 when it finds something: that is a verdict, not an error. */
async function printed(file: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await execute(file, args, { cwd, maxBuffer: 64 * 1024 * 1024 })).stdout
  } catch (error) {
    const { stdout } = error as { stdout?: string }
    if (stdout === undefined || stdout === '') throw error
    return stdout
  }
}
