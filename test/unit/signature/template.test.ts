import fc from 'fast-check'
import { expect, it } from 'vitest'
import { extract, renderText } from '../../../src/signature/template.ts'

it('renders what stands between the tokens of a template as it is', () => {
  expect(renderText('t={a},{b}', (token) => token.toUpperCase())).toBe('t=A,B')
})

it.each([
  ['t={a},v1={b}', ' t=1,v1=x,v1=y ', { a: '1', b: 'x,v1=y' }],
  ['{a}.{b}', '..x', { a: '.', b: 'x' }],
  ['{a}{b};', 'xyz;', { a: 'x', b: 'yz' }],
  ['{a};', 'x;;', { a: 'x;' }],
  ['a', 'a', {}],
  ['a', 'aa', undefined],
  ['t={a}', 't=', undefined],
  ['{a}.{b}', 'x.', undefined],
  ['{a}{b}', 'x', undefined],
])('reads %s in "%s"', (template, value, found) => {
  expect(extract(template, value)).toEqual(found)
})

it('reads what a regular expression with the shortest tokens would', () => {
  const text = (most: number) => fc.string({ unit: fc.constantFrom('a', '.', '='), maxLength: most })
  const parts = fc.array(fc.oneof(fc.constant('{}'), text(2)), { maxLength: 6 })
  fc.assert(
    fc.property(parts, text(12), (written, value) => {
      let tokens = 0
      const template = written.map((part) => (part === '{}' ? `{t${tokens++}}` : part)).join('')
      const source = written.map((part) => (part === '{}' ? '(.+?)' : part.replaceAll('.', '\\.'))).join('')
      const [, ...groups] = new RegExp(`^${source}$`).exec(value) ?? []
      const isFound = new RegExp(`^${source}$`).test(value)
      expect(extract(template, value)).toEqual(
        isFound ? Object.fromEntries(groups.map((group, i) => [`t${i}`, group])) : undefined,
      )
    }),
    { numRuns: 2_000 },
  )
})

it('takes time that grows with the value', () => {
  const value = `t=${',v='.repeat(200_000)}!`
  expect(extract('t={a},v={b},v={c},v={d};', value)).toBeUndefined()
  expect(extract('t={a},v={b},v={c},v={d}', value)).toMatchObject({ a: ',v=' })
})
