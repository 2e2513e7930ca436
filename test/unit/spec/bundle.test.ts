import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MockError } from '../../../src/core/errors.ts'
import { singleErrors } from '../../../src/schema/issue.ts'
import { readDocument } from '../../../src/schema/locate.ts'
import { bundle, documentFiles } from '../../../src/spec/bundle.ts'
import { loadProvider } from '../../../src/spec/load.ts'
import { PROVIDER_DOCUMENT, validateDocument } from '../../../src/spec/validate.ts'
import { ACME, acme, writeAcme } from './acme-document.ts'

/** A folder with these files. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hookproof-bundle-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

/** The first of these files with what it takes from the others. */
async function bundled(files: Readonly<Record<string, string>>) {
  const folder = await folderWith(files)
  return bundle(await readDocument(join(folder, Object.keys(files)[0] as string), PROVIDER_DOCUMENT))
}

/** What is wrong with the references of the first file. */
async function complaints(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  try {
    await bundled(files)
    return []
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    return singleErrors(error).map(({ message }) => message.replace(/^\S*\//, ''))
  }
}

const BASE = `
x-mock-errors: [{ when: route, status: 404 }, { when: method, status: 405 }]
x-mock-delivery: { timeout: 5s, schedule: { delays: [1s] } }
tags: [{ name: one }, { name: two }]
paths:
  /notes:
    get: { operationId: listNotes, responses: { '200': { $ref: '#/components/responses/Notes' } } }
    post: { operationId: createNote }
components:
  responses:
    Notes: { content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } } }
  schemas:
    Note: { type: object, properties: { id: { $ref: '#/components/schemas/Id' } } }
    Id: { type: integer }
`

describe('a document that refers to other files of its folder', () => {
  it('has their components under their own names, and those that these refer to', async () => {
    const { value } = await bundled({
      'a.yaml':
        "paths: { /a: { get: { responses: { '200': { $ref: './base.yaml#/components/responses/Notes' } } } } }",
      'base.yaml': BASE,
    })
    expect(value).toEqual({
      paths: { '/a': { get: { responses: { '200': { $ref: '#/components/responses/Notes' } } } } },
      components: {
        responses: {
          Notes: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Note' } } } },
        },
        schemas: {
          Note: { type: 'object', properties: { id: { $ref: '#/components/schemas/Id' } } },
          Id: { type: 'integer' },
        },
      },
    })
  })

  it('keeps its own component of the same name, and has the other one under the name of its file', async () => {
    const { value } = await bundled({
      'a.yaml':
        "components: { schemas: { Id: { type: string }, Mine: { $ref: '#/components/schemas/Id' }, Its: { allOf: [{ $ref: 'base.yaml#/components/schemas/Note' }] } } }",
      'base.yaml': BASE,
    })
    expect(value.components).toEqual({
      schemas: {
        Id: { type: 'string' },
        Mine: { $ref: '#/components/schemas/Id' },
        Its: { allOf: [{ $ref: '#/components/schemas/Note' }] },
        Note: { type: 'object', properties: { id: { $ref: '#/components/schemas/base.Id' } } },
        'base.Id': { type: 'integer' },
      },
    })
  })

  it('may name what it takes, one by one or as a map, and every reference leads there', async () => {
    const { value } = await bundled({
      'a.yaml': `
components:
  responses: { $ref: './base.yaml#/components/responses', Own: { description: own } }
  schemas: { Number: { $ref: './base.yaml#/components/schemas/Id' } }
`,
      'base.yaml': BASE,
    })
    expect(value.components).toEqual({
      responses: {
        Notes: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Note' } } } },
        Own: { description: 'own' },
      },
      schemas: {
        Number: { type: 'integer' },
        Note: { type: 'object', properties: { id: { $ref: '#/components/schemas/Number' } } },
      },
    })
  })

  it('takes over paths, keywords and lists, with its own keys in the place of theirs', async () => {
    const { value } = await bundled({
      'a.yaml': `
x-mock-errors: [{ when: schema, status: 422 }, { $ref: './base.yaml#/x-mock-errors' }, { when: scope, status: 403 }]
x-mock-delivery: { $ref: './base.yaml#/x-mock-delivery', schedule: { delays: [] } }
tags: { $ref: './base.yaml#/tags' }
paths:
  /notes: { $ref: './base.yaml#/paths/~1notes', post: { operationId: makeNote }, put: { operationId: putNote } }
`,
      'base.yaml': BASE,
    })
    expect(value).toMatchObject({
      'x-mock-errors': [
        { when: 'schema', status: 422 },
        { when: 'route', status: 404 },
        { when: 'method', status: 405 },
        { when: 'scope', status: 403 },
      ],
      'x-mock-delivery': { timeout: '5s', schedule: { delays: [] } },
      tags: [{ name: 'one' }, { name: 'two' }],
      paths: {
        '/notes': {
          get: { operationId: 'listNotes', responses: { '200': { $ref: '#/components/responses/Notes' } } },
          post: { operationId: 'makeNote' },
          put: { operationId: 'putNote' },
        },
      },
    })
  })

  it('takes a part of a component through the component, and what a third file has through the second', async () => {
    const { value, files } = await bundled({
      'a.yaml':
        "webhooks: { default: { post: { $ref: './b.yaml#/x-post' } } }\nx-foreign: { $ref: './no.yaml' }\ncomponents: { schemas: { A: { example: { $ref: './no.yaml' } } } }",
      'b.yaml':
        "x-post: { parameters: [{ $ref: 'c.json#/parameters/0' }], schema: { $ref: './c.json#/components/schemas/C/properties/d~1e' }, back: { $ref: './a.yaml#/components/schemas/A' } }",
      'c.json':
        '{ "parameters": [{ "name": "p" }], "components": { "schemas": { "C": { "properties": { "d/e": { "type": "null" } } } } } }',
    })
    expect(value).toEqual({
      webhooks: {
        default: {
          post: {
            parameters: [{ name: 'p' }],
            schema: { $ref: '#/components/schemas/C/properties/d~1e' },
            back: { $ref: '#/components/schemas/A' },
          },
        },
      },
      'x-foreign': { $ref: './no.yaml' },
      components: {
        schemas: {
          A: { example: { $ref: './no.yaml' } },
          C: { properties: { 'd/e': { type: 'null' } } },
        },
      },
    })
    expect(files.map((file) => basename(file))).toEqual(['a.yaml', 'b.yaml', 'c.json'])
  })

  it('knows where each of its parts stands', async () => {
    const { locate } = await bundled({
      'a.yaml': `paths:
  /notes: { $ref: './base.yaml#/paths/~1notes', put: { operationId: putNote } }
x-mock-errors:
  - { when: schema, status: 422 }
  - { $ref: './base.yaml#/x-mock-errors' }
  - { when: scope, status: 403 }
`,
      'base.yaml': BASE,
    })
    const at = (pointer: string) => {
      const { file, line, pointer: real } = locate(pointer)
      return `${basename(file)}:${line} ${real}`
    }
    expect(at('/paths/~1notes/get/operationId')).toBe('base.yaml:7 /paths/~1notes/get/operationId')
    expect(at('/paths/~1notes/put/operationId')).toBe('a.yaml:2 /paths/~1notes/put/operationId')
    expect(at('/paths/~1notes/get/responses/200/content/application~1json/schema/properties/id/type')).toBe(
      'base.yaml:14 /components/schemas/Id/type',
    )
    expect(at('/components/schemas/Note')).toBe('base.yaml:13 /components/schemas/Note')
    expect(at('/x-mock-errors/2/status')).toBe('base.yaml:2 /x-mock-errors/1/status')
    expect(at('/x-mock-errors/3/status')).toBe('a.yaml:6 /x-mock-errors/2/status')
  })

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'a file that is not there',
      { 'a.yaml': "tags:\n  $ref: './bse.yaml#/tags'", 'base.yaml': BASE },
      [
        'a.yaml:2:3 #/tags/$ref: Failed to load the provider document: "./bse.yaml#/tags" cannot be followed: there is no file bse.yaml beside a.yaml.',
      ],
    ],
    [
      'a place that is not there, found in the second file',
      {
        'a.yaml': "tags: { $ref: './b.yaml#/x-b' }",
        'b.yaml': "x-b:\n  - { $ref: './base.yaml#/tag' }",
        'base.yaml': BASE,
      },
      [
        'b.yaml:2:7 #/x-b/0/$ref: Failed to load the provider document: "./base.yaml#/tag" names nothing in base.yaml.',
      ],
    ],
    [
      'a component that is not there',
      { 'a.yaml': "tags:\n  - $ref: './base.yaml#/components/schemas/Nte'", 'base.yaml': BASE },
      [
        'a.yaml:2:5 #/tags/0/$ref: Failed to load the provider document: "./base.yaml#/components/schemas/Nte" names nothing in base.yaml.',
      ],
    ],
    [
      'parts that contain each other',
      {
        'a.yaml': "tags: { $ref: './b.yaml#/x-b' }\nx-mock-a: { in: { $ref: './b.yaml#/x-b' } }",
        'b.yaml': "x-b: { in: { $ref: './a.yaml#/x-mock-a/in' } }",
      },
      [
        'a.yaml:2:19 #/x-mock-a/in/$ref: Failed to load the provider document: "./b.yaml#/x-b" is a circular reference.',
      ],
    ],
    [
      'a key beside a reference to a list',
      { 'a.yaml': "tags: { $ref: './base.yaml#/tags', name: x }", 'base.yaml': BASE },
      [
        'a.yaml:1:9 #/tags/$ref: Failed to load the provider document: "./base.yaml#/tags" leads to no object, so nothing can stand beside it.',
      ],
    ],
    [
      'a file that is no YAML',
      { 'a.yaml': "tags: { $ref: './b.yaml#/x' }", 'b.yaml': 'x: [' },
      [expect.stringMatching(/^b\.yaml:1:5: Failed to load the provider document: /) as string],
    ],
  ])('is refused for %s', async (_, files, expected) => {
    expect(await complaints(files)).toEqual(expected)
  })

  it('is refused for what is no file, or too large', async () => {
    const folder = await folderWith({
      'a.yaml': "tags: { $ref: './b.yaml#/x' }\ninfo: { $ref: './c.yaml#/x' }",
    })
    await mkdir(join(folder, 'b.yaml'))
    await writeFile(join(folder, 'c.yaml'), `x: ${' '.repeat(4 * 1024 * 1024)}1`)
    const errors = await bundle(await readDocument(join(folder, 'a.yaml'), PROVIDER_DOCUMENT)).catch(
      singleErrors,
    )
    expect((errors as readonly MockError[]).map(({ summary }) => summary)).toEqual([
      'Failed to load the provider document: "./b.yaml#/x" cannot be followed: b.yaml is not a file.',
      'Failed to load the provider document: "./c.yaml#/x" cannot be followed: c.yaml has more than 4,194,304 bytes.',
    ])
  })

  it('may call its own file by name', async () => {
    const own = "{ components: { schemas: { A: { $ref: './a.yaml#/components/schemas/B' }, B: {} } } }"
    const { value, files } = await bundled({ 'a.yaml': own })
    expect(value).toEqual({
      components: { schemas: { A: { $ref: '#/components/schemas/B' }, B: {} } },
    })
    expect(files.map((file) => basename(file))).toEqual(['a.yaml'])
  })

  it('names only the first of very many files that are not there', async () => {
    const paths = Array.from({ length: 300 }, (_, i) => `  /${i}: { $ref: './no${i}.yaml' }`)
    const found = await complaints({ 'a.yaml': ['paths:', ...paths].join('\n') })
    expect(found).toHaveLength(101)
    expect(found.at(-1)).toContain('there are 200 more problems')
  })

  it('consists of 20 files at most', async () => {
    const name = (i: number) => `f${i}.yaml`
    const files = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [name(i), `x: { $ref: './${name(i + 1)}#/x' }`]),
      )
    expect((await bundled({ ...files(19), 'f19.yaml': 'x: 1' })).value).toEqual({ x: 1 })
    expect(await complaints({ ...files(20), 'f20.yaml': 'x: 1' })).toEqual([
      'f19.yaml:1:6 #/x/$ref: Failed to load the provider document: "./f20.yaml#/x" cannot be followed: 20 files are the most that a document can consist of.',
    ])
  })

  it('is refused, before it is written out, where its references stand for more than anybody could read', async () => {
    const levels = Array.from(
      { length: 40 },
      (_, i) => `x-mock-${i}: [${`{ $ref: './b.yaml#/x-mock-${i + 1}' }, `.repeat(10)}]`,
    )
    expect(
      await complaints({
        'a.yaml': "tags: { $ref: './b.yaml#/x-mock-0' }",
        'b.yaml': [...levels, 'x-mock-40: [1, 2]'].join('\n'),
      }),
    ).toEqual([
      'a.yaml:1:1: Failed to load the provider document: with what its references to other files lead to, it has more than 100,000 values. Refer to fewer and smaller parts.',
    ])
  })

  it.each([
    '../b.yaml#/x',
    './deep/b.yaml#/x',
    '/etc/b.yaml#/x',
    'file:///b.yaml#/x',
    'https://acme.test/b.yaml#/x',
    'deep\\b.yaml#/x',
    '%2e%2e%2fb.yaml#/x',
    'b.txt#/x',
  ])('reads nothing outside of its folder: %s', async (reference) => {
    const change = [
      "items: { $ref: '#/components/schemas/Hook' }",
      `items: { $ref: '${reference}' }`,
    ] as const
    const file = await writeAcme(acme(change))
    const [error, ...others] = await validateDocument(file)
    expect(others).toEqual([])
    expect(error).toMatchObject({ code: 'EXTERNAL_REFERENCE', location: { file, line: 33 } })
    expect(await documentFiles(file)).toEqual([file])
  })
})

