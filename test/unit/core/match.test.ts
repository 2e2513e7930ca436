import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import { mismatches } from '../../../src/core/match.ts'

const MET: readonly (readonly [pattern: Json, actual: Json])[] = [
  [3, 3],
  ['3', 3],
  [3, '3'],
  [{ min: 2 }, 3],
  [{ max: 3 }, 3],
  [{ min: 2, max: 4 }, 3],
  ['2xx', 204],
  ['/^no/', 'note'],
  ['/^NO/i', 'note'],
  ['/^4\\d\\d$/', 404],
  ['2xx', '2xx'],
  [null, null],
  [{ a: 1 }, { a: 1, b: 2 }],
  [{ a: { b: '/x/' } }, { a: { b: 'xyz', c: 1 } }],
  [
    [1, { a: 1 }],
    [1, { a: 1, b: 2 }],
  ],
  [{}, {}],
  ['/(/', '/(/'],
  [-1.5, '-1.5'],
  [1e21, '1e+21'],
  ['/hooks/app', '/hooks/app'],
]

const MISSED: readonly (readonly [
  pattern: Json,
  actual: Json | undefined,
  expected: string,
  actual: string,
])[] = [
  [3, 4, '3', '4'],
  [3, undefined, '3', 'nothing'],
  [{ min: 2 }, 1, 'at least 2', '1'],
  [{ max: 2 }, 3, 'at most 2', '3'],
  [{ min: 2, max: 4 }, 5, 'from 2 to 4', '5'],
  [{ min: 2 }, 'three', 'at least 2', '"three"'],
  ['2xx', 404, '2xx', '404'],
  ['/^no/', 'a note', '/^no/', 'a note'],
  ['/^no/', undefined, '/^no/', 'nothing'],
  ['', 'x', 'an empty string', 'x'],
  [true, 'true', 'true', '"true"'],
  [[1, 2], [1], '[1,2]', '[1]'],
  [{ a: 1 }, 'text', '{"a":1}', '"text"'],
  [null, 'null', 'null', '"null"'],
  ['null', null, '"null"', 'null'],
  [['a'], '["a"]', '["a"]', '"[\\"a\\"]"'],
  ['["a"]', ['a'], '"[\\"a\\"]"', '["a"]'],
  ['succeeded', undefined, 'succeeded', 'nothing'],
  ['timed-out', 503, '"timed-out"', '503'],
  ['1.0', 1, '"1.0"', '1'],
  ['/^5/', 4, '/^5/', '4'],
  [8, ' 8 ', '8', '" 8 "'],
  [16, '0x10', '16', '"0x10"'],
  [1000, '1e3', '1000', '"1e3"'],
  [10, '010', '10', '"010"'],
  [1, '1.0', '1', '"1.0"'],
  [0, '-0', '0', '"-0"'],
  [2 ** 53, '9007199254740993', '9007199254740992', '"9007199254740993"'],
  ['0x10', 16, '"0x10"', '16'],
]

describe('a pattern', () => {
  it.each(MET)('%j is met by %j', (pattern, actual) => {
    expect(mismatches('it', pattern, actual)).toEqual([])
  })

  it.each(MISSED)('%j is not met by %j', (pattern, actual, expected, shown) => {
    expect(mismatches('it', pattern, actual)).toEqual([{ what: 'it', expected, actual: shown }])
  })

  it('says where within a value it is not met', () => {
    expect(mismatches('body', { list: [1, { a: 'x' }], b: 2 }, { list: [1, { a: 'y' }] })).toEqual([
      { what: 'body/list/1/a', expected: 'x', actual: 'y' },
      { what: 'body/b', expected: '2', actual: 'nothing' },
    ])
  })

  it('is refused where it needs backtracking', () => {
    expect(() => mismatches('it', { a: '/a(?!b)/' }, { a: 'ac' })).toThrow(
      'Failed to match a value: /a(?!b)/ cannot be matched in linear time: it looks ahead with (?!…). Match the text itself instead.',
    )
  })

  it.each(['d', 'g', 'v', 'y', 'gi'])('is refused with the flags %s', (flags) => {
    expect(() => mismatches('it', `/inv/${flags}`, 'x')).toThrow(
      `Failed to match a value: /inv/${flags} has the flag ${flags.charAt(0)}, which is not supported. The flags are i, m, s and u; for this very text, write it as a pattern: /^\\/inv\\/${flags}$/.`,
    )
  })

  it('cuts what would fill the screen', () => {
    const [found] = mismatches('body', 'short', 'x'.repeat(600))
    expect(found?.actual).toBe(`${'x'.repeat(500)}…`)
  })
})
