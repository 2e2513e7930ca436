import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { assertDelivered } from '../../src/assert/assertions.ts'
import { EXIT_CODES } from '../../src/core/errors.ts'
import { isJsonObject, type Json } from '../../src/core/json.ts'
import { formatDuration } from '../../src/core/units.ts'
import { nextDelay } from '../../src/delivery/retry.ts'
import { startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { loadProviders } from '../../src/spec/load.ts'
import type { Provider } from '../../src/spec/provider.ts'
import { KEYWORDS } from '../../src/spec/vocabulary.ts'
import { MEASUREMENTS } from '../bench/measurements/index.ts'
import { type Block, DOCUMENTS, ROOT, readDocument, settled } from '../support/readme.ts'
import { enterStage } from '../support/readme-stage.ts'
import { run } from '../unit/cli/fake-io.ts'
import { finished, hookproof } from './command-process.ts'

const read = (file: string) => readFile(`${ROOT}/${file}`, 'utf8')

const PATIENCE = { timeout: 10_000 }
/** Most of these start processes or compile all providers, and the machine may be busy with other tests. */
const LONG = { timeout: 60_000 }

/** The set-up of a fresh machine, which `.ci/run` and the tests of the packed package go through: too long for a test. */
const SET_UP = /^npm (i|install)\b/

/** Of Node and of `npm run bench`. */
const FLAGS_OF_OTHERS = [
  '--import',
  '--folder',
  '--rounds',
  '--quick',
  '--json',
  '--dist',
  '--peers',
  '--inputs',
  '--only',
  '--input',
  '--minutes',
  '--folder',
]

const documents = DOCUMENTS.map(readDocument)
const README = readDocument('README.md')
const COMMAND_LINE = readDocument('openapi/command-line.md')

const played = documents.flatMap(({ path, sections }) =>
  sections
    .filter(({ blocks }) => blocks.some((block) => commandsOf(block).length > 0))
    .map(({ title, blocks }) => [path, title, blocks] as const),
)

describe('what a document shows is what happens', () => {
  it('in every section that has commands', () => {
    expect(played.map(([path, title]) => `${path}: ${title}`)).toEqual([
      'README.md: Getting started',
      'README.md: Test with a scenario file',
      'openapi/README.md: Write a provider',
      'openapi/README.md: Captured deliveries',
      'openapi/command-line.md: Retries and the clock',
      'openapi/command-line.md: Where deliveries may go',
      'scenarios/README.md: Run',
      'scenarios/README.md: Your own receiver',
      'scenarios/README.md: Reports',
      'scenarios/README.md: Mistakes in a file',
    ])
  })

  it.each(played)('%s: %s', LONG, async (_, _title, blocks) => {
    const stage = await enterStage()
    const outputs: Block[] = []
    try {
      for (const block of blocks) {
        if (block.of.includes('.')) await stage.write(block.of, block.text)
        for (const line of commandsOf(block)) await stage.run(line)
        if (block.language !== 'text') continue
        outputs.push(block)
        // The other processes may still be about to print it.
        await expect.poll(() => shown(stage.output(block.of), block), PATIENCE).toBe(settled(block.text))
      }
    } finally {
      await stage.leave()
    }
    expect(outputs.length).toBeGreaterThan(0)
  })

  it('in the library', LONG, async () => {
    const [program, output] = readDocument('openapi/library.md').section('A mock in a program').blocks
    const { code } = await transform(program?.text ?? '', { loader: 'ts' })
    // From the folder of the package its own name leads to what `exports` names.
    const done = await finished(['--input-type=module', '-e', code], {
      command: [process.execPath],
      cwd: ROOT,
    })
    expect(done).toEqual({ code: 0, out: output?.text.trim(), err: '' })
  })

  it('when a test fails', LONG, async () => {
    await using mock = await startMock({ providers: ['tsanet'], clock: 'virtual' })
    await using receiver = await startReceiver({ respond: [503, 500] })
    await mock.register('tsanet', { url: receiver.url })
    const { event } = await mock.trigger('tsanet', 'note.created')
    await mock.clock.advance('10s')
    const message = await assertDelivered(event).then(
      () => '',
      (error: Error) => error.message,
    )
    const [, output] = readDocument('openapi/library.md').section('In vitest').blocks
    expect(settled(message)).toBe(settled(output?.text ?? ''))
  })

  it('on a fresh machine', async () => {
    const commands = README.sections.flatMap(({ blocks }) =>
      blocks
        .filter(({ language }) => language === 'sh')
        .flatMap(({ text }) => text.trim().split('\n'))
        .filter((line) => SET_UP.test(line)),
    )
    expect(commands).toEqual(['npm i -D hookproof', 'npm install && npm start', 'npm install && npm test'])
    const { scripts, engines } = JSON.parse(await read('package.json'))
    expect(scripts.start).toBe('npm run -s build && node dist/cli/main.js start')
    expect(README.text).toContain(`Node.js ${engines.node.slice('>='.length)} or later`)
    expect(await read('.ci/run')).toMatch(/^npm run test:all$/m)
  })
})

describe('the tables of the documents', () => {
  it('say of each command what its help says', async () => {
    const help = hookproof(['--help'])
    await help.exit
    const [, list = ''] = help.out().join('\n').split('\nCommands:\n')
    const rows = list
      .split('\n\n')[0]
      ?.replaceAll(/\n {10,}/g, ' ')
      .split('\n')
      .map((line) => /^ {2}(\w+).*? {2,}(\S.*)$/.exec(line)?.slice(1) ?? [line])
      .filter(([name]) => name !== 'help')
    expect(COMMAND_LINE.section('Commands').rows).toEqual(rows?.map(([name, does]) => [`\`${name}\``, does]))
  })

  it('have every exit code', () => {
    const codes = COMMAND_LINE.section('Exit codes').rows.map(([code]) => Number(code))
    expect(codes).toEqual(Object.values(EXIT_CODES))
  })

  it('say of each provider what its document says', LONG, async () => {
    expect(README.section('Providers').rows).toEqual((await loadProviders()).map(providerRow))
  })

  it('have every route of the control API', async () => {
    const { paths } = parse(await read('openapi/control.yaml'))
    const operations = Object.entries(paths as Record<string, Record<string, { readonly summary?: string }>>)
    const rows = operations.flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => /^(get|post|put|patch|delete)$/.test(method))
        .map(([method, { summary }]) => [code(method.toUpperCase()), code(`/_mock${path}`), summary]),
    )
    expect(readDocument('openapi/README.md').section('The control API').rows).toEqual(rows)
  })

  it('have samples of keywords that are valid', async () => {
    const ajv = new Ajv2020({ strict: false })
    ajv.addSchema(JSON.parse(await read('openapi/vocabulary.schema.json')), 'vocabulary')
    const document = readDocument('openapi/README.md')
    const samples = KEYWORDS.flatMap((keyword) => {
      const sample: Json = parse(document.section(keyword).blocks[0]?.text ?? '')
      return isJsonObject(sample) && keyword in sample ? [[keyword, sample[keyword]] as const] : []
    })
    // A sample of x-mock-value is written on the properties of a schema.
    expect(samples.map(([keyword]) => keyword)).toEqual(KEYWORDS.filter((one) => one !== 'x-mock-value'))
    for (const [keyword, value] of samples) {
      ajv.validate(`vocabulary#/$defs/${keyword}`, value)
      expect(ajv.errors, keyword).toBeNull()
    }
  })

  it('name files and functions of the sources that there are', async () => {
    const items = readDocument('src/README.md').text.split(/\n(?=\d+\. |- |\|)|\n\n/)
    const lost: string[] = []
    for (const item of items) {
      const files = [...item.matchAll(/\b(?:[\w-]+\/)*[\w.-]+\.ts\b/g)].map(([file]) => file)
      const texts = await Promise.all(
        files.map((file) =>
          read(`src/${file}`)
            .catch(() => read(file))
            .catch(() => null),
        ),
      )
      lost.push(...files.filter((_, index) => texts[index] === null))
      const functions = [...item.matchAll(/`(\w+)\(\)`/g)].map(([, name = '']) => name)
      const known = texts.join('\n')
      lost.push(...functions.filter((name) => !new RegExp(`\\b${name}\\b`).test(known)))
    }
    expect(lost).toEqual([])
  })

  it('have every folder of the sources and of the tests', async () => {
    const sources = (await readdir(`${ROOT}/src`, { withFileTypes: true })).filter((one) => one.isDirectory())
    const places = readDocument('src/README.md').section('The sources').rows
    expect(places.map(([folder]) => folder).sort()).toEqual(
      sources.map(({ name }) => code(`${name}/`)).sort(),
    )
    const folders = (await readdir(`${ROOT}/test`, { withFileTypes: true })).filter((one) =>
      one.isDirectory(),
    )
    const { rows } = readDocument('test/README.md').section('Where a test goes')
    expect(rows.map(([folder]) => folder).sort()).toEqual(folders.map(({ name }) => code(`${name}/`)).sort())
  })

  it('have promises that tests or measurements prove', async () => {
    const scripts = ['bench', 'test:all', 'test:only']
    const files = (await readdir(`${ROOT}/test`, { recursive: true })).filter((file) =>
      file.endsWith('.test.ts'),
    )
    const proofs = readDocument('test/README.md')
      .section('What is promised')
      .rows.map(([, , command = '']) => /^`npm run (\S+) (\S+)`$/.exec(command)?.slice(1) ?? [command])
    expect(proofs.filter(([script = '']) => !scripts.includes(script))).toEqual([])
    const measured = proofs.filter(([script]) => script === 'bench').map(([, name]) => name)
    expect(measured).toEqual(Object.keys(MEASUREMENTS).filter((name) => name !== 'peers'))
    const proved = proofs.filter(([script]) => script !== 'bench')
    expect(
      proved.map(([script, name = '']) => [script, files.filter((file) => file.includes(name))]),
    ).toEqual([
      ['test:all', ['journey/kill-storm.slow.test.ts']],
      ['test:all', ['journey/full-disk.slow.test.ts']],
      ['test:only', ['journey/shutdown.test.ts']],
      ['test:only', ['journey/time.test.ts']],
    ])
  })
})

