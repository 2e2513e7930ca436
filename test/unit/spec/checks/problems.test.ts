import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../src/core/json.ts'
import { possibleProblems } from '../../../../src/spec/checks/problems.ts'
import { type OperationNode, operationNodes } from '../../../../src/spec/document.ts'
import type { ResourceKeyword } from '../../../../src/spec/vocabulary.ts'

const RESOURCE: ResourceKeyword = {
  id: { format: 'uuid', field: 'id' },
  url: { field: 'url', https: true },
  secret: { field: 'secret', alphabet: 'hex', length: 8 },
  enabled: { field: 'active' },
  limit: { active: 2 },
}
const body = (...fields: string[]) => ({
  requestBody: {
    content: {
      'application/json': {
        schema: { properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])) },
      },
    },
  },
})
const BODY_PROBLEMS = ['media-type', 'too-large', 'malformed', 'schema']

function problemsOf(
  operation: JsonObject,
  resource?: ResourceKeyword,
  root: JsonObject = {},
): readonly string[] {
  const document = { ...root, paths: { '/hooks': { post: operation } } }
  const [node] = operationNodes(document, 'paths')
  return [...possibleProblems(document, node as OperationNode, resource)].filter(
    (problem) => problem !== 'unavailable' && problem !== 'unknown-parameter',
  )
}
const parameter = (place: string, schema: JsonObject, required = place === 'path') =>
  problemsOf({ parameters: [{ in: place, name: 'x', required, schema }] })

describe('the problems that can arise', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['nothing but unavailable', {}, []],
    ['with security', { security: [{ key: [] }] }, ['authentication']],
    ['with scopes', { security: [{ key: ['a'] }] }, ['authentication', 'scope']],
    ['with optional security', { security: [{ key: [] }, {}] }, []],
    ['with an answer that has a body', { responses: { 200: { content: {} } } }, ['not-acceptable']],
    ['with a body', body('name'), BODY_PROBLEMS],
    ['about one webhook', { 'x-mock-operation': { action: 'read' } }, ['not-found', 'forbidden']],
    [
      'about the account in the path',
      { 'x-mock-operation': { action: 'list', account: 'account_id' } },
      ['wrong-account'],
    ],
    ['about the account that calls', { 'x-mock-operation': { action: 'read-account' } }, []],
    [
      'with a login, whatever its security',
      {
        security: [{ key: ['a'] }],
        'x-mock-operation': { action: 'issue-token', token: { login: ['u'], expires: '1h', scope: 's' } },
      },
      ['login', 'login-scope'],
    ],
    ['about all webhooks', { 'x-mock-operation': { action: 'list' } }, []],
    [
      'with an idempotency key',
      { 'x-mock-operation': { action: 'list', idempotency: { header: 'K', keep: '1h' } } },
      ['idempotency-mismatch', 'idempotency-processing'],
    ],
  ])('%s', (_, operation, problems) => {
    expect(problemsOf(operation)).toEqual(problems)
  })

  it.each<[string, JsonObject, readonly string[]]>([
    [
      'create',
      { 'x-mock-operation': { action: 'create' }, ...body('url') },
      ['url-not-https', 'limit-reached'],
    ],
    [
      'update of anything else',
      { 'x-mock-operation': { action: 'update' }, ...body('name') },
      ['not-found', 'forbidden'],
    ],
    [
      'update that can enable',
      { 'x-mock-operation': { action: 'update' }, ...body('active') },
      ['not-found', 'forbidden', 'limit-reached'],
    ],
    [
      'update of the url',
      { 'x-mock-operation': { action: 'update' }, ...body('url') },
      ['url-not-https', 'not-found', 'forbidden'],
    ],
    [
      'create from a wrapped body',
      { 'x-mock-operation': { action: 'create', input: 'hook' }, ...body('url') },
      ['limit-reached'],
    ],
  ])('on %s', (_, operation, problems) => {
    expect(problemsOf(operation, RESOURCE)).toEqual([...BODY_PROBLEMS, ...problems])
  })

  it('with a look at the certificate where the resource wants one and the url is given', () => {
    const resource = { ...RESOURCE, url: { field: 'url', tlsCheck: true } }
    const create = { 'x-mock-operation': { action: 'create' } }
    expect(problemsOf({ ...create, ...body('url') }, resource)).toEqual([
      ...BODY_PROBLEMS,
      'tls-check-failed',
      'limit-reached',
    ])
    expect(problemsOf({ ...create, ...body('name') }, resource)).toEqual([...BODY_PROBLEMS, 'limit-reached'])
    expect(problemsOf({ 'x-mock-operation': { action: 'read' }, ...body('url') }, resource)).not.toContain(
      'tls-check-failed',
    )
  })

  it('neither limit nor https where the resource has none', () => {
    const { limit, ...unlimited } = { ...RESOURCE, url: { field: 'url' } }
    expect(problemsOf({ 'x-mock-operation': { action: 'create' }, ...body('url') }, unlimited)).toEqual(
      BODY_PROBLEMS,
    )
    expect(limit).toEqual({ active: 2 })
  })

  it('with a test that was not passed, where the provider asks for one', () => {
    const afterTest = { 'x-mock-delivery': { disable: { after: 2, reactivate: 'after-test' } } }
    const update = { 'x-mock-operation': { action: 'update' } }
    expect(problemsOf({ ...update, ...body('active') }, RESOURCE, afterTest)).toContain('untested')
    expect(problemsOf({ ...update, ...body('active') }, RESOURCE)).not.toContain('untested')
    expect(problemsOf({ ...update, ...body('name') }, RESOURCE, afterTest)).not.toContain('untested')
  })

  it('with parameters that can be wrong', () => {
    expect(parameter('path', { type: 'string' })).toEqual([])
    expect(parameter('path', { type: 'string', description: 'any', minLength: 2 })).toEqual(['parameter'])
    expect(parameter('path', { type: 'integer' })).toEqual(['parameter'])
    expect(parameter('query', { type: 'string' })).toEqual(['parameter'])
    expect(parameter('header', { type: 'string' })).toEqual([])
    expect(parameter('header', { type: 'string' }, true)).toEqual(['parameter'])
  })
})
