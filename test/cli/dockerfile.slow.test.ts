import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'hookproof-image-'))

// There is no engine here that could build the image; what its first stage does is done in a folder.
describe('the Dockerfile', () => {
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('copies all that the package is built from', { timeout: 120_000 }, async () => {
    const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8')
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) (\S+)$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    )
    expect(copied).toContain('src')
    await mkdir(join(folder, 'app'))
    for (const source of copied)
      await cp(join(ROOT, source), join(folder, 'app', source), { recursive: true })
    await symlink(join(ROOT, 'node_modules'), join(folder, 'app', 'node_modules'))
    await run('npm', ['run', '-s', 'build'], { cwd: join(folder, 'app') })
    const { stdout } = await run(process.execPath, [join(folder, 'app/dist/cli/main.js'), '--version'])
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
