import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { shippedProviders } from '../../src/spec/shipped.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SRC = join(ROOT, 'src')

/** The floors of the journey, as the linter checks them: a folder imports from its own floor and from earlier ones. */
const { overrides }: { overrides: readonly Override[] } = JSON.parse(
  readFileSync(join(ROOT, '.floors.json'), 'utf8'),
)
interface Override {
  readonly includes: readonly string[]
  readonly linter: {
    readonly rules: {
      readonly style: { noRestrictedImports: { options: { patterns: [{ group: readonly string[] }] } } }
    }
  }
}
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const sources = files.map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }))

describe('the structure of the sources', () => {
  it('has a floor for every folder, from which no later one is imported', () => {
    const floors = overrides.map(({ includes }) =>
      includes.map((glob) => glob.slice('src/'.length, -'/**'.length)),
    )
    const folders = new Set(files.filter((file) => file.includes(sep)).map((file) => file.split(sep)[0]))
    expect([...folders].filter((folder) => ![...floors.flat(), 'cli'].includes(folder ?? ''))).toEqual([])
    expect(folders.size).toBeGreaterThan(15)
    for (const [i, { linter }] of overrides.entries()) {
      const later = [...floors.slice(i + 1).flat(), 'cli'].map((folder) => `**/${folder}/**`)
      expect(linter.rules.style.noRestrictedImports.options.patterns[0].group).toEqual(later)
    }
  })

  it('is checked by the linter', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hookproof-floors-'))
    for (const name of ['.biome.json', '.floors.json']) copyFileSync(join(ROOT, name), join(folder, name))
    const write = (file: string, from: string) => {
      mkdirSync(join(folder, dirname(file)), { recursive: true })
      writeFileSync(join(folder, file), `import type { Kind } from '${from}'\nexport type Other = Kind\n`)
    }
    write('src/core/back.ts', '../delivery/forth.ts')
    write('src/delivery/forth.ts', '../core/kind.ts')
    write('src/event/circle.ts', './round.ts')
    write('src/event/round.ts', './circle.ts')
    const biome = join(ROOT, 'node_modules/.bin/biome')
    const { stdout } = spawnSync(biome, ['lint', '--reporter=json', 'src'], { cwd: folder, encoding: 'utf8' })
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { category: string; location: { path: string } }[]
    }
    expect(diagnostics.map(({ category, location }) => `${location.path}: ${category}`).sort()).toEqual([
      'src/core/back.ts: lint/style/noRestrictedImports',
      'src/event/circle.ts: lint/suspicious/noImportCycles',
      'src/event/round.ts: lint/suspicious/noImportCycles',
    ])
  })

  it('reads the time and random numbers in one place each', () => {
    const reads = (pattern: RegExp) =>
      sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file)
    expect(reads(/Date\.now|performance\.now|new Date\(\)/)).toEqual([join('core', 'clock.ts')])
    expect(reads(/Math\.random|randomUUID|randomBytes/)).toEqual([join('core', 'random.ts')])
  })

  it('names no provider', () => {
    const names = shippedProviders().map(({ id }) => new RegExp(id, 'i'))
    expect(names.length).toBeGreaterThan(3)
    const naming = sources.filter(({ text }) => names.some((name) => name.test(text))).map(({ file }) => file)
    expect(naming).toEqual([])
  })
})
