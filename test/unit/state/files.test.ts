import { execFile } from 'node:child_process'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { makeFolder } from '../../../src/state/files.ts'

const folder = await mkdtemp(join(tmpdir(), 'hookproof-folder-'))

it('makes those above it too, and leaves what is there alone', async () => {
  await makeFolder(join(folder, 'a', 'b', 'c'))
  await writeFile(join(folder, 'a', 'file'), '')
  await makeFolder(join(folder, 'a', 'b'))
  await makeFolder('/')
  expect((await readdir(folder, { recursive: true })).sort()).toEqual(['a', 'a/b', 'a/b/c', 'a/file'])
})

it('refuses a path through a file', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(folder, 'file', 'x', 'y'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

// Where mkdir's own `recursive` goes on for ever: in a process of its own, which can be ended then.
it('gives up in a working folder that was removed', async () => {
  const module = pathToFileURL(join(import.meta.dirname, '../../../src/state/files.ts')).href
  const program = `
    import { mkdtempSync, rmdirSync } from 'node:fs'
    const { makeFolder } = await import(${JSON.stringify(module)})
    const gone = mkdtempSync(${JSON.stringify(join(folder, 'gone-'))})
    process.chdir(gone)
    rmdirSync(gone)
    console.log(await makeFolder('a/b').catch(({ code }) => code))`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { timeout: 20_000, killSignal: 'SIGKILL' },
  )
  expect(stdout).toBe('ENOENT\n')
}, 30_000)
