import { describe, expect, it } from 'vitest'
import { acme, keywordComplaintsAbout } from '../acme-document.ts'

const CASES: readonly (readonly [
  what: string,
  changes: readonly (readonly [from: string, to: string])[],
  complaints: readonly string[],
])[] = [
  [
    'an unknown keyword',
    [['x-mock-signature:', 'x-mock-signatur:']],
    [
      'acme.yaml:8:1 #/x-mock-signatur: Failed to load the provider document: "x-mock-signatur" is no keyword. Did you mean "x-mock-signature"?',
    ],
  ],
  [
    'an unknown keyword on a node of no interest',
    [['info: {', 'info: { x-mock-provider: { id: a }, x-mock-foo: 1,']],
    [
      'acme.yaml:3:9 #/info/x-mock-provider: Failed to load the provider document: x-mock-provider does not belong here. Put it on the root.',
      'acme.yaml:3:37 #/info/x-mock-foo: Failed to load the provider document: "x-mock-foo" is no keyword. Known are: x-mock-delivery, x-mock-errors, x-mock-operation, x-mock-provider, x-mock-resource, x-mock-signature, x-mock-value.',
    ],
  ],
  [
    'a keyword in the wrong place',
    [['x-mock-operation: { action: delete }', 'x-mock-delivery: {}']],
    [
      'acme.yaml:56:7 #/paths/~1hooks~1{id}/delete/x-mock-delivery: Failed to load the provider document: x-mock-delivery does not belong on an operation. Put it on the root.',
    ],
  ],
  [
    'an unknown field',
    [['timeout: 3s', 'timout: 3s']],
    [
      'acme.yaml:12:3 #/x-mock-delivery/timout: Failed to load the provider document: x-mock-delivery is wrong: "timout" is no known field here. Did you mean "timeout"?',
    ],
  ],
  [
    'a value that is no duration',
    [['timeout: 3s', 'timeout: 3']],
    [
      'acme.yaml:12:3 #/x-mock-delivery/timeout: Failed to load the provider document: x-mock-delivery is wrong: 3 is not a duration such as 250ms, 10s, 6m10s or 3d.',
    ],
  ],
  [
    'an unknown action',
    [['action: delete', 'action: remove']],
    [
      'acme.yaml:56:27 #/paths/~1hooks~1{id}/delete/x-mock-operation/action: Failed to load the provider document: x-mock-operation is wrong: "remove" is not one of the allowed values. Known are: add-filters, create, delete, issue-token, list, list-attempts, list-event-types, list-filters, read, read-account, remove-filters, resend, rotate-secret, send-test, update.',
    ],
  ],
  [
    'an unknown source',
    [['x-mock-value: error.message', 'x-mock-value: eror.message']],
    [
      'acme.yaml:106:52 #/components/responses/Error/content/application~1json/schema/properties/message/x-mock-value: Failed to load the provider document: x-mock-value is wrong: "eror.message" is not one of the allowed values. Did you mean "error.message"?',
    ],
  ],
  [
    'several mistakes in one value',
    [['x-mock-value: error.message', 'x-mock-value: { from: now, precision: us, as: x, foo: 1 }']],
    [
      'acme.yaml:106:79 #/components/responses/Error/content/application~1json/schema/properties/message/x-mock-value/precision: Failed to load the provider document: x-mock-value is wrong: "us" is not one of the allowed values. Did you mean "s"?',
      'acme.yaml:106:94 #/components/responses/Error/content/application~1json/schema/properties/message/x-mock-value/as: Failed to load the provider document: x-mock-value is wrong: "x" is not one of the allowed values. Known are: json-string.',
      'acme.yaml:106:101 #/components/responses/Error/content/application~1json/schema/properties/message/x-mock-value/foo: Failed to load the provider document: x-mock-value is wrong: "foo" is no known field here. Did you mean "from"?',
    ],
  ],
  [
    'a scheme with an unknown hash, and fields of another scheme',
    [['hash: sha256, digest: hex', 'hash: sha265, field: x']],
    [
      'acme.yaml:8:1 #/x-mock-signature: Failed to load the provider document: x-mock-signature is wrong: it lacks the field "digest".',
      'acme.yaml:8:35 #/x-mock-signature/hash: Failed to load the provider document: x-mock-signature is wrong: "sha265" is not one of the allowed values. Did you mean "sha256"?',
      'acme.yaml:8:49 #/x-mock-signature/field: Failed to load the provider document: x-mock-signature is wrong: "field" does not belong here.',
    ],
  ],
  [
    'a scheme without its fields',
    [["hash: sha256, digest: hex, headers: { X-Sig: 'sha256={digest}' }", 'item: a']],
    [
      'acme.yaml:8:1 #/x-mock-signature: Failed to load the provider document: x-mock-signature is wrong: it lacks the field "hash".',
      'acme.yaml:8:1 #/x-mock-signature: Failed to load the provider document: x-mock-signature is wrong: it lacks the field "digest".',
      'acme.yaml:8:1 #/x-mock-signature: Failed to load the provider document: x-mock-signature is wrong: it lacks the field "headers".',
    ],
  ],
  [
    'an unknown scheme',
    [['scheme: hmac', 'scheme: hmc']],
    [
      'acme.yaml:8:21 #/x-mock-signature/scheme: Failed to load the provider document: x-mock-signature is wrong: "hmc" is not one of the allowed values. Did you mean "hmac"?',
    ],
  ],
  [
    'a key pair that names a hash',
    [['scheme: hmac', 'scheme: ed25519']],
    [
      'acme.yaml:8:38 #/x-mock-signature/hash: Failed to load the provider document: x-mock-signature is wrong: "hash" does not belong here.',
    ],
  ],
  [
    'a token with the fields of an hmac',
    [['scheme: hmac, hash: sha256, digest: hex', 'scheme: jwt, item: a']],
    [
      'acme.yaml:8:1 #/x-mock-signature: Failed to load the provider document: x-mock-signature is wrong: it lacks the field "algorithm".',
      'acme.yaml:8:1 #/x-mock-signature: Failed to load the provider document: x-mock-signature is wrong: it lacks the field "claim".',
      'acme.yaml:8:34 #/x-mock-signature/item: Failed to load the provider document: x-mock-signature is wrong: "item" does not belong here.',
    ],
  ],
  [
    'static credentials without header',
    [
      [
        "{ scheme: hmac, hash: sha256, digest: hex, headers: { X-Sig: 'sha256={digest}' } }",
        '[{ scheme: static }, { scheme: basic, headers: { a: b } }, { scheme: none, field: a }]',
      ],
    ],
    [
      'acme.yaml:8:20 #/x-mock-signature/0: Failed to load the provider document: x-mock-signature is wrong: it lacks the field "headers".',
      'acme.yaml:8:40 #/x-mock-signature/1: Failed to load the provider document: x-mock-signature is wrong: it lacks the field "field".',
      'acme.yaml:8:57 #/x-mock-signature/1/headers: Failed to load the provider document: x-mock-signature is wrong: "headers" does not belong here.',
      'acme.yaml:8:94 #/x-mock-signature/2/field: Failed to load the provider document: x-mock-signature is wrong: "field" does not belong here.',
    ],
  ],
  [
    'an unknown id format',
    [['eventId: { format: uuid }', 'eventId: { format: guid }']],
    [
      'acme.yaml:10:14 #/x-mock-delivery/eventId/format: Failed to load the provider document: x-mock-delivery is wrong: "guid" is not one of the allowed values. Did you mean "uuid"?',
    ],
  ],
  [
    'a schedule of both kinds',
    [['delays: [10s, 1m]', 'delays: [10s, 1m], factor: 2']],
    [
      'acme.yaml:13:34 #/x-mock-delivery/schedule/factor: Failed to load the provider document: x-mock-delivery is wrong: "factor" does not belong here.',
    ],
  ],
  [
    'a schedule of neither kind',
    [['delays: [10s, 1m]', 'factor: 2']],
    [
      'acme.yaml:13:3 #/x-mock-delivery/schedule: Failed to load the provider document: x-mock-delivery is wrong: "schedule" lacks the field "base".',
    ],
  ],
  [
    'an id format with fields of another',
    [['eventId: { format: uuid }', 'eventId: { format: text, start: 2 }']],
    [
      'acme.yaml:10:3 #/x-mock-delivery/eventId: Failed to load the provider document: x-mock-delivery is wrong: "eventId" lacks the field "alphabet".',
      'acme.yaml:10:3 #/x-mock-delivery/eventId: Failed to load the provider document: x-mock-delivery is wrong: "eventId" lacks the field "length".',
      'acme.yaml:10:28 #/x-mock-delivery/eventId/start: Failed to load the provider document: x-mock-delivery is wrong: "start" does not belong here.',
    ],
  ],
  [
    'jitter of neither kind',
    [['timeout: 3s', 'jitter: { min: 2s }']],
    [
      'acme.yaml:12:3 #/x-mock-delivery/jitter: Failed to load the provider document: x-mock-delivery is wrong: "jitter" lacks the field "add".',
    ],
  ],
  [
    'a share above one',
    [['timeout: 3s', 'jitter: { plusMinus: 20 }']],
    [
      'acme.yaml:12:13 #/x-mock-delivery/jitter/plusMinus: Failed to load the provider document: x-mock-delivery is wrong: 20 is not a number from 0 to 1.',
    ],
  ],
  [
    'a status without quotes',
    [['timeout: 3s', 'retryOn: [5xx, 429]']],
    [
      'acme.yaml:12:18 #/x-mock-delivery/retryOn/1: Failed to load the provider document: x-mock-delivery is wrong: 429 is not a failure class (connect, dns, tls, timeout, 1xx, 3xx, 4xx, 5xx) or a status in quotes.',
    ],
  ],
  [
    'an environment with ids of its own',
    [['timeout: 3s', 'environments: { live: { eventId: { format: uuid } } }']],
    [
      'acme.yaml:12:27 #/x-mock-delivery/environments/live/eventId: Failed to load the provider document: x-mock-delivery is wrong: "eventId" is no known field here. Known are: disable, headers, jitter, retryAfter, retryOn, retryTests, schedule, success, timeout.',
    ],
  ],
  [
    'an id of a variant, and another variant',
    [['id: acme,', 'id: acme@new, variant: old,']],
    [
      'acme.yaml:7:34 #/x-mock-provider/variant: Failed to load the provider document: x-mock-provider is wrong: "variant" does not belong here.',
    ],
  ],
  [
    'an environment with an unknown field',
    [['timeout: 3s', 'environments: { live: { timout: 1s } }']],
    [
      'acme.yaml:12:27 #/x-mock-delivery/environments/live/timout: Failed to load the provider document: x-mock-delivery is wrong: "timout" is no known field here. Did you mean "timeout"?',
    ],
  ],
  [
    'an error row that both takes and answers',
    [['{ when: scope, status: 403, message', '{ when: scope, do: accept, status: 403, message']],
    [
      'acme.yaml:17:32 #/x-mock-errors/2/status: Failed to load the provider document: x-mock-errors is wrong: "status" does not belong here.',
    ],
  ],
  [
    'an error row with mistakes',
    [['{ when: scope, status: 403, message', '{ when: scop, at: url, message']],
    [
      'acme.yaml:17:5 #/x-mock-errors/2: Failed to load the provider document: x-mock-errors is wrong: it lacks the field "status".',
      'acme.yaml:17:7 #/x-mock-errors/2/when: Failed to load the provider document: x-mock-errors is wrong: "scop" is not one of the allowed values. Did you mean "scope"?',
      'acme.yaml:17:19 #/x-mock-errors/2/at: Failed to load the provider document: x-mock-errors is wrong: "url" is not a JSON pointer into the request body, or path/NAME, query/NAME or header/NAME.',
    ],
  ],
  [
    'an unknown token in an error text',
    [['Needs {scopes}', 'Needs {scope}']],
    [
      'acme.yaml:17:33 #/x-mock-errors/2/message: Failed to load the provider document: {scope} is not filled in here. Did you mean "scopes"?',
    ],
  ],
  [
    'unknown tokens in further texts of a row',
    [
      [
        "message: 'Needs {scopes}'",
        "headers: { X: '{a}' }, details: { b: ['{c}', '{id}'] }, fieldText: '{e}', title: 'plain {} and { braces }'",
      ],
    ],
    [
      'acme.yaml:17:44 #/x-mock-errors/2/headers/X: Failed to load the provider document: {a} is not filled in here. Did you mean "id"?',
      'acme.yaml:17:71 #/x-mock-errors/2/details/b/0: Failed to load the provider document: {c} is not filled in here. Did you mean "id"?',
      'acme.yaml:17:89 #/x-mock-errors/2/fieldText: Failed to load the provider document: {e} is not filled in here. Did you mean "id"?',
    ],
  ],
  [
    'an unknown token in a signature',
    [['sha256={digest}', 'sha256={signature}']],
    [
      'acme.yaml:8:73 #/x-mock-signature/headers/X-Sig: Failed to load the provider document: the template "sha256={signature}" has the unknown token {signature}; known here are {id} {event} {timestamp} {url} {path} {method} {body_sha256} {header_names} {digest} {signatures} {header:NAME}.',
    ],
  ],
  [
    'a signature that holds its own digest',
    [['hash: sha256,', "hash: sha256, content: '{digest}',"]],
    [
      'acme.yaml:8:49 #/x-mock-signature/content: Failed to load the provider document: the template "{digest}" has the unknown token {digest}; known here are {body} {id} {event} {timestamp} {url} {path} {method} {params} {body_sha256} {header_names} {header_values} {header:NAME}.',
    ],
  ],
]

describe('a keyword', () => {
  it('that is sound has no problems', async () => {
    expect(await keywordComplaintsAbout(acme())).toEqual([])
  })

  it.each(CASES)('with %s', async (_, changes, complaints) => {
    expect(await keywordComplaintsAbout(acme(...changes))).toEqual(complaints)
  })
})