describe.each(documents.map((document) => [document.path, document] as const))('%s', (path, { text }) => {
  it('links to what there is', async () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(([, target = '']) => target)
    const lost = links.filter((link) => !leadsSomewhere(path, link))
    expect(lost).toEqual([])
    expect(text).not.toMatch(/\]\([^)]*$/m)
  })

  it('names flags and scripts that there are', async () => {
    const { scripts } = JSON.parse(await read('package.json'))
    const named = [...text.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
    const flags = new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([flag]) => flag))
    const known = await flagsOfCommands()
    expect([...flags].filter((flag) => !known.has(flag))).toEqual([])
  })
})

/** The commands of a block that are run here. */
function commandsOf({ language, text }: Block): readonly string[] {
  if (language !== 'sh') return []
  const lines = text
    .replaceAll(/\\\n\s*/g, '')
    .trim()
    .split('\n')
  return lines.filter((line) => !SET_UP.test(line))
}

/** A document shows what was printed before, or after, the mock was ready. */
function shown(output: string, { text }: Block): string {
  const [before = '', after] = output.split(/^Ready\. Stop with \^C\.$/m)
  return settled(after === undefined || text.includes('Ready.') ? output : after || before)
}

function providerRow(provider: Provider): readonly string[] {
  const { id, basePath, accounts, events, signature } = provider
  const credentials = Object.entries(accounts[0]?.credentials ?? {}).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const headers = signature.flatMap((one) => ('headers' in one ? Object.keys(one.headers) : []))
  return [
    id,
    code(basePath),
    credentials.map(code).join('<br>'),
    [...events.keys()].map(code).join('<br>'),
    headers.map(code).join('<br>'),
    ['0s', ...delays(provider)].join(', '),
  ]
}

