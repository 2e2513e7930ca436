import { describe, expect, it } from 'vitest'
import { matchMediaType, mediaTypeOf, negotiate } from '../../../src/contract/media-types.ts'
import { matchPath } from '../../../src/contract/parameters.ts'

describe('a content type', () => {
  it('is known without its parameters and in any case', () => {
    expect(mediaTypeOf('Application/JSON; charset=utf-8')).toBe('application/json')
    expect(['', 'json', 'a/b/c', 'application/json, text/plain'].map(mediaTypeOf)).toEqual(
      Array(4).fill(undefined),
    )
  })

  it('matches its own declaration before a range', () => {
    const declared = ['*/*', 'text/*', 'text/plain; charset=utf-8']
    expect(matchMediaType('text/plain', declared)).toBe('text/plain; charset=utf-8')
    expect(matchMediaType('text/html', declared)).toBe('text/*')
    expect(matchMediaType('image/png', declared)).toBe('*/*')
  })

  it('does not match what only ends alike', () => {
    expect(matchMediaType('application/problem+json', ['application/json'])).toBeUndefined()
    expect(matchMediaType(undefined, ['application/json'])).toBeUndefined()
  })
})

describe('negotiation', () => {
  const both = ['application/json', 'application/problem+json']
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*;q=0.5, application/problem+json', 'application/problem+json'],
    ['application/json;q=0.1, application/problem+json;q=0.9', 'application/problem+json'],
    ['application/json;q=0, */*', 'application/problem+json'],
    ['application/problem+json, application/json', 'application/json'],
    ['application/problem+json, */*', 'application/json'],
    ['application/problem+json, */*; q=0.8', 'application/problem+json'],
    ['text/html', undefined],
    ['application/json;q=0', undefined],
  ])('of Accept: %s gives %s', (accept, expected) => {
    expect(negotiate(accept, both)).toBe(expected)
  })
})

describe('a path', () => {
  it('fits its template as a whole, dots and all', () => {
    expect(matchPath('/a/{id}.json', '/a/x.y.json')).toEqual({ id: 'x.y' })
    expect(matchPath('/a/{id}.json', '/a/xZjson')).toBeUndefined()
    expect(matchPath('/a/{id}', '/a/x/')).toBeUndefined()
    expect(matchPath('/a/{id}', '/a/')).toBeUndefined()
    expect(matchPath('/{a-b}/{c}', '/1/%2F')).toEqual({ 'a-b': '1', c: '%2F' })
  })
})
