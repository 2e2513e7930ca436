import { describe, expect, it } from 'vitest'
import { pageOf } from '../../../src/api/actions/deliveries.ts'
import { authenticate } from '../../../src/api/authenticate.ts'
import { normalise } from '../../../src/api/webhook-fields.ts'
import type { Account } from '../../../src/core/model.ts'
import type { Operation } from '../../../src/spec/provider.ts'
import type { OperationKeyword, ResourceKeyword } from '../../../src/spec/vocabulary.ts'

const account = (name: string, credentials: Account['credentials'], scopes: readonly string[] | null) =>
  ({ provider: 'acme', name, credentials, scopes }) as unknown as Account
const both = account('both', { 'X-Key': 'k1', 'X-Secret': 's1' }, null)
const bearer = account('bearer', { Authorization: 'Bearer tok' }, ['read'])
const carriers = [
  { scheme: 'key', header: 'X-Key', prefix: '' },
  { scheme: 'secret', header: 'X-Secret', prefix: '' },
  { scheme: 'bearer', header: 'Authorization', prefix: 'Bearer ' },
  { scheme: 'oauth', header: 'authorization', prefix: 'Bearer ' },
]
const operation = (security: Operation['security']) => ({ security }) as Operation
const pair = operation([{ key: [], secret: [] }])
const scoped = operation([{ bearer: ['write'] }])

describe('who calls', () => {
  it.each([
    ['both headers', pair, { 'x-key': 'k1', 'x-secret': 's1' }, 'both', undefined],
    ['one header alone', pair, { 'x-key': 'k1' }, undefined, 'authentication'],
    ['a wrong secret', pair, { 'x-key': 'k1', 'x-secret': 's2' }, undefined, 'authentication'],
    ['nothing', pair, {}, undefined, 'authentication'],
    [
      'a token without its scheme',
      operation([{ bearer: [] }]),
      { authorization: 'tok' },
      undefined,
      'authentication',
    ],
    [
      'a scheme in lower case',
      operation([{ bearer: [] }]),
      { authorization: 'bearer tok' },
      'bearer',
      undefined,
    ],
    ['a missing scope', scoped, { authorization: 'Bearer tok' }, 'bearer', 'scope'],
    [
      'a key without the scope that is written beside the token',
      operation([{ bearer: [] }, { oauth: ['write'] }]),
      { authorization: 'Bearer tok' },
      'bearer',
      'scope',
    ],
    [
      'a key without the scope that other headers need',
      operation([{ bearer: [] }, { key: ['write'], secret: [] }]),
      { authorization: 'Bearer tok' },
      'bearer',
      undefined,
    ],
    ['no security', operation([]), {}, 'both', undefined],
  ])('%s', (_, called, headers, name, problem) => {
    const found = authenticate(called, carriers, [both, bearer], headers as Record<string, string>)
    expect([found.account?.name, found.problem?.problem]).toEqual([name, problem])
  })
})

describe('normalising input', () => {
  const resource = {
    normalise: { events: ['one-or-many'], numbers: ['dotted-number'] },
  } as unknown as ResourceKeyword

  it('makes a list of one and writes numbers with dots', () => {
    expect(
      normalise(
        {
          events: 'a',
          numbers: ['0403170701', '0403.170.702', '2123456789', '2.123.456.788', '21234567890', 'x'],
          other: 'b',
        },
        resource,
      ),
    ).toEqual({
      events: ['a'],
      numbers: ['0403.170.701', '0403.170.702', '2.123.456.789', '2.123.456.788', '21234567890', 'x'],
      other: 'b',
    })
  })

  it('passes a field with a prototype name by', () => {
    expect(normalise({ constructor: 'x' }, resource)).toEqual({ constructor: 'x' })
  })

  it('leaves out what is empty only where that counts as absent', () => {
    const rules = { ...resource, normalise: { events: ['one-or-many', 'empty-is-absent'] } } as const
    expect(normalise({ events: [], other: [] }, rules)).toEqual({ other: [] })
    expect(normalise({ events: null, other: null }, rules)).toEqual({ other: null })
    expect(normalise({ events: 'a' }, rules)).toEqual({ events: ['a'] })
  })
})

describe('pages', () => {
  const mock = {
    page: { number: { param: 'page', base: 1 }, size: { param: 'size', default: 2, maximum: 3 } },
  } as OperationKeyword
  const all = ['a', 'b', 'c', 'd', 'e']

  it.each([
    [{}, ['a', 'b']],
    [{ page: 2 }, ['c', 'd']],
    [{ page: 3 }, ['e']],
    [{ page: 4 }, []],
    [{ page: 2, size: 100 }, ['d', 'e']],
  ])('%j', (query, items) => expect(pageOf({ mock, query }, all).items).toEqual(items))

  it('cuts an unpaged log', () => {
    expect(pageOf({ mock: { action: 'list-attempts', most: 2 }, query: {} }, all)).toEqual({
      items: ['a', 'b'],
    })
  })
})