function delays({ delivery }: Provider): readonly string[] {
  const found: string[] = []
  for (;;) {
    const next = nextDelay(delivery.schedule, delivery.jitter, {
      delaysUsed: found.length,
      elapsed: 0,
      fraction: 0,
    })
    if (next.kind === 'exhausted') return found
    found.push(formatDuration(next.ms))
  }
}

function code(text: string): string {
  return `\`${text}\``
}

/** Whether a link of that document leads to a file, a folder or a heading. */
function leadsSomewhere(path: string, link: string): boolean {
  const [file = '', heading] = link.split('#')
  const target = file === '' ? path : join(dirname(path), file)
  if (!existsSync(`${ROOT}/${target}`)) return false
  return heading === undefined || readDocument(target).sections.some(({ title }) => anchor(title) === heading)
}

/** The name that a heading has in links, as GitHub makes it. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}

/** Every flag of a command of hookproof, and those of other programs that the documents show. */
async function flagsOfCommands(): Promise<ReadonlySet<string>> {
  const names = COMMAND_LINE.section('Commands').rows.map(([name = '']) => name.replaceAll('`', ''))
  const help = await Promise.all(names.map((name) => run([name, '--help'])))
  const own = help.flatMap(({ out }) =>
    [...out.matchAll(/^ +(?:-h, )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag),
  )
  expect(own.length).toBeGreaterThan(15)
  return new Set([...own, ...FLAGS_OF_OTHERS])
}
