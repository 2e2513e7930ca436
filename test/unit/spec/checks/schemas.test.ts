import { describe, expect, it } from 'vitest'
import { acme, complaintsAbout } from '../acme-document.ts'

const CASES: readonly (readonly [
  what: string,
  changes: readonly (readonly [from: string, to: string])[],
  complaints: readonly string[],
])[] = [
  [
    'an unknown type',
    [['note: { type: string }', 'note: { type: strin }']],
    [
      'acme.yaml:75:25 #/webhooks/note.created/post/requestBody/content/application~1json/schema/properties/note/type: Failed to load the provider document: "strin" is not one of the allowed values. Did you mean "string"?',
    ],
  ],
  [
    'a bad regular expression',
    [['note: { type: string }', "note: { type: string, pattern: '(' }"]],
    [
      'acme.yaml:70:13 #/webhooks/note.created/post/requestBody/content/application~1json/schema: Failed to load the provider document: the schema does not compile (Invalid regular expression: /(/u: Unterminated group).',
    ],
  ],
  [
    'a webhook without POST',
    [[`    post:\n      summary`, `    put:\n      summary`]],
    [
      'acme.yaml:63:3 #/webhooks/note.created: Failed to load the provider document: the webhook "note.created" must have one operation, a POST.',
    ],
  ],
  [
    'a webhook without JSON',
    [
      [
        `        content:\n          application/json:\n            schema:\n              type: object\n`,
        `        content:\n          text/plain:\n            schema:\n              type: object\n`,
      ],
    ],
    [
      'acme.yaml:64:5 #/webhooks/note.created/post: Failed to load the provider document: the webhook "note.created" has no JSON body with a schema.',
    ],
  ],
  [
    'a webhook without example',
    [
      [
        `            examples:\n              first: { value: { id: 6f1f3a52-0000-4000-8000-000000000000, note: hello } }\n`,
        '',
      ],
    ],
    [
      'acme.yaml:69:11 #/webhooks/note.created/post/requestBody/content/application~1json: Failed to load the provider document: the webhook "note.created" has no example. Triggers start from the first of its examples.',
    ],
  ],
  [
    'an example that lacks a field',
    [['note: hello', 'nte: hello']],
    [
      'acme.yaml:77:24 #/webhooks/note.created/post/requestBody/content/application~1json/examples/first/value: Failed to load the provider document: an example of the webhook "note.created" breaks its schema: it lacks the field "note".',
    ],
  ],
  [
    'an example of a bad format',
    [['6f1f3a52-0000-4000-8000-000000000000', 'seven']],
    [
      'acme.yaml:77:33 #/webhooks/note.created/post/requestBody/content/application~1json/examples/first/value/id: Failed to load the provider document: an example of the webhook "note.created" breaks its schema: "seven" must match format "uuid".',
    ],
  ],
]

describe('a schema', () => {
  it('that is sound has no problems', async () => {
    expect(await complaintsAbout(acme())).toEqual([])
  })

  it.each(CASES)('with %s', async (_, changes, complaints) => {
    expect(await complaintsAbout(acme(...changes))).toEqual(complaints)
  })
})
