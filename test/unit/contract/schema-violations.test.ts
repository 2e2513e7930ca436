import { describe, expect, it } from 'vitest'
import { bodyViolations } from '../../../src/contract/contract.ts'
import { readParameters } from '../../../src/contract/parameters.ts'
import { strictViolations } from '../../../src/contract/strict.ts'
import { validateValue } from '../../../src/contract/validate.ts'
import { json, operation, request } from './sample.ts'

describe('the violations of a body', () => {
  const schema = {
    type: 'object',
    required: ['webhook'],
    properties: {
      webhook: {
        type: 'object',
        required: ['url'],
        additionalProperties: false,
        properties: {
          url: { type: 'string' },
          'a/b': { type: 'string' },
          events: { type: 'array', items: { enum: ['made', 'gone'] } },
          at: { type: 'string', format: 'date-time' },
        },
      },
    },
  }
  const problems = async (body: unknown) =>
    bodyViolations(await operation('/', 'post', json(schema)), 'application/json', body as never)

  it('stand at the child that is missing', async () => {
    expect(await problems({ webhook: {} })).toEqual([
      {
        place: '/webhook/url',
        field: 'url',
        keyword: 'required',
        params: { missingProperty: 'url' },
        message: "must have required property 'url'",
        value: undefined,
      },
    ])
  })

  it('stand at the child that is too much, with its value, escaped as a pointer', async () => {
    expect(await problems({ webhook: { url: 'x', 'c/d': 7 } })).toEqual([
      {
        place: '/webhook/c~1d',
        field: 'c/d',
        keyword: 'additionalProperties',
        params: { additionalProperty: 'c/d' },
        message: 'must NOT have additional properties',
        value: 7,
      },
    ])
  })

  it('are all reported, with their parameters', async () => {
    const found = await problems({ webhook: { url: 1, events: ['made', 'lost'] } })
    expect(found.map(({ place, keyword, value }) => [place, keyword, value])).toEqual([
      ['/webhook/url', 'type', 1],
      ['/webhook/events/1', 'enum', 'lost'],
    ])
    expect(found[1]?.message).toBe('must be equal to one of the allowed values: made, gone')
    expect(found[1]?.params).toEqual({ allowedValues: ['made', 'gone'] })
  })

  it('validate dates as Prism does', async () => {
    for (const at of ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05+0200', '2026-01-02T03:04:05+24:00'])
      expect(await problems({ webhook: { url: 'x', at } })).toEqual([])
    expect(
      (await problems({ webhook: { url: 'x', at: '2026-01-02' } })).map(({ keyword }) => keyword),
    ).toEqual(['format'])
  })

  it('name the whole body when it has the wrong type or is not there', async () => {
    expect((await problems([])).map(({ place, field, keyword }) => [place, field, keyword])).toEqual([
      ['', '', 'type'],
    ])
    expect((await problems(undefined)).map(({ place, message }) => [place, message])).toEqual([
      ['', 'must have a body'],
    ])
  })

  it('know the keywords of 2020-12, without coercing anything', () => {
    const tuple = { type: 'array', prefixItems: [{ type: 'integer' }], items: false }
    expect(validateValue(tuple, ['1'], 'request').map(({ place }) => place)).toEqual(['/0'])
    expect(validateValue(tuple, [1, 2], 'request').map(({ keyword }) => keyword)).toEqual(['items'])
  })

  it('are reported for the branch that a condition leads to, not for the condition', () => {
    const schema = Object.fromEntries([
      ['if', { required: ['a'] }],
      ['then', { required: ['b'] }],
    ])
    expect(validateValue(schema, { a: 1 }, 'request').map(({ place, keyword }) => [place, keyword])).toEqual([
      ['/b', 'required'],
    ])
  })
})

describe('the parameters', () => {
  const integer = { type: 'integer', minimum: 1 }
  const parameters = [
    { in: 'path', name: 'id', required: true, schema: { type: 'integer' } },
    { in: 'query', name: 'pageSize', schema: integer },
    { in: 'query', name: 'all', schema: { type: 'boolean' } },
    { in: 'query', name: 'types', schema: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } } },
    { in: 'query', name: 'ids', explode: false, schema: { type: 'array', items: integer } },
    { in: 'query', name: 'text', schema: { type: 'string' } },
    { in: 'header', name: 'X-Key', required: true, schema: { type: 'string', minLength: 2 } },
  ]
  const read = async (message: Parameters<typeof request>[0]) =>
    readParameters(
      await operation('/things/{id}', 'get', { parameters }),
      request({ path: '/things/7', headers: { 'x-key': 'key' }, ...message }),
    )

  it('are read as the types of their schemas, by their declared names', async () => {
    const query = { pageSize: '5', all: 'true', types: ['a', 'b'], ids: '1,2', text: '5' }
    expect(await read({ query })).toEqual({
      values: {
        path: { id: 7 },
        query: { pageSize: 5, all: true, types: ['a', 'b'], ids: [1, 2], text: '5' },
        header: { 'X-Key': 'key' },
      },
      violations: [],
    })
  })

  it('take one value for a list of one, and nothing for what is absent', async () => {
    expect((await read({ query: { types: 'a' } })).values.query).toEqual({ types: ['a'] })
    expect((await read({})).values.query).toEqual({})
  })

  it.each(['', '0x10', '1e3', ' 5', '+5', '1.5', 'NaN', '99999999999999999999'])(
    'do not take "%s" for an integer',
    async (text) => {
      const { values, violations: problems } = await read({ query: { pageSize: text } })
      expect(values.query).toEqual({ pageSize: text })
      expect(problems.map(({ place, field, keyword }) => [place, field, keyword])).toEqual([
        ['query/pageSize', 'pageSize', 'type'],
      ])
    },
  )

  it('keep a value that is out of bounds, and say so', async () => {
    expect(await read({ query: { pageSize: '0' } })).toMatchObject({
      values: { query: { pageSize: 0 } },
      violations: [
        {
          place: 'query/pageSize',
          keyword: 'minimum',
          params: { limit: 1 },
          message: 'must be >= 1',
          value: 0,
        },
      ],
    })
  })

  it('are distinguished by case in the query, not in headers', async () => {
    const { values } = await read({ query: { pagesize: '5' } })
    expect(values.query).toEqual({})
    expect(values.header).toEqual({ 'X-Key': 'key' })
  })

  it('that are repeated but no list are of the wrong type', async () => {
    expect(
      (await read({ query: { pageSize: ['1', '2'] } })).violations.map(({ keyword }) => keyword),
    ).toContain('type')
  })

  it('that are missing are named', async () => {
    expect((await read({ headers: {} })).violations).toEqual([
      {
        place: 'header/X-Key',
        field: 'X-Key',
        keyword: 'required',
        params: { missingProperty: 'X-Key' },
        message: 'is missing',
        value: undefined,
      },
    ])
  })

  it('name the entry of a list that is wrong', async () => {
    expect((await read({ query: { types: ['a', 'c'] } })).violations.map(({ place }) => place)).toEqual([
      'query/types/1',
    ])
  })
})

