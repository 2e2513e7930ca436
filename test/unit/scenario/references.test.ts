import { describe, expect, it } from 'vitest'
import type { MockError } from '../../../src/core/errors.ts'
import type { Json } from '../../../src/core/json.ts'
import { fillReferences, ITSELF, referencesIn } from '../../../src/scenario/references.ts'

const VALUES: Readonly<Record<string, Json>> = {
  note: { id: 'n-1', body: { tags: ['a', 'b'], size: 3 } },
  'my-note': { id: 'm-1' },
  count: 3,
  list: [1, 2],
  nothing: null,
  mock: { acme: 'http://a', 'acme@new-1': 'http://b' },
  receiver: { [ITSELF]: 'http://127.0.0.1:3000/hooks', origin: 'http://127.0.0.1:3000' },
}
const braced = (name: string) => `\${${name}}`
const lookup = (name: string) => VALUES[name]

describe('fill', () => {
  it.each<[Json, Json]>([
    ['$note.id', 'n-1'],
    ['a $note.id, b', 'a n-1, b'],
    ['$note.id.', 'n-1.'],
    ['$count', 3],
    [braced('count'), 3],
    ['$count pieces', '3 pieces'],
    ['$list', [1, 2]],
    ['x$list', 'x[1,2]'],
    ['$nothing', null],
    ['$note.body.tags.1', 'b'],
    ['$note.body', { tags: ['a', 'b'], size: 3 }],
    ['$my-note.id', 'm-1'],
    [`${braced('note.id')}-2`, 'n-1-2'],
    ['$count-$count', '3-3'],
    ['$receiver', 'http://127.0.0.1:3000/hooks'],
    ['$receiver.origin/x', 'http://127.0.0.1:3000/x'],
    ['$mock.acme/x', 'http://a/x'],
    ['$mock.acme@new-1/x', 'http://b/x'],
    [braced('mock.acme@new-1'), 'http://b'],
    ['$mock.acme@', 'http://a@'],
    ['$note.id@new', 'n-1@new'],
    ['$receiver/x', 'http://127.0.0.1:3000/hooks/x'],
    ['$$count', '$count'],
    ['$$$count', '$3'],
    ['$5, $ and /^a$/', '$5, $ and /^a$/'],
    [
      { $count: ['$count', { a: '$count' }], b: true },
      { $count: [3, { a: 3 }], b: true },
    ],
    ['$count', 3],
  ])('%j is %j', (value, filled) => {
    expect(fillReferences(value, lookup)).toEqual(filled)
  })

  it.each([
    ['$nobody', 'Failed to read $nobody: nothing has that name.', 'A dollar itself is written $$.'],
    ['$note.idd', 'Failed to read $note.idd: there is no "idd".', 'Did you mean "id"?'],
    [
      '$note.body.tags.7',
      'Failed to read $note.body.tags.7: there is no "7".',
      'A dollar itself is written $$.',
    ],
    ['$count.x', 'Failed to read $count.x: there is no "x".', 'A dollar itself is written $$.'],
    [
      '$note.constructor',
      'Failed to read $note.constructor: there is no "constructor".',
      'Known are: body, id.',
    ],
  ])('%s stands for nothing', (text, message, hint) => {
    expect(() => fillReferences(`${text}, and more`, lookup)).toThrow(
      expect.objectContaining({ kind: 'input', code: 'UNKNOWN_NAME', summary: message, hint }),
    )
  })

  it('keeps to itself what else is in the environment', () => {
    const environment = () => ({ DATABASE_URL: 'x', TOKEN: 'y' })
    const message = (text: string) => {
      try {
        return fillReferences(text, environment)
      } catch (error) {
        return (error as MockError).message
      }
    }
    expect(message('$env.NOWHERE')).toBe(
      'Failed to read $env.NOWHERE: there is no such environment variable. Set it first: NOWHERE=… hookproof run …',
    )
    expect(message('$env.TOKE')).toBe(
      'Failed to read $env.TOKE: there is no such environment variable. Did you mean "TOKEN"?',
    )
  })

  it('leaves the given value as it was, and what stands in a value as it is', () => {
    const given = { a: ['$text'] }
    expect(fillReferences(given, () => '$count')).toEqual({ a: ['$count'] })
    expect(given).toEqual({ a: ['$text'] })
  })
})

describe('referencesIn', () => {
  it('has each with its place, and no escaped one', () => {
    expect(
      referencesIn({ a: ['x', `$note.id and ${braced('count')}`], 'b/c': '$$no $5', $key: '$my-note' }),
    ).toEqual([
      { name: 'note', path: ['id'], pointer: '/a/1' },
      { name: 'count', path: [], pointer: '/a/1' },
      { name: 'my-note', path: [], pointer: '/$key' },
    ])
    expect(referencesIn({ 'b/c': '$x' })).toEqual([{ name: 'x', path: [], pointer: '/b~1c' }])
    expect(referencesIn(7)).toEqual([])
  })
})
