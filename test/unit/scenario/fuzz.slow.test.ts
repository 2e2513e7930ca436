import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { MockError } from '../../../src/core/errors.ts'
import type { Json } from '../../../src/core/json.ts'
import { createRandom } from '../../../src/core/random.ts'
import { loadScenario } from '../../../src/scenario/file/load.ts'
import { EVERYTHING } from './everything.ts'
import { scenarioFile } from './written-scenario.ts'

const FOLDER = fileURLToPath(new URL('../../../scenarios', import.meta.url))
const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.yaml'))
const SOURCES = [
  ...(await Promise.all(names.map((name) => readFile(`${FOLDER}/${name}`, 'utf8')))),
  // The one with every step, as often as all the others.
  ...names.map(() => EVERYTHING),
]
const FILES = 500
const SEED = 'scenario-fuzz'

const STRANGE: readonly Json[] = [
  null,
  true,
  -1,
  0,
  Number.POSITIVE_INFINITY,
  '',
  '$',
  '$$',
  '$nobody.id',
  '${',
  '/(/',
  '99999999999999999999d',
  '__proto__',
  'all',
  [],
  {},
  [[[]]],
  { $ref: '#/steps' },
  { $ref: '#' },
  { '': { '/': '~' } },
  JSON.parse('{"__proto__":{"a":1},"constructor":1}'),
  { min: 'x', max: [] },
  'x'.repeat(5_000),
  '\u0000\uFFFF',
]

const rng = createRandom(SEED)
const pick = <T>(list: readonly T[]): T => list[Math.floor(rng.fraction() * list.length)] as T

/** Characters put in, taken out and swapped. */
function scratched(text: string): string {
  const at = Math.floor(rng.fraction() * text.length)
  const long = Math.floor(rng.fraction() * 8)
  return pick([
    () => text.slice(0, at) + text.slice(at + 1 + long),
    () =>
      text.slice(0, at) +
      pick(['{', '}', '[', ']', ':', '-', '&a ', '*a', '!x ', '"', "'", '\t', '\n', '#', '$', '\u0007']) +
      text.slice(at),
    () => text.slice(0, at) + text.slice(at, at + 40) + text.slice(at),
    () => text.slice(0, at),
  ])()
}

/** A value put in the place of another, a member renamed, left out or put elsewhere. */
function altered(text: string): string {
  const value = parse(text)
  const places = objectsIn(value)
  const [here, there] = [pick(places), pick(places)]
  const key = pick(Object.keys(here))
  const put = (into: Record<string, unknown>, name: string, one: unknown) => {
    into[name] = one
  }
  pick([
    () => put(here, key, pick(STRANGE)),
    () => put(here, `${key}x`, here[key]),
    () => put(there, pick(Object.keys(there)), structuredClone(here[key])),
    () => void delete here[key],
    () => put(here, pick(['as', 'expect', 'capture', 'with', 'of', 'do', '$ref']), pick(STRANGE)),
  ])()
  return stringify(value, { aliasDuplicateObjects: false })
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(objectsIn)
  return Object.keys(value).length === 0 ? inner : [value as Record<string, unknown>, ...inner]
}

const schema = JSON.parse(await readFile(`${FOLDER}/scenario.schema.json`, 'utf8'))
const fitsSchema = new Ajv2020({ strict: false }).compile(schema)
/** What an editor cannot tell of a file that is no object, or none at all. */
const PLACELESS = /it is not an object|cannot be read/

describe('a mutated scenario file', () => {
  it(`loads, or is refused with its line (${FILES}, seed ${SEED})`, async () => {
    const seen = { loads: 0, refused: 0 }
    for (let i = 0; i < FILES; i++) {
      let text = pick(SOURCES)
      for (let times = 0; times <= i % 3; times++) text = i % 2 === 0 ? altered(text) : scratched(text)
      const file = await scenarioFile(text)
      try {
        await loadScenario(file)
        seen.loads++
        expect([text, fitsSchema(parse(text)), fitsSchema.errors]).toEqual([text, true, null])
      } catch (error) {
        if (!(error instanceof MockError)) throw new Error(`${String((error as Error).stack)}\nin:\n${text}`)
        seen.refused++
        const told = error.message
        expect(error.kind).toBe('input')
        expect(told).not.toMatch(/\n\s+at |undefined|\[object |NaN/)
        if (!PLACELESS.test(told))
          expect([told, error.location]).toEqual([
            told,
            expect.objectContaining({ line: expect.any(Number) }),
          ])
      }
    }
    expect(seen.loads).toBeGreaterThan(20)
    expect(seen.refused).toBeGreaterThan(300)
  }, 120_000)

  it.each([
    ['no text', ''],
    ['a list', '- a\n'],
    ['only a comment', '# nothing\n'],
    ['two documents', 'version: 1\n---\nversion: 1\n'],
    [
      'aliases of aliases',
      `a: &a [x]\n${[...'bcdefghij'].map((one, i) => `${one}: &${one} [${`*${'abcdefghi'[i]}, `.repeat(12)}]`).join('\n')}\n`,
    ],
    ['brackets without end', `steps: ${'['.repeat(50_000)}`],
    ['brackets within brackets', `steps: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  ])('with %s is bad input', async (_, text) => {
    const error = await loadScenario(await scenarioFile(text)).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(MockError)
    expect(error).toMatchObject({ kind: 'input' })
  })
})
