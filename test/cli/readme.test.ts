import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { formatDuration } from '../../src/core/units.ts'
import { nextDelay } from '../../src/delivery/retry.ts'
import { loadProviders } from '../../src/spec/load.ts'
import type { Provider } from '../../src/spec/provider.ts'
import { type Block, section, sections, settled } from '../support/readme.ts'
import { enterStage } from '../support/readme-stage.ts'
import { run } from '../unit/cli/fake-io.ts'
import { finished, hookproof } from './command-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFile(`${ROOT}/${file}`, 'utf8')

const PATIENCE = { timeout: 10_000 }

/** The commands of a checkout; `.ci/run` runs the second one, and both are too long for a test. */
const OF_A_CHECKOUT = /^npm install && npm (start|test)$/

describe('what the README shows is what happens', () => {
  const played = sections.filter(({ blocks }) => blocks.some((block) => lines(block).length > 0))

  it('in every section that has commands', () => {
    expect(played.map(({ title }) => title)).toEqual([
      'hookproof',
      'Retries',
      'Where deliveries may go',
      'Scenarios',
      'Real deliveries',
    ])
  })

  it.each(played.map(({ title, blocks }) => [title, blocks] as const))('%s', async (_, blocks) => {
    const stage = await enterStage()
    const outputs: Block[] = []
    try {
      for (const block of blocks) {
        if (block.of.includes('.')) await stage.write(block.of, block.text)
        for (const line of lines(block)) await stage.run(line)
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

  it('in the library', async () => {
    const [program, output] = section('Library').blocks
    const { code } = await transform(program?.text ?? '', { loader: 'ts' })
    // From the folder of the package its own name leads to what `exports` names.
    const done = await finished(['--input-type=module', '-e', code], {
      command: [process.execPath],
      cwd: ROOT,
    })
    expect(done).toEqual({ code: 0, out: output?.text.trim(), err: '' })
  })

  it('in a checkout', async () => {
    const commands = sections.flatMap(({ blocks }) =>
      blocks.filter(({ language, text }) => language === 'sh' && OF_A_CHECKOUT.test(text.trim())),
    )
    expect(commands.map(({ text }) => text.trim())).toEqual([
      'npm install && npm start',
      'npm install && npm test',
    ])
    const { scripts } = JSON.parse(await read('package.json'))
    expect(scripts.start).toBe('npm run -s build && node dist/cli/main.js start')
    expect(scripts).toHaveProperty('test')
    expect(await read('.ci/run')).toMatch(/^npm run test:all$/m)
  })
})

describe('the tables of the README', () => {
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
    expect(section('Commands').rows).toEqual(rows?.map(([name, does]) => [`\`${name}\``, does]))
  })

  it('say of each provider what its document says', async () => {
    expect(section('Providers').rows).toEqual((await loadProviders()).map(providerRow))
  })

  it('have every route of the control API', async () => {
    const { paths } = parse(await read('openapi/control.yaml'))
    const routes = Object.entries(paths as Record<string, Record<string, unknown>>).map(([path, item]) => [
      code(
        Object.keys(item)
          .filter((key) => /^(get|post|put|patch|delete)$/.test(key))
          .join(', ')
          .toUpperCase(),
      ),
      code(`/_mock${path}`),
    ])
    expect(section('Control API').rows.map((cells) => cells.slice(0, 2))).toEqual(routes)
  })

  it('name folders and flags that there are', async () => {
    const text = await read('README.md')
    const known = (
      await Promise.all(
        section('Commands').rows.map(([name = '']) => run([name.replaceAll('`', ''), '--help'])),
      )
    )
      .map(({ out }) => out)
      .join('\n')
    const flags = new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([flag]) => flag))
    expect(flags.size).toBeGreaterThan(15)
    expect([...flags].filter((flag) => !new RegExp(`^ +(-h, )?${flag} `, 'm').test(known))).toEqual([])
    const files = await readdir(`${ROOT}/src`, { recursive: true })
    const folders = new Set(files.flatMap((file) => /^(\w+)\/.*\.ts$/.exec(file)?.[1] ?? []))
    expect(
      section('Developing')
        .rows.map(([, folder]) => folder)
        .sort(),
    ).toEqual([...folders].map((name) => code(`${name}/`)).sort())
  })
})

/** The commands of a block that are run here. */
function lines({ language, text }: Block): readonly string[] {
  if (language !== 'sh') return []
  const all = text.replaceAll(/\\\n\s*/g, '').trim()
  return all.split('\n').filter((line) => !OF_A_CHECKOUT.test(line))
}

/** The README shows what was printed before, or after, the mock was ready. */
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
