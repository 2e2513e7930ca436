import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import {
  ACTIONS,
  DIGESTS,
  ERROR_TOKENS,
  FAILURE_TOKENS,
  HASHES,
  JWT_ALGORITHMS,
  KEY_ENCODINGS,
  KEYWORD_PLACES,
  KEYWORDS,
  NORMALISATIONS,
  PROBLEMS,
  SIGNATURE_TOKENS,
  VALUE_SOURCES,
} from '../../../src/spec/vocabulary.ts'
import { vocabularySchema } from '../../../src/spec/vocabulary-schema.ts'
import { withTables } from './vocabulary-tables.ts'

const readme = await readFile(new URL('../../../openapi/README.md', import.meta.url), 'utf8')
const source = await readFile(new URL('../../../src/spec/vocabulary.ts', import.meta.url), 'utf8')
const schema = JSON.parse(JSON.stringify(vocabularySchema()))

/** Every name under a `properties` of the keywords' definitions. */
function fieldsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'properties' ? Object.keys(inner as object) : []),
    ...fieldsOf(inner),
  ])
}

const DOCUMENT_PARTS = ['path', 'operation', 'event', 'valued', 'body', 'response', 'schema']
const definitions = Object.fromEntries(
  Object.entries<object>(schema.$defs).filter(([name]) => !DOCUMENT_PARTS.includes(name)),
)
const inSchema = [...new Set(fieldsOf(definitions))].sort()
const inTypes = [
  ...new Set([...source.matchAll(/readonly (\w+)\??:/g)].map((match) => match[1] as string)),
].sort()

describe('the vocabulary', () => {
  it('has the same fields in the types and in the schema', () => {
    expect(inSchema).toEqual(inTypes)
  })

  it.each(inSchema)('describes %s in the README', (field) => {
    expect(new RegExp(`[\`{ ,]${field}[\`:]`).test(readme)).toBe(true)
  })

  it.each(KEYWORDS)('describes %s in the README, in the schema and with a place', (keyword) => {
    expect(readme.includes(`\n### ${keyword}\n`)).toBe(true)
    expect(schema.$defs[keyword].description).toBeTypeOf('string')
    expect(KEYWORD_PLACES[keyword].length).toBeGreaterThan(0)
  })

  it.each([
    ['actions', ACTIONS, schema.$defs['x-mock-operation'].properties.action.enum],
    ['sources', Object.keys(VALUE_SOURCES), schema.$defs['value-source'].enum],
    ['problems', PROBLEMS, schema.$defs.problem.enum],
    ['hashes', HASHES, schema.$defs['signature-scheme'].properties.hash.enum],
    ['digests', DIGESTS, schema.$defs['signature-scheme'].properties.digest.enum],
    ['algorithms', JWT_ALGORITHMS, schema.$defs['signature-scheme'].properties.algorithm.enum],
    [
      'key encodings',
      KEY_ENCODINGS,
      schema.$defs['signature-scheme'].properties.key.properties.encoding.enum,
    ],
    [
      'normalisations',
      NORMALISATIONS,
      schema.$defs['x-mock-resource'].properties.normalise.additionalProperties.items.enum,
    ],
  ])('has the same %s in the types, the schema and the README', (_, types, enumerated) => {
    expect(enumerated).toEqual(types)
    for (const word of types) expect(readme.includes(`\`${word}\``), word).toBe(true)
  })

  it('has the tables of the README from its rows', () => {
    expect(withTables(readme), 'Write them again with: npm run generate').toBe(readme)
  })

  it('names every token in the README', () => {
    for (const token of [...ERROR_TOKENS, ...FAILURE_TOKENS, ...SIGNATURE_TOKENS])
      expect(readme.includes(`\`{${token}}\``), token).toBe(true)
  })
})
