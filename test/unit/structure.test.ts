import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { shippedProviders } from '../../src/spec/shipped.ts'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

/** The floors of the journey: what stands later may use what stands earlier, or beside it, never the other way. */
const FLOORS = [
  ['core'],
  ['schema'],
  ['spec', 'signature', 'state', 'fault'],
  ['contract', 'event'],
  ['delivery'],
  ['api', 'receiver', 'capture'],
  ['control', 'inspector'],
  ['mock'],
  ['scenario', 'conformance'],
  ['report', 'assert'],
  ['cli', 'index.ts', 'vitest.ts'],
]

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const sources = files.map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }))

function floorOf(file: string): number {
  const [top = ''] = file.split(sep)
  return FLOORS.findIndex((floor) => floor.includes(top))
}

function importsOf({ file, text }: { file: string; text: string }): readonly string[] {
  const names = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, name = '']) => name)
  return names.map((name) => relative(SRC, join(SRC, dirname(file), name)))
}

describe('the structure of the sources', () => {
  it('has a floor for every file', () => {
    expect(files.filter((file) => floorOf(file) < 0)).toEqual([])
    expect(files.length).toBeGreaterThan(100)
  })

  it('imports only from earlier floors', () => {
    const back = sources.flatMap((source) =>
      importsOf(source)
        .filter((target) => floorOf(target) > floorOf(source.file))
        .map((target) => `${source.file} imports ${target}`),
    )
    expect(back).toEqual([])
  })

  it('reads the time and chance in one place each', () => {
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
