import { describe, expect, it } from 'vitest'
import { acme, complaintsAbout } from '../acme-document.ts'

const CASES: readonly (readonly [
  what: string,
  changes: readonly (readonly [from: string, to: string])[],
  complaints: readonly string[],
])[] = [
  [
    'an undeclared success',
    [['x-mock-operation: { action: create }', 'x-mock-operation: { action: create, status: 200 }']],
    [
      'acme.yaml:44:7 #/paths/~1hooks/post/responses: Failed to load the provider document: POST /hooks does not declare its own success, the status 200.',
    ],
  ],
  [
    'an undeclared webhook parameter',
    [
      [
        '[{ name: id, in: path, required: true, schema: { type: string } }]',
        '[{ name: hookId, in: path, required: true, schema: { type: string } }]',
      ],
    ],
    [
      'acme.yaml:56:7 #/paths/~1hooks~1{id}/delete/x-mock-operation/webhook: Failed to load the provider document: the action delete needs the path or query parameter "id", which is not declared. Known are: hookId.',
    ],
  ],
  [
    'a send-test without its event',
    [['x-mock-operation: { action: delete }', 'x-mock-operation: { action: send-test }']],
    [
      'acme.yaml:56:7 #/paths/~1hooks~1{id}/delete/x-mock-operation: Failed to load the provider document: the action send-test needs "event", the type that it sends.',
    ],
  ],
  [
    'a send-test of an unknown event',
    [['x-mock-operation: { action: delete }', 'x-mock-operation: { action: send-test, event: note.creatd }']],
    [
      'acme.yaml:56:46 #/paths/~1hooks~1{id}/delete/x-mock-operation/event: Failed to load the provider document: the action send-test sends "note.creatd", which is no webhook. Did you mean "note.created"?',
    ],
  ],
  [
    'a resend without attempt',
    [['x-mock-operation: { action: delete }', 'x-mock-operation: { action: resend }']],
    [
      'acme.yaml:56:7 #/paths/~1hooks~1{id}/delete/x-mock-operation: Failed to load the provider document: the action resend needs "attempt", the parameter that names the log entry.',
    ],
  ],
  [
    'a resend with an undeclared attempt',
    [['x-mock-operation: { action: delete }', 'x-mock-operation: { action: resend, attempt: entry }']],
    [
      'acme.yaml:56:43 #/paths/~1hooks~1{id}/delete/x-mock-operation/attempt: Failed to load the provider document: the action resend needs the path parameter "entry", which is not declared. Known are: id.',
    ],
  ],
  [
    'fields of another action',
    [['x-mock-operation: { action: delete }', 'x-mock-operation: { action: delete, most: 3, tests: true }']],
    [
      'acme.yaml:56:43 #/paths/~1hooks~1{id}/delete/x-mock-operation/most: Failed to load the provider document: the action delete has no "most". Only list-attempts has.',
      'acme.yaml:56:52 #/paths/~1hooks~1{id}/delete/x-mock-operation/tests: Failed to load the provider document: the action delete has no "tests". Only list-attempts has.',
    ],
  ],
  [
    'an update without a body',
    [['x-mock-operation: { action: delete }', 'x-mock-operation: { action: update }']],
    [
      'acme.yaml:56:27 #/paths/~1hooks~1{id}/delete/x-mock-operation/action: Failed to load the provider document: the action update needs a request body with a schema.',
    ],
  ],
  [
    'a log filtered by an undeclared parameter',
    [
      [
        'x-mock-operation: { action: delete }',
        'x-mock-operation: { action: list-attempts, filters: { type: event.type } }',
      ],
    ],
    [
      'acme.yaml:56:61 #/paths/~1hooks~1{id}/delete/x-mock-operation/filters/type: Failed to load the provider document: the action list-attempts needs the query parameter "type", which is not declared.',
    ],
  ],
  [
    'an account that the path does not name',
    [['x-mock-operation: { action: delete }', 'x-mock-operation: { action: delete, account: owner }']],
    [
      'acme.yaml:56:43 #/paths/~1hooks~1{id}/delete/x-mock-operation/account: Failed to load the provider document: the action delete needs the path parameter "owner", which is not declared. Known are: id.',
    ],
  ],
  [
    'filters without a filter',
    [['x-mock-operation: { action: delete }', 'x-mock-operation: { action: list-filters }']],
    [
      'acme.yaml:56:27 #/paths/~1hooks~1{id}/delete/x-mock-operation/action: Failed to load the provider document: the action list-filters needs a "filter" in x-mock-resource.',
    ],
  ],
  [
    'an undeclared page parameter',
    [['number: { param: page, base: 0 }', 'number: { param: pge, base: 0 }']],
    [
      'acme.yaml:29:27 #/paths/~1hooks/get/x-mock-operation/page/number/param: Failed to load the provider document: the action list needs the query parameter "pge", which is not declared. Did you mean "page"?',
    ],
  ],
  [
    'a page size above the maximum',
    [['default: 20', 'default: 60']],
    [
      'acme.yaml:29:72 #/paths/~1hooks/get/x-mock-operation/page/size/default: Failed to load the provider document: the action list has a default page size above its maximum.',
    ],
  ],
  [
    'an input that is not there',
    [['x-mock-operation: { action: create }', 'x-mock-operation: { action: create, input: hook }']],
    [
      'acme.yaml:43:43 #/paths/~1hooks/post/x-mock-operation/input: Failed to load the provider document: the action create reads "hook", which the request body does not have.',
    ],
  ],
  [
    'a missing operationId',
    [[`      operationId: deleteHook\n`, '']],
    [
      'acme.yaml:54:5 #/paths/~1hooks~1{id}/delete: Failed to load the provider document: DELETE /hooks/{id} has no operationId.',
    ],
  ],
  [
    'a repeated operationId',
    [['operationId: deleteHook', 'operationId: listHooks']],
    [
      'acme.yaml:55:7 #/paths/~1hooks~1{id}/delete/operationId: Failed to load the provider document: the operationId "listHooks" is used twice.',
    ],
  ],
]

describe('an operation', () => {
  it('that is sound has no problems', async () => {
    expect(await complaintsAbout(acme())).toEqual([])
  })

  it.each(CASES)('with %s', async (_, changes, complaints) => {
    expect(await complaintsAbout(acme(...changes))).toEqual(complaints)
  })
})
