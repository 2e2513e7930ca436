import { expect, it } from 'vitest'
import { headerProblem } from '../../../src/core/headers.ts'

it.each([
  [[], null],
  [[['X-A', 'a b\t\u00e9']], null],
  [[['X-A', '']], null],
  [[['Connection', 'close']], null],
  [
    [
      ['X-A', 'a'],
      ['X-B', 'a\nb'],
    ],
    'HTTP cannot carry the character U+000A in the header X-B',
  ],
  [[['X-A', '\u0000']], 'HTTP cannot carry the character U+0000 in the header X-A'],
  [[['X-A', 'a\u{1f600}']], 'HTTP cannot carry the character U+1F600 in the header X-A'],
  [[['X A', 'a']], '"X A" is no name of a header'],
  [[['', 'a']], '"" is no name of a header'],
  [[['connection', 'upgrade']], 'the header connection belongs to the connection'],
  [[['Content-Length', '2']], 'the header Content-Length belongs to the connection'],
  [[['Expect', '100-continue']], 'the header Expect belongs to the connection'],
] as const)('%j: %s', (headers, expected) => {
  expect(headerProblem(headers)).toBe(expected)
})
