import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { startReceiver } from '../../src/receiver/start-receiver.ts'
import { hookproof } from './command-process.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LONG = 180_000

describe('the packed package, in an empty folder', () => {
  let folder: string
  let packed: readonly string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookproof-tarball-'))
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      { cwd: ROOT },
    )
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
    packed = files.map(({ path }) => path)
    await writeFile(join(folder, 'package.json'), '{"private":true}')
    const install = [
      'install',
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      join(folder, filename),
    ]
    await run('npm', install, { cwd: folder })
  }, LONG)

  it('holds what it needs and nothing else', async () => {
    expect(packed).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'dist/cli/main.js', 'openapi/control.yaml']),
    )
    const tops = new Set(packed.map((path) => path.split('/')[0]))
    expect([...tops].sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'fixtures', 'openapi', 'package.json'].sort(),
    )
    expect(packed.filter((path) => /\.(map|test\.js)$/.test(path))).toEqual([])
    const main = await readFile(join(ROOT, 'dist/cli/main.js'), 'utf8')
    expect(main).not.toContain(ROOT)
  })

  it(
    'starts, registers, delivers and stops',
    async () => {
      await using receiver = await startReceiver()
      const command = hookproof(['start', '--port', '0', '--memory', '--format', 'json'], {
        cwd: folder,
        command: [join(folder, 'node_modules/.bin/hookproof')],
      })
      const ready = JSON.parse(await command.line(/"ready"/)) as { type: string; url: string; pid?: number }
      const post = (path: string, body: unknown) =>
        fetch(`${ready.url}${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        })
      expect((await post('/_mock/webhooks', { provider: 'tsanet', url: receiver.url })).status).toBe(201)
      expect((await post('/_mock/events', { provider: 'tsanet', type: 'note.created' })).status).toBe(202)
      expect((await fetch(`${ready.url}/_mock/deliveries?wait=10s`)).status).toBe(200)
      expect(receiver.received).toHaveLength(1)
      command.child.kill('SIGTERM')
      expect(await command.exit).toBe(0)
    },
    LONG,
  )

  it('is found by npx', async () => {
    const { stdout } = await run('npx', ['--no-install', 'hookproof', '--version'], { cwd: folder })
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each([
    ['an ES module', 'use.mjs', "import { startMock } from 'hookproof'\n"],
    ['a CommonJS module', 'use.cjs', ''],
  ])('is used from %s', async (_, name, head) => {
    const get = head === '' ? "const { startMock } = await import('hookproof')" : ''
    const body = `(async () => { ${get}; const mock = await startMock(); console.log(mock.url('tsanet')); await mock.close() })()`
    await writeFile(join(folder, name), `${head}${body}\n`)
    const { stdout } = await run(process.execPath, [join(folder, name)])
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/tsanet\n$/)
  })
})
