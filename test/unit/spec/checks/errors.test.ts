import { describe, expect, it } from 'vitest'
import { ACME, acme, complaintsAbout } from '../acme-document.ts'

const CASES: readonly (readonly [
  what: string,
  changes: readonly (readonly [from: string, to: string])[],
  complaints: readonly string[],
])[] = [
  [
    'a status that one operation does not declare',
    [[`        '403': { $ref: '#/components/responses/Error' }\n    post`, '    post']],
    [
      'acme.yaml:30:7 #/paths/~1hooks/get/responses: Failed to load the provider document: GET /hooks does not declare the status 403 of a row for scope (#/x-mock-errors/2).',
    ],
  ],
  [
    'a status that is declared where its problems cannot arise',
    [['limit-reached], status: 400', 'limit-reached], status: 409']],
    [
      'acme.yaml:30:7 #/paths/~1hooks/get/responses: Failed to load the provider document: GET /hooks does not declare the status 409 of a row for parameter (#/x-mock-errors/4).',
      'acme.yaml:44:7 #/paths/~1hooks/post/responses: Failed to load the provider document: POST /hooks does not declare the status 409 of a row for media-type, too-large, malformed, schema, url-not-https, limit-reached (#/x-mock-errors/4).',
    ],
  ],
  [
    'an undeclared media type',
    [['when: scope, status: 403,', 'when: scope, status: 403, mediaType: text/plain,']],
    [
      'acme.yaml:30:7 #/paths/~1hooks/get/responses: Failed to load the provider document: GET /hooks does not declare text/plain for the status 403 of a row for scope (#/x-mock-errors/2).',
      'acme.yaml:44:7 #/paths/~1hooks/post/responses: Failed to load the provider document: POST /hooks does not declare text/plain for the status 403 of a row for scope (#/x-mock-errors/2).',
      'acme.yaml:57:7 #/paths/~1hooks~1{id}/delete/responses: Failed to load the provider document: DELETE /hooks/{id} does not declare text/plain for the status 403 of a row for scope (#/x-mock-errors/2).',
    ],
  ],
  [
    'a place that does not exist',
    [
      [
        '{ when: scope, status: 403,',
        `{ when: schema, at: /uri, status: 400 }\n  - { when: scope, status: 403,`,
      ],
    ],
    [
      'acme.yaml:17:21 #/x-mock-errors/2/at: Failed to load the provider document: no request has anything at "/uri".',
    ],
  ],
  [
    'a row about the route on an operation',
    [
      [
        'x-mock-operation: { action: delete }',
        `x-mock-operation: { action: delete }\n      x-mock-errors: [{ when: route, status: 404 }]`,
      ],
    ],
    [
      'acme.yaml:57:25 #/paths/~1hooks~1{id}/delete/x-mock-errors/0/when: Failed to load the provider document: "route" arises before the operation is known. Put the row into x-mock-errors at the root.',
    ],
  ],
  [
    'a place of another operation',
    [
      [
        'x-mock-operation: { action: delete }',
        `x-mock-operation: { action: delete }\n      x-mock-errors: [{ when: parameter, at: query/size, status: 404 }]`,
      ],
    ],
    [
      'acme.yaml:57:42 #/paths/~1hooks~1{id}/delete/x-mock-errors/0/at: Failed to load the provider document: no request has anything at "query/size".',
    ],
  ],
  [
    'a row about the route without response',
    [['status: 404, response: Error,', 'status: 404,']],
    [
      'acme.yaml:15:5 #/x-mock-errors/0: Failed to load the provider document: a row for route and method names no response to render. Name one of #/components/responses in its "response".',
    ],
  ],
  [
    'an unknown response',
    [['response: Error,', 'response: Eror,']],
    [
      'acme.yaml:15:43 #/x-mock-errors/0/response: Failed to load the provider document: "Eror" is no response of the components. Did you mean "Error"?',
    ],
  ],
]

describe('an error row', () => {
  it('that is sound has no problems', async () => {
    expect(await complaintsAbout(acme())).toEqual([])
  })

  it.each(CASES)('with %s', async (_, changes, complaints) => {
    expect(await complaintsAbout(acme(...changes))).toEqual(complaints)
  })

  const FOR_SCOPE = '  - { when: scope, status: 403,'
  it.each([
    ['taken as it is', '  - { when: schema, at: /url, do: accept }\n', ''],
    ['behind a row that decides first', '', "  - { when: scope, status: 499, message: 'never reached' }\n"],
    ['about what no operation can meet', '', '  - { when: idempotency-mismatch, status: 409 }\n'],
    [
      'about a field that should not be there',
      '  - { when: schema, at: /*, keyword: additionalProperties, status: 400 }\n',
      '',
    ],
  ])('needs no further status when it is %s', async (_, before, after) => {
    const row = ACME.split('\n').find((line) => line.startsWith(FOR_SCOPE))
    expect(await complaintsAbout(acme([`${row}\n`, `${before}${row}\n${after}`]))).toEqual([])
  })

  it('may look at a parameter, whose name is read as its place says', async () => {
    const row =
      '  - { when: parameter, at: query/PAGE, status: 400 }\n  - { when: parameter, at: header/*, status: 400 }\n'
    expect(await complaintsAbout(acme([FOR_SCOPE, `${row}${FOR_SCOPE}`]))).toEqual([
      'acme.yaml:18:24 #/x-mock-errors/3/at: Failed to load the provider document: no request has anything at "header/*".',
    ])
  })
})
