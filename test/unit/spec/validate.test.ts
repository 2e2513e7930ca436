import { describe, expect, it } from 'vitest'
import { acme, complaintsAbout } from './acme-document.ts'

const CASES: readonly (readonly [
  what: string,
  changes: readonly (readonly [from: string, to: string])[],
  complaints: readonly string[],
])[] = [
  [
    'a key given twice',
    [['info: {', 'info: { title: a, ']],
    ['acme.yaml:3:20: Failed to load the provider document: the key "title" stands there twice.'],
  ],
  [
    'YAML that does not parse',
    [['info: { title: Acme', 'info: { title: Acme }, x: {']],
    [
      'acme.yaml:3:22: Failed to load the provider document: unexpected scalar at node end.',
      'acme.yaml:3:28: Failed to load the provider document: unexpected , in flow map.',
    ],
  ],
  [
    'an unknown tag',
    [['title: Acme', 'title: !nothing Acme']],
    ['acme.yaml:3:16: Failed to load the provider document: unresolved tag: !nothing.'],
  ],
  [
    'an alias without anchor',
    [['title: Acme', 'title: *nothing']],
    [
      'acme.yaml:3:16: Failed to load the provider document: unresolved alias (the anchor must be set before the alias): nothing.',
    ],
  ],
  [
    'another version of OpenAPI',
    [['openapi: 3.1.0', 'openapi: 3.0.3']],
    [
      'acme.yaml:1:1 #/openapi: Failed to load the provider document: OpenAPI "3.0.3" is not 3.1. Write openapi: 3.1.0 at the root.',
    ],
  ],
  [
    'no version at all',
    [[`openapi: 3.1.0\n`, '']],
    [
      'acme.yaml:1:1: Failed to load the provider document: it has no "openapi" version. Write openapi: 3.1.0 at the root.',
    ],
  ],
  [
    'no dialect',
    [[`jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema\n`, '']],
    [
      'acme.yaml:1:1: Failed to load the provider document: it declares no JSON Schema dialect. Write jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema at the root.',
    ],
  ],
  [
    'another dialect',
    [['draft/2020-12/schema', 'draft/2019-09/schema']],
    [
      'acme.yaml:2:1 #/jsonSchemaDialect: Failed to load the provider document: the JSON Schema dialect "https://json-schema.org/draft/2019-09/schema" is not supported. Write jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema at the root.',
    ],
  ],
  [
    'a field that OpenAPI does not know',
    [['      operationId: deleteHook', `      operationId: deleteHook\n      summry: x`]],
    [
      'acme.yaml:56:7 #/paths/~1hooks~1{id}/delete/summry: Failed to load the provider document: "summry" is no known field here.',
    ],
  ],
  [
    'a field that OpenAPI requires',
    [["'204': { description: gone }", "'204': { descripton: gone }"]],
    [
      'acme.yaml:58:9 #/paths/~1hooks~1{id}/delete/responses/204: Failed to load the provider document: "204" lacks the field "description".',
    ],
  ],
  [
    'a wrong field in a shared component, once',
    [['description: it went wrong', 'descripton: it went wrong']],
    [
      'acme.yaml:100:5 #/components/responses/Error: Failed to load the provider document: "Error" lacks the field "description".',
    ],
  ],
  [
    'a word that OpenAPI does not know',
    [['{ name: size, in: query,', '{ name: size, in: querry,']],
    [
      'acme.yaml:26:25 #/paths/~1hooks/get/parameters/1/in: Failed to load the provider document: "querry" is not one of the allowed values. Did you mean "query"?',
    ],
  ],
  [
    'a value of the wrong type',
    [['operationId: listHooks', 'operationId: 5']],
    [
      'acme.yaml:23:7 #/paths/~1hooks/get/operationId: Failed to load the provider document: 5 must be string.',
    ],
  ],
  [
    'a reference to nothing',
    [
      [
        "{ type: array, items: { $ref: '#/components/schemas/Hook' } }",
        "{ type: array, items: { $ref: '#/components/schemas/Hok' } }",
      ],
    ],
    [
      'acme.yaml:33:74 #/paths/~1hooks/get/responses/200/content/application~1json/schema/items/$ref: Failed to load the provider document: "#/components/schemas/Hok" names nothing in the document.',
    ],
  ],
  [
    'a reference that leads out',
    [
      [
        "{ type: array, items: { $ref: '#/components/schemas/Hook' } }",
        "{ type: array, items: { $ref: 'https://x.test/a.json' } }",
      ],
    ],
    [
      'acme.yaml:33:74 #/paths/~1hooks/get/responses/200/content/application~1json/schema/items/$ref: Failed to load the provider document: "https://x.test/a.json" leads out of the document. Refer to a place in the document (#/components/…), or in another file of its folder (./acme.yaml#/components/…).',
    ],
  ],
  [
    'a reference to another file',
    [
      [
        "{ type: array, items: { $ref: '#/components/schemas/Hook' } }",
        "{ type: array, items: { $ref: './other.yaml#/Hook' } }",
      ],
    ],
    [
      'acme.yaml:33:74 #/paths/~1hooks/get/responses/200/content/application~1json/schema/items/$ref: Failed to load the provider document: "./other.yaml#/Hook" cannot be followed: there is no file other.yaml beside acme.yaml.',
    ],
  ],
  [
    'references in a circle',
    [
      [
        `properties: { url: { type: string } }\n  responses`,
        `properties: { url: { $ref: '#/components/schemas/Other' } }\n    Other: { type: array, items: { $ref: '#/components/schemas/NewHook' } }\n  responses`,
      ],
    ],
    [
      'acme.yaml:98:28 #/components/schemas/NewHook/properties/url/$ref: Failed to load the provider document: "#/components/schemas/Other" is a circular reference (#/components/schemas/Other → #/components/schemas/NewHook). Bodies are rendered from their schemas, so a schema must not contain itself; write a fixed depth instead.',
      'acme.yaml:99:36 #/components/schemas/Other/items/$ref: Failed to load the provider document: "#/components/schemas/NewHook" is a circular reference (#/components/schemas/NewHook → #/components/schemas/Other). Bodies are rendered from their schemas, so a schema must not contain itself; write a fixed depth instead.',
    ],
  ],
  [
    'a server that is nowhere',
    [["'https://acme.test/api/{version}'", "'http://['"]],
    [
      'acme.yaml:4:13 #/servers/0/url: Failed to load the provider document: "http://[" is no http or https URL, and no path. Write it as https://api.example.com/v1, or as /v1.',
    ],
  ],
  [
    'a server of a path that is nowhere',
    [['  /hooks:\n', "  /hooks:\n    servers: [{ url: 'ftp://acme.test' }]\n"]],
    [
      'acme.yaml:22:17 #/paths/~1hooks/servers/0/url: Failed to load the provider document: "ftp://acme.test" is no http or https URL, and no path. Write it as https://api.example.com/v1, or as /v1.',
    ],
  ],
  [
    'parameters of a path that nothing divides',
    [['  /hooks/{id}:', "  '/hooks/{id}{name}':"]],
    [
      expect.stringMatching(
        /^acme\.yaml:\d+:\d+ #\/paths\/~1hooks~1\{id\}\{name\}\/delete: Failed to load the provider document: nothing divides the parameters \{id\}\{name\} of the path\. Put a "\/" or another character between them\.$/,
      ),
    ],
  ],
  [
    'several mistakes at once, in the order of the file',
    [
      ['timeout: 3s', 'timout: 3s'],
      ['Needs {scopes}', 'Needs {scope}'],
      ['note: { type: string }', 'note: { type: strin }'],
    ],
    [
      'acme.yaml:12:3 #/x-mock-delivery/timout: Failed to load the provider document: x-mock-delivery is wrong: "timout" is no known field here. Did you mean "timeout"?',
      'acme.yaml:17:33 #/x-mock-errors/2/message: Failed to load the provider document: {scope} is not filled in here. Did you mean "scopes"?',
      'acme.yaml:75:25 #/webhooks/note.created/post/requestBody/content/application~1json/schema/properties/note/type: Failed to load the provider document: "strin" is not one of the allowed values. Did you mean "string"?',
    ],
  ],
]

describe('a document', () => {
  it('that is sound has no problems', async () => {
    expect(await complaintsAbout(acme())).toEqual([])
  })

  it.each(CASES)('with %s', async (_, changes, complaints) => {
    expect(await complaintsAbout(acme(...changes))).toEqual(complaints)
  })

  it('tells a mistake within a shared component once, of the component', async () => {
    expect(
      await complaintsAbout(
        acme(['description: it went wrong', 'description: it went wrong\n      contnt: {}']),
      ),
    ).toEqual([
      'acme.yaml:102:7 #/components/responses/Error/contnt: Failed to load the provider document: "contnt" is no known field here.',
    ])
  })
})
