import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { shippedProviders } from '../../src/spec/shipped.ts'
import { readDocument } from '../support/readme.ts'
import { finished, hookproof } from './command-process.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LONG = 180_000
const INSTALL = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']

describe('the packed package, in an empty folder', () => {
  let folder: string
  let packed: readonly string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookproof-tarball-'))
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
    const { stdout } = await run('npm', pack, { cwd: ROOT })
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
    packed = files.map(({ path }) => path)
    await writeFile(join(folder, 'package.json'), '{"private":true}')
    await run('npm', [...INSTALL, join(folder, filename)], { cwd: folder })
  }, LONG)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('holds what it needs and nothing else', () => {
    const documents = shippedProviders().flatMap(({ id }) => [
      `openapi/${id}.yaml`,
      `fixtures/${id.replace(/@.*/, '')}/accounts.json`,
      `dist/providers/${id}.json`,
      `dist/providers/${id}.openapi.json`,
      ...[`dist/types/${id}.d.ts`, `dist/types/${id}.js`],
    ])
    expect(packed).toEqual(
      expect.arrayContaining([
        ...['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json', 'openapi/README.md'],
        ...['openapi/command-line.md', 'openapi/library.md', 'scenarios/README.md'],
        ...['openapi/control.yaml', 'openapi/vocabulary.schema.json', 'dist/cli/main.js'],
        ...['dist/index.js', 'dist/index.d.ts', ...documents],
      ]),
    )
    expect(packed.filter((path) => !FITTING.some((pattern) => pattern.test(path)))).toEqual([])
  })

  it('names no folder of the machine it was built on', async () => {
    const texts = await Promise.all(
      packed.map(async (path) => [
        path,
        await readFile(join(folder, 'node_modules/hookproof', path), 'utf8'),
      ]),
    )
    expect(texts.filter(([, text]) => text?.includes(ROOT)).map(([path]) => path)).toEqual([])
  })

  it(
    'starts by npx, registers, delivers and stops',
    async () => {
      await using receiver = await startReceiver()
      const start = ['hookproof', 'start', '--port', '0', '--memory', '--format', 'json']
      const command = hookproof(start, { cwd: folder, command: ['npx', '--no-install'] })
      const { url, pid } = JSON.parse(await command.line(/^\{"type":"ready"/)) as { url: string; pid: number }
      try {
        const provided = (await (await fetch(`${url}/_mock/providers`)).json()) as readonly Provided[]
        const { id = '', credentials } = provided.find(({ id }) => id === 'tsanet') ?? {}
        const post = (path: string, body: unknown) =>
          fetch(`${url}${path}`, {
            method: 'POST',
            headers: { ...credentials, 'Content-Type': 'application/json' },
            body: JSON.stringify(body),
          })
        expect((await fetch(`${url}/_mock/health`)).status).toBe(200)
        expect((await post(`/${id}/v1/webhooks`, { callbackUrl: receiver.url })).status).toBe(200)
        expect((await post('/_mock/events', { provider: id, type: 'note.created' })).status).toBe(202)
        expect((await fetch(`${url}/_mock/deliveries?wait=10s`)).status).toBe(200)
        expect(receiver.received).toHaveLength(1)
      } finally {
        process.kill(pid, 'SIGTERM')
      }
      expect(await command.exit).toBe(0)
    },
    LONG,
  )

  it(
    'checks and runs the scenarios that it holds',
    async () => {
      const scenarios = join('node_modules', 'hookproof', 'scenarios')
      const npx = (...args: readonly string[]) =>
        finished(['hookproof', ...args], { cwd: folder, command: ['npx', '--no-install'] })
      const checked = await npx('validate', scenarios)
      expect(checked.out.split('\n').filter((line) => !line.startsWith('ok  '))).toEqual([])
      expect(checked.code).toBe(0)
      const files = ['down-then-recovers', 'restart-between-retries', 'retrying-client']
      const report = join(folder, 'report')
      const played = await npx(
        ...['run', ...files.map((name) => join(scenarios, `${name}.yaml`))],
        ...['--report', `junit=${report}/run.xml,html=${report}/run.html,ctrf=${report}/run.json`],
      )
      expect(played.out.split('\n').at(-1), played.out).toBe('3 passed, 0 failed, 0 skipped')
      expect(played.code).toBe(0)
      expect((await readdir(report)).toSorted()).toEqual(['run.html', 'run.json', 'run.xml'])
    },
    LONG,
  )

  it.each([
    ['an ES module', 'use.mjs', "import { startMock } from 'hookproof'\n"],
    ['a CommonJS module', 'use.cjs', ''],
  ])('is used from %s', async (_, name, head) => {
    const get = head === '' ? "const { startMock } = await import('hookproof');" : ''
    const body = `(async () => { ${get} const mock = await startMock(); console.log(mock.url('tsanet')); await mock.close() })()`
    await writeFile(join(folder, name), `${head}${body}\n`)
    const { stdout } = await run(process.execPath, [join(folder, name)])
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/tsanet\n$/)
  })

  it('does nothing on import', async () => {
    const program = `import * as all from 'hookproof'
      console.log(Object.keys(all).join(), ['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name)).join())
      setImmediate(() => console.log(process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|Immediate/.test(name)).join()))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: folder })
    expect(stdout).toBe(`${EXPORTS.join()} 0,0\n\n`)
  })

  it(
    'has types that a strict program is checked against',
    async () => {
      const types = [
        'import type * as all from "hookproof"',
        'export type { all }',
        'export const n: number = "x"',
      ]
      const events = shippedProviders().map(
        ({ id }) => `import type { Events as ${id.replace(/\W/g, '_')} } from "hookproof/types/${id}"`,
      )
      const program = [
        ...events,
        readDocument('openapi/library.md').section('A mock in a program').blocks[0]?.text ?? '',
      ]
      await writeFile(join(folder, 'use.mts'), program.join('\n'))
      await writeFile(join(folder, 'wrong.mts'), types.join('\n'))
      await symlink(join(ROOT, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node')).catch(
        (error: NodeJS.ErrnoException) => (error.code === 'EEXIST' ? undefined : Promise.reject(error)),
      )
      const check = (file: string) =>
        run(
          process.execPath,
          [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', ...COMPILER, file],
          { cwd: folder },
        ).then(
          () => '',
          ({ stdout }: { stdout: string }) => stdout.trim(),
        )
      expect(await check('use.mts')).toBe('')
      expect(await check('wrong.mts')).toMatch(/^wrong\.mts\(3,14\): error TS2322: [^\n]*$/)
    },
    LONG,
  )
})

interface Provided {
  readonly id: string
  readonly credentials: Readonly<Record<string, string>>
}

/** What a program can import, types aside. */
const EXPORTS = [
  'MockError',
  ...['assertAttempts', 'assertDelivered', 'assertKeepsTheContract', 'assertReceived'],
  ...['coverageShares', 'loadScenario', 'mergeCoverage', 'runScenario', 'runScenarios', 'signBody'],
  ...['startMock', 'startReceiver', 'verifyDelivery'],
]

const COMPILER = [
  '--module',
  'nodenext',
  '--target',
  'es2022',
  '--types',
  'node',
  '--lib',
  'es2023,esnext.disposable',
]

/** Everything else has no business in the package. */
const FITTING = [
  /^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/,
  /^openapi\/[\w.@-]+\.(md|yaml|json)$/,
  /^fixtures\/\w+\/(accounts|signatures)\.json$/,
  /^fixtures\/(clients\/retrying-client\.mjs|receivers\/receiver\.py)$/,
  /^scenarios\/(README\.md|report\.png|scenario\.schema\.json)$/,
  /^scenarios\/([a-z]+(-[a-z]+)*\/)?[a-z]+(-[a-z]+)*\.yaml$/,
  /^dist\/(cli\/[a-z-]+-[A-Z0-9]{8}\.js(\.LEGAL\.txt)?|providers\/[\w@-]+(\.openapi)?\.json)$/,
  /^dist\/types\/[a-z]+@[a-z0-9-]+(\.d\.ts|\.js)$/,
  /^dist\/([a-z]+(-[a-z]+)*\/)*[a-z]+(-[a-z0-9]+)*(\.d\.ts|\.js)$/,
]
