import { describe, expect, it } from 'vitest'
import { FORM, formText, isForm, parseForm } from '../../../src/contract/form.ts'
import { contract, operation, request } from './sample.ts'

const SCHEMA = {
  type: 'object',
  required: ['grant_type'],
  additionalProperties: false,
  properties: {
    grant_type: { type: 'string', enum: ['client_credentials'] },
    ttl: { type: 'integer', maximum: 10 },
    live: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'integer' } },
  },
}

describe('a form', () => {
  it.each([
    ['a=1&b=x%20y+z', { a: '1', b: 'x y z' }],
    ['a=b=c&&d&=e', { a: 'b=c', d: '', '': 'e' }],
    ['ttl=5&live=true&tags=1', { ttl: 5, live: true, tags: [1] }],
    ['ttl=five&tags=1&tags=x', { ttl: 'five', tags: [1, 'x'] }],
    ['grant_type=a&grant_type=b', { grant_type: ['a', 'b'] }],
    ['%C3%A9=%26%3D%2B', { é: '&=+' }],
    ['', {}],
  ])('is read by the names and types of its fields: %s', (text, fields) => {
    expect(parseForm(text, SCHEMA)).toEqual(fields)
    expect(parseForm(formText(fields), SCHEMA)).toEqual(fields)
  })

  it('keeps a field of any name to itself', () => {
    expect(Object.entries(parseForm('__proto__=1&constructor=2', SCHEMA))).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })

  it.each(['a=%', 'a=%zz', 'a=%FF', '%C3=1'])('is none with a broken escape: %s', (text) => {
    expect(() => parseForm(text, SCHEMA)).toThrow('it has an escape that is not percent-encoded UTF-8')
  })

  it('has no more fields than it may', () => {
    expect(parseForm('a=1&b=2', SCHEMA, 2)).toEqual({ a: '1', b: '2' })
    expect(() => parseForm('a=1&b=2&c=3', SCHEMA, 2)).toThrow('it has more than 2 fields')
  })

  it('is known by its media type', () => {
    expect([FORM, `${FORM}; charset=UTF-8`, 'Application/X-WWW-Form-Urlencoded'].map(isForm)).toEqual([
      true,
      true,
      true,
    ])
    expect(['application/json', 'multipart/form-data', undefined].map(isForm)).toEqual([false, false, false])
  })
})

it('takes a plus for a space, quickly, and an escaped one for itself', () => {
  expect(parseForm('a+b=%2B+é+%c3%a9+', {})).toEqual({ 'a b': '+ é é ' })
  const fastest = (text: string) => {
    const times = Array.from({ length: 3 }, () => {
      const start = performance.now()
      parseForm(text, {})
      return performance.now() - start
    })
    return Math.min(...times)
  }
  expect(fastest(`a=${'b+'.repeat(500_000)}`)).toBeLessThan(8 * fastest(`a=${'bb'.repeat(500_000)}`))
})

describe('the contract of a form', () => {
  const headers = { 'content-type': `${FORM};charset=utf-8` }
  const op = operation('/things', 'post', {
    requestBody: { required: true, content: { [FORM]: { schema: SCHEMA } } },
  })
  const violations = async (body: Parameters<typeof formText>[0]) =>
    contract.request(await op, request({ headers, body, bodyLength: 9 }))

  it('has no violations where it keeps to the schema', async () => {
    expect(await violations({ grant_type: 'client_credentials', ttl: 5, live: false, tags: [1, 2] })).toEqual(
      [],
    )
  })

  it('names each field that is wrong, once', async () => {
    const found = await violations({ ttl: 11, live: 'perhaps', other: 'x' })
    expect(found.map(({ location, rule }) => `${location} ${rule}`).sort()).toEqual([
      'body/grant_type required',
      'body/live type',
      'body/other additionalProperties',
      'body/ttl maximum',
    ])
    const twice = await violations({ grant_type: ['client_credentials', 'password'] })
    expect(twice.map(({ location, rule }) => `${location} ${rule}`)).toContain('body/grant_type type')
  })

  it('says why one cannot be read', async () => {
    const unread = 'it has more than 20,000 fields'
    expect(contract.request(await op, request({ headers, bodyLength: 9, unread }))).toEqual([
      { location: 'body', rule: 'body', message: `body cannot be read: ${unread}` },
    ])
  })

  it('takes no JSON where it declares a form alone', async () => {
    const found = contract.request(await op, request({ body: { grant_type: 'client_credentials' } }))
    expect(found.map(({ location, rule }) => [location, rule])).toEqual([
      ['header/content-type', 'media-type'],
    ])
  })
})