describe('strict violations', () => {
  it('name undeclared query parameters and properties, with the nearest known', async () => {
    const part = {
      type: 'object',
      properties: { url: {}, parts: { type: 'array', items: { properties: { size: {} } } } },
    }
    const op = await operation('/', 'post', {
      parameters: [{ in: 'query', name: 'limit', schema: {} }],
      ...json({ allOf: [part, { properties: { secret: {} } }] }),
    })
    const body = { url: 1, secret: 1, secrt: 1, parts: [{ size: 1 }, { sise: 1 }] }
    expect(strictViolations(op, request({ query: { limitt: '1' }, body }))).toEqual([
      {
        location: 'query/limitt',
        rule: 'undeclared',
        message: 'query parameter "limitt" is not declared. Did you mean "limit"?',
      },
      {
        location: 'body/secrt',
        rule: 'undeclared',
        message: 'property "secrt" is not declared. Did you mean "secret"?',
      },
      {
        location: 'body/parts/1/sise',
        rule: 'undeclared',
        message: 'property "sise" is not declared. Did you mean "size"?',
      },
    ])
  })

  it('leave objects alone that say themselves what else they take', async () => {
    const op = await operation(
      '/',
      'post',
      json({ properties: { a: {} }, additionalProperties: { type: 'string' } }),
    )
    expect(strictViolations(op, request({ body: { b: 'x' } }))).toEqual([])
  })
})
