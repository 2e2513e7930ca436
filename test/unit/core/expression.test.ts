import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mayBacktrack, readExpression } from '../../../src/core/expression.ts'

function matches(text: string, subject: string): boolean | string {
  const expression = readExpression(text)
  if (expression === null) return 'no expression'
  return 'test' in expression ? expression.test(subject) : expression.issue.reason
}

/** Sources whose meaning in RE2's own syntax is another one, with texts that tell the two apart. */
const SOURCES: readonly (readonly [source: string, ...subjects: readonly string[]])[] = [
  ['^a$', 'a', 'a\n', '\na', 'ba'],
  ['a.b', 'a\nb', 'a\rb', 'a\u2028b', 'axb'],
  ['^\\s$', '\v', '\u00a0', '\ufeff', '\u3000', '\u200b', 'x'],
  ['^\\S$', '\v', '\u00a0', '\ufeff', 'é', '\u200b', 'x'],
  ['^[\\s,]$', '\v', '\u2029', ',', 'x'],
  ['^[^\\S,]$', '\v', '\u2029', ',', 'x'],
  ['^\\d$', '7', '٧'],
  ['^\\w+$', 'a_9', 'é'],
  ['\\bé', ' é', 'aé'],
  ['^[\\w-.]+$', 'a-b.c', 'a+b'],
  ['^[a-\\d]+$', 'a-1', 'b'],
  ['^[\\\\d-z]+$', '\\x', 'd', '5'],
  ['^[[:alpha:]]$', ':]', 'a', 'b'],
  ['^[[]$', '[', ']'],
  ['^[]$', '', 'a'],
  ['^[^]$', '\n', 'a', ''],
  ['^[\\b]$', '\b', 'b'],
  ['^[\\B]$', 'B', 'b'],
  ['\\A\\z\\Q\\E\\a', 'AzQEa', ''],
  ['^\\pL$', 'pL', 'é'],
  ['^\\p{2}$', 'pp', 'p{2}'],
  ['^\\u{2}$', 'uu', '\u0002'],
  ['^\\u00e9\\x41\\cJ\\0$', 'éA\n\0', 'éA'],
  ['^\\ud83d\\ude00$', '😀', '😁'],
  ['^\\x4$', 'x4', '\u0004'],
  ['^\\u1$', 'u1'],
  ['^\\c1$', '\\c1', 'c1'],
  ['^\\k$', 'k', '\\k'],
  ['^\\-\\_\\é$', '-_é'],
  ['^(?<año>a+)(?:b)$', 'aab', 'b'],
  ['^{$', '{', ''],
  ['^a{,3}$', 'a{,3}', 'aaa', ''],
  ['^a]}$', 'a]}', 'a'],
  ['^(?:a|ab)(?:c|bcd)$', 'abcd', 'abc', 'ab'],
  ['a{2,3}?b', 'aab', 'ab'],
  ['x*', '', 'y'],
]

it.each([
  ['^[a-z]{3}-\\d+$', false],
  ['^(?:[01]\\d{3}|[2-8]\\.\\d{3})$', false],
  ['^wh_[0-9a-f]{24}$', false],
  ['^[A-Z][A-Z_*+]*$', false],
  ['a+$', true],
  ['^(a+)+$', true],
  ['^(a{1,9}){9}$', true],
  ['^a?a?aa$', true],
  ['^a|b*c', true],
  ['^\\d+\\w*$', true],
])('a pattern of a schema, %s, may backtrack: %s', (pattern, may) => {
  expect(mayBacktrack(pattern)).toBe(may)
})

