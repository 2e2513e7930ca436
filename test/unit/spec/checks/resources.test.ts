import { describe, expect, it } from 'vitest'
import { acme, complaintsAbout } from '../acme-document.ts'

const CASES: readonly (readonly [
  what: string,
  changes: readonly (readonly [from: string, to: string])[],
  complaints: readonly string[],
])[] = [
  [
    'no provider',
    [[`x-mock-provider: { id: acme, sources: [the handbook], bodyLimit: 2048 }\n`, '']],
    [
      'acme.yaml:1:1: Failed to load the provider document: it has no x-mock-provider. openapi/README.md describes the keywords.',
    ],
  ],
  [
    'no delivery',
    [
      [
        `x-mock-delivery:\n  eventId: { format: uuid }\n  attemptId: { format: sequence }\n  timeout: 3s\n  schedule: { delays: [10s, 1m] }\n`,
        '',
      ],
    ],
    [
      'acme.yaml:1:1: Failed to load the provider document: it has no x-mock-delivery. openapi/README.md describes the keywords.',
    ],
  ],
  [
    'no resource',
    [
      [
        `      x-mock-resource:\n        id: { format: sequence, field: id }\n        url: { field: url, https: true }\n        enabled: { field: active }\n        secret: { field: secret, alphabet: hex, length: 32 }\n        limit: { active: 5 }\n`,
        '',
      ],
    ],
    [
      'acme.yaml:1:1: Failed to load the provider document: no schema has x-mock-resource. Put it on the schema of a webhook as it is read.',
    ],
  ],
  [
    'a second resource',
    [
      [
        `      required: [url]\n`,
        `      required: [url]\n      x-mock-resource: { id: { format: uuid, field: id }, url: { field: url }, secret: { field: s, alphabet: hex, length: 3 } }\n`,
      ],
    ],
    [
      'acme.yaml:98:7 #/components/schemas/NewHook/x-mock-resource: Failed to load the provider document: a second schema has x-mock-resource (the first is #/components/schemas/Hook).',
    ],
  ],
  [
    'an unknown field',
    [['enabled: { field: active }', 'enabled: { field: actve }']],
    [
      'acme.yaml:92:20 #/components/schemas/Hook/x-mock-resource/enabled/field: Failed to load the provider document: the schema has no property "actve". Did you mean "active"?',
    ],
  ],
  [
    'an unknown derived field',
    [['limit: { active: 5 }', 'derived: { state: { from: /auth/type, absent: NONE } }']],
    [
      'acme.yaml:94:20 #/components/schemas/Hook/x-mock-resource/derived/state: Failed to load the provider document: the schema has no property "state". Known are: active, id, url.',
    ],
  ],
  [
    'an unmatched filter',
    [['limit: { active: 5 }', 'filter: { field: topics, match: /topic, default: nothing }']],
    [
      'acme.yaml:94:34 #/components/schemas/Hook/x-mock-resource/filter/match: Failed to load the provider document: no webhook\'s body has anything at "/topic".',
    ],
  ],
  [
    'an unknown security scheme',
    [['security: [{ token: [hooks:write] }]', 'security: [{ tokn: [] }]']],
    [
      'acme.yaml:39:20 #/paths/~1hooks/post/security/0/tokn: Failed to load the provider document: "tokn" is no security scheme of the document.',
    ],
  ],
  [
    'a credential outside the headers',
    [['token: { type: http, scheme: bearer }', 'token: { type: apiKey, in: query, name: key }']],
    [
      'acme.yaml:80:22 #/components/securitySchemes/token: Failed to load the provider document: the security scheme "token" is not carried by a header. Use http bearer, http basic, apiKey in header, oauth2 or openIdConnect.',
    ],
  ],
]

describe('the resource', () => {
  it('that is sound has no problems', async () => {
    expect(await complaintsAbout(acme())).toEqual([])
  })

  it.each(CASES)('with %s', async (_, changes, complaints) => {
    expect(await complaintsAbout(acme(...changes))).toEqual(complaints)
  })
})
