import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, readDocument } from '../support/readme.ts'

const run = promisify(execFile)
const LONG = 180_000
/** The machine may be busy with other tests. */
const PATIENT = ['--testTimeout', '60000']
const INSTALL = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
const read = (file: string) => readFile(join(ROOT, file), 'utf8')

/** The project of somebody who uses hookproof: file by file, in test/example and in the documents. */
const FILES = {
  'ten-lines.test.ts': 'test/example/ten-lines.ts',
  'library.ts': 'test/example/library.ts',
  'notes.test.ts': 'test/example/with-vitest.ts',
  'notes.node.ts': 'test/example/with-node-test.ts',
} as const
/** What else the types have to promise, with the package's own name in the place of the sources. */
const TYPES = {
  'types-library.ts': 'test/types/library.ts',
  'types-vitest.ts': 'test/types/vitest.ts',
} as const

describe('a project that has installed the package', () => {
  let folder: string
  let tests: { readonly runner: string; readonly node: string }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookproof-example-'))
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
    const { stdout } = await run('npm', pack, { cwd: ROOT })
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
    await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}')
    await run('npm', [...INSTALL, join(folder, filename)], { cwd: folder })
    // What such a project has beside it; the ones here will do.
    for (const name of ['vitest', '@types/node']) {
      const link = join(folder, 'node_modules', name)
      await mkdir(dirname(link), { recursive: true })
      await rm(link, { recursive: true, force: true })
      await symlink(join(ROOT, 'node_modules', name), link)
    }
    for (const [name, file] of Object.entries(FILES)) await writeFile(join(folder, name), await read(file))
    for (const [name, file] of Object.entries(TYPES))
      await writeFile(join(folder, name), packaged(await read(file)))
    const { code } = await transform(await read(FILES['notes.node.ts']), { loader: 'ts' })
    await writeFile(join(folder, 'notes.node.js'), code)
    tests = { runner: join(ROOT, 'node_modules/vitest/vitest.mjs'), node: join(folder, 'notes.node.js') }
  }, LONG)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it(
    'runs its tests under vitest',
    async () => {
      const { stdout } = await node([
        tests.runner,
        'run',
        '--root',
        folder,
        ...PATIENT,
        '--reporter',
        'json',
        'notes.test.ts',
        'ten-lines.test.ts',
      ])
      expect(JSON.parse(stdout)).toMatchObject({ success: true, numPassedTests: 2, numTotalTests: 2 })
    },
    LONG,
  )

  it(
    'runs its tests under node:test',
    async () => {
      const { stdout } = await node(['--test', '--test-reporter', 'tap', tests.node])
      expect(stdout).toMatch(/^# pass 1$/m)
      expect(stdout).toMatch(/^# fail 0$/m)
    },
    LONG,
  )

  it(
    'is shown the attempts where a test fails, by both runners',
    async () => {
      const failing = (text: string) => text.replace('[503, 200]', '[503, 500]')
      await writeFile(join(folder, 'failing.test.ts'), failing(await read(FILES['notes.test.ts'])))
      await writeFile(join(folder, 'failing.node.js'), failing(await readFile(tests.node, 'utf8')))
      const vitest = await failure([
        tests.runner,
        'run',
        '--root',
        folder,
        ...PATIENT,
        '--reporter',
        'json',
        'failing.test.ts',
      ])
      const tap = await failure(['--test', '--test-reporter', 'tap', join(folder, 'failing.node.js')])
      for (const output of [vitest.replaceAll(String.raw`\n`, '\n'), tap]) {
        expect(output).toMatch(/evt_\w+ was to be delivered, and 0 of 1 succeeded:/)
        expect(output).toMatch(/attempt 1 {2}\+0s +\[503\]/)
        expect(output).toMatch(/attempt 2 {2}\+10s +\[500\]/)
      }
    },
    LONG,
  )

  it.each([
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])(
    'is type-checked with module %s, moduleResolution %s',
    async (module, moduleResolution) => {
      const compilerOptions = {
        ...{
          module,
          moduleResolution,
          target: 'es2022',
          lib: ['es2023', 'esnext.disposable'],
          types: ['node'],
        },
        ...{ strict: true, noEmit: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
        ...{ noPropertyAccessFromIndexSignature: true, verbatimModuleSyntax: true, skipLibCheck: false },
      }
      const config = join(folder, `tsconfig.${module}.json`)
      const include = [...Object.keys(FILES), ...Object.keys(TYPES)]
      await writeFile(config, JSON.stringify({ compilerOptions, include }))
      expect(await compile(config)).toBe('')
      await writeFile(
        join(folder, 'wrong.ts'),
        `${await read(FILES['library.ts'])}export const n: number = delivery`,
      )
      await writeFile(config, JSON.stringify({ compilerOptions, include: ['wrong.ts'] }))
      expect(await compile(config)).toMatch(/^wrong\.ts\(\d+,14\): error TS2322: .*Delivery/)
    },
    LONG,
  )

  it('has no any in the types that it is given', async () => {
    const files = await reachable(['index.d.ts', 'vitest.d.ts'], join(folder, 'node_modules/hookproof/dist'))
    expect(files.size).toBeGreaterThan(20)
    const withAny = [...files].filter(([, text]) => /(?<![\w'.])any\b(?!')/.test(withoutComments(text)))
    expect(withAny.map(([file]) => file)).toEqual([])
  })
})

it('is what the documents show', async () => {
  const library = readDocument('openapi/library.md')
  const shown = [
    readDocument('README.md').section('Test with vitest'),
    ...['A mock in a program', 'In vitest', 'In node:test, Jest and others'].map(library.section),
  ]
  expect(shown.map(({ blocks }) => blocks[0]?.text)).toEqual(
    await Promise.all(Object.values(FILES).map(read)),
  )
})

function node(args: readonly string[]) {
  // A test runner inside a test runner: the inner one must not take itself for the outer one's child.
  const { VITEST, VITEST_WORKER_ID, VITEST_POOL_ID, NODE_TEST_CONTEXT, NODE_OPTIONS, ...env } = process.env
  return run(process.execPath, [...args], { env })
}

async function failure(args: readonly string[]): Promise<string> {
  return node(args).then(
    () => Promise.reject(new Error(`${args.join(' ')} passed`)),
    ({ stdout }: { stdout: string }) => stdout,
  )
}

async function compile(config: string): Promise<string> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  return run(process.execPath, [tsc, '-p', config], { cwd: dirname(config) }).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout.trim(),
  )
}

function packaged(text: string): string {
  return text
    .replaceAll("'../../src/index.ts'", "'hookproof'")
    .replaceAll("'../../src/vitest.ts'", "'hookproof/vitest'")
}

/** The declarations that these lead to, by their names, with their texts. */
async function reachable(entries: readonly string[], folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const open = [...entries]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue
    const text = await readFile(join(folder, file), 'utf8')
    found.set(file, text)
    for (const [, name = ''] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g))
      open.push(join(dirname(file), name.replace(/\.(js|ts)$/, '.d.ts').replace(/\.d\.d\.ts$/, '.d.ts')))
  }
  return found
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/\/\/.*$/gm, '')
}