describe('an expression', () => {
  it.each(SOURCES)('/%s/ has the meaning that it has in JavaScript', (source, ...subjects) => {
    for (const flags of ['', 'i', 's', 'm', 'im'])
      for (const subject of subjects)
        expect([flags, subject, matches(`/${source}/${flags}`, subject)]).toEqual([
          flags,
          subject,
          new RegExp(source, flags).test(subject),
        ])
  })

  it.each([
    ['/^\\p{L}+$/u', 'né', '1'],
    ['/^\\p{Script=Greek}$/u', 'α', 'a'],
    ['/^\\P{Lu}$/u', 'a', 'A'],
    ['/^\\u{1f600}$/u', '😀', 'u'],
    ['/^.$/u', '😀', ''],
    ['/^ÉTÉ$/i', 'été', 'ete'],
    ['/^b$/m', 'a\r\nb\r\nc', 'a b'],
    ['/a\\r\\nb$/m', 'a\r\nb', 'a\nb'],
  ])('%s matches %j and not %j', (text, right, wrong) => {
    expect([matches(text, right), matches(text, wrong)]).toEqual([true, false])
  })

  it('agrees with JavaScript on expressions at random', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '\\s',
      '\\S',
      '\\w',
      '[ab]',
      '[^a\\s]',
      '\\b',
      '^',
      '$',
      '\\n',
    )
    const source = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        atom,
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => `${a}${b}`),
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{1,2}', '*?'))
          .map(([a, times]) => `(?:${a})${times}`),
      ),
    })).node
    const subject = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'é', '\u00a0'), maxLength: 8 })
    const flags = fc.constantFrom('', 'i', 'm', 's')
    fc.assert(
      fc.property(source, flags, subject, (one, flag, text) => {
        expect(matches(`/${one}/${flag}`, text)).toBe(new RegExp(one, flag).test(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['/(/', '/(/ is no regular expression: unterminated group'],
    ['/a/ii', '/a/ii is no regular expression: it cannot be read'],
    ['/a(?=b)/', '/a(?=b)/ cannot be matched in linear time: it looks ahead with (?=…)'],
    ['/a(?!b)/', '/a(?!b)/ cannot be matched in linear time: it looks ahead with (?!…)'],
    ['/(?<=b)a/', '/(?<=b)a/ cannot be matched in linear time: it looks behind with (?<=…)'],
    ['/(?<!b)a/', '/(?<!b)a/ cannot be matched in linear time: it looks behind with (?<!…)'],
    ['/(a)\\1/', '/(a)\\1/ cannot be matched in linear time: it refers back to a group with \\1'],
    [
      '/(?<x>a)\\k<x>/',
      '/(?<x>a)\\k<x>/ cannot be matched in linear time: it refers back to a group with \\k<x>',
    ],
    ['/a{1001}/', '/a{1001}/ cannot be matched in linear time: it repeats something more than 1,000 times'],
    ['/((a{100}){100}){100}/', expect.stringMatching('it repeats something more than 1,000 times')],
    [`/${'('.repeat(2_000)}${')'.repeat(2_000)}/`, expect.stringMatching('it is nested too deeply')],
    [`/${'a'.repeat(10_001)}/`, expect.stringMatching('is longer than 10,000 characters')],
  ])('is refused where it is as %.30s', (text, reason) => {
    expect(matches(text, 'a')).toEqual(reason)
  })

  it.each(['a', '/a', '//', '/hooks/app', '/a/G', 'a/b/'])('%s is none', (text) => {
    expect(readExpression(text)).toBeNull()
  })

  it('takes time that grows with the text, where JavaScript takes twice as long for each character', () => {
    for (const source of ['(a+)+$', '^(a|a)*$', '(a*)*b', '^(\\w+\\s?)*$', '(.*a){12}$', 'a+b?a+b?a+$'])
      expect(matches(`/${source}/`, `${'a'.repeat(100_000)}!`)).toBe(false)
  })

  it('refuses the texts that would take too long', () => {
    expect(() => matches('/^(?:[ab]a?){500}[cd]/', 'ab'.repeat(50_000))).toThrow(
      'Failed to match /^(?:[ab]a?){500}[cd]/: the text has 100000 characters, and this expression takes',
    )
  })
})
