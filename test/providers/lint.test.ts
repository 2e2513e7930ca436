import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { atPointer, isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import { documentsIn, SHIPPED_FOLDER, wholeDocument } from '../lint/documents.ts'
import { describeFinding, withoutExceptions } from '../lint/findings.ts'
import { lintWithRedocly } from '../lint/redocly.ts'

const scratch = await mkdtemp(join(tmpdir(), 'hookproof-lint-'))
const documents = await Promise.all(
  (await documentsIn(SHIPPED_FOLDER)).map((file) => wholeDocument(file, scratch)),
)
afterAll(() => rm(scratch, { recursive: true }))

/** What has to be mended, as people read it. */
const complaints = async (file: string) =>
  (await withoutExceptions(await lintWithRedocly(file))).map(describeFinding)

/** Where a body's schema is written in place, so that generated code has to make up a name for it. */
function* anonymousBodies(part: Json, pointer = ''): Generator<string> {
  if (Array.isArray(part))
    for (const [i, inner] of part.entries()) yield* anonymousBodies(inner, `${pointer}/${i}`)
  if (!isJsonObject(part)) return
  for (const [name, inner] of Object.entries(part)) {
    if (name === 'schema' && isAnonymous(inner)) yield `${pointer}/${name}`
    if (name !== 'schema' && name !== 'schemas' && name !== 'parameters' && name !== 'headers')
      yield* anonymousBodies(inner, `${pointer}/${name}`)
  }
}

/** A plain text needs no name. */
function isAnonymous(schema: Json | undefined): boolean {
  return isJsonObject(schema) && schema.$ref === undefined && schema.type !== 'string'
}

describe("Redocly's recommended rules", () => {
  it.each(documents.map((file) => [basename(file), file] as const))('find nothing in %s', async (_, file) => {
    expect(await complaints(file)).toEqual([])
  })

  it('find what is wrong, also beside a component that only error rows use', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hookproof-lint-'))
    try {
      await cp(SHIPPED_FOLDER, folder, { recursive: true })
      const [file] = (await documentsIn(folder)).filter((one) => !one.endsWith('control.yaml'))
      const text = await readFile(file ?? '', 'utf8')
      const worse = text
        .replace(/\n {6}security: \[\]\n/, '\n')
        .replace('\n  responses:\n', '\n  responses:\n    Idle: { description: Nothing uses it. }\n')
      await writeFile(file ?? '', worse.replace(/^ {2}license: .*\n/m, ''))
      const rules = (await complaints(file ?? '')).map((text) => text.split('  ')[2])
      expect(rules.sort()).toEqual(['info-license', 'no-unused-components', 'security-defined'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('the schemas of the documents', () => {
  const read = async (file: string) => parse(await readFile(file, 'utf8')) as JsonObject

  it.each(documents.map((file) => [basename(file), file] as const))(
    'have names in %s, none of them that of an error in every language',
    async (_, file) => {
      const document = await read(file)
      expect([...anonymousBodies(document)]).toEqual([])
      const schemas = atPointer(document, '/components/schemas')
      expect(Object.keys(isJsonObject(schemas) ? schemas : {})).not.toContain('Error')
    },
  )

  it('are missed where they have no name', () => {
    const media = { 'application/json': { schema: { type: 'array' } } }
    const paths = { '/notes': { get: { responses: { '200': { content: media } } } } }
    expect([...anonymousBodies({ paths })]).toEqual([
      '/paths//notes/get/responses/200/content/application/json/schema',
    ])
  })
})
