import { describe, expect, it } from 'vitest'
import { hasPlace } from '../../../src/spec/document.ts'

const SCHEMA = {
  properties: { a: { properties: { b: {} } }, list: { items: { properties: { c: {} } } } },
  allOf: [{ properties: { d: {} } }],
  else: { properties: { e: {} } },
}

describe('hasPlace', () => {
  it.each([
    [true, ''],
    [true, 'a/b'],
    [true, '*/b'],
    [true, 'list/0/c'],
    [true, 'list/*/c'],
    [true, 'd'],
    [true, 'e'],
    [false, 'b'],
    [false, 'a/c'],
    [false, 'list/c'],
    [false, 'a/b/c'],
    [false, 'toString'],
  ])('is %s of %s', (expected, path) => {
    expect(hasPlace(SCHEMA, path === '' ? [] : path.split('/'))).toBe(expected)
  })

  it('is true below what may be anything that is declared so', () => {
    expect(hasPlace({ additionalProperties: { properties: { x: {} } } }, ['any', 'x'])).toBe(true)
    expect(hasPlace({ prefixItems: [{}] }, ['0'])).toBe(true)
    expect(hasPlace(true, ['a'])).toBe(true)
    expect(hasPlace(undefined, [])).toBe(false)
  })
})