/** The document, of which everything but its id is in another file. */
async function writeShared(base: string = ACME): Promise<string> {
  const folder = join(dirname(await writeAcme(base)))
  const [name] = ['acme@new.yaml']
  await writeFile(
    join(folder, name),
    `openapi: 3.1.0
jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema
info: { title: Acme, version: 2.0.0 }
servers: { $ref: './acme.yaml#/servers' }
security: { $ref: './acme.yaml#/security' }
x-mock-provider: { id: acme-new }
x-mock-signature: { $ref: './acme.yaml#/x-mock-signature' }
x-mock-delivery: { $ref: './acme.yaml#/x-mock-delivery', timeout: 1s }
x-mock-errors: { $ref: './acme.yaml#/x-mock-errors' }
paths: { $ref: './acme.yaml#/paths' }
webhooks: { note.written: { $ref: './acme.yaml#/webhooks/note.created' } }
components:
  securitySchemes: { $ref: './acme.yaml#/components/securitySchemes' }
  responses: { $ref: './acme.yaml#/components/responses' }
`,
  )
  return join(folder, name)
}

describe('a provider of several files', () => {
  it('is loaded as one', async () => {
    const file = await writeShared()
    const provider = await loadProvider(file)
    const base = await loadProvider(join(dirname(file), 'acme.yaml'))
    expect(provider).toMatchObject({ id: 'acme-new', version: '2.0.0', delivery: { timeoutMs: 1000 } })
    expect(provider.resource).toEqual(base.resource)
    expect(provider.errors).toEqual(base.errors)
    expect(provider.operations.map(({ id }) => id)).toEqual(base.operations.map(({ id }) => id))
    expect([...provider.events.keys()]).toEqual(['note.written'])
    expect(provider.files.map((one) => basename(one))).toEqual([
      'acme@new.yaml',
      'acme.yaml',
      'accounts.json',
    ])
  })

  it('names the file in which something is wrong', async () => {
    const file = await writeShared(acme(['action: create', 'action: creat']))
    expect((await validateDocument(file)).map(({ location }) => location)).toEqual([
      {
        file: join(dirname(file), 'acme.yaml'),
        line: 43,
        column: 27,
        pointer: '/paths/~1hooks/post/x-mock-operation/action',
      },
    ])
  })

  it('is read again when any of its files has changed', async () => {
    const file = await writeShared()
    const first = await loadProvider(file)
    expect((await loadProvider(file)).operations).toBe(first.operations)
    await writeFile(
      join(dirname(file), 'acme.yaml'),
      acme(['operationId: listHooks', 'operationId: allHooks']),
    )
    expect((await loadProvider(file)).operations[0]?.id).toBe('allHooks')
  })

  it('reads through a link, as it does its own file', async () => {
    const file = await writeShared()
    const link = join(dirname(file), 'linked.yaml')
    await symlink(file, link)
    expect((await loadProvider(link)).id).toBe('acme-new')
  })
})
