import { describe, expect, it } from 'vitest'
import { MockError } from '../../../src/core/errors.ts'
import { asText, atPointer, merge, pointerSteps, setAt, toPointer } from '../../../src/core/json.ts'
import { toBody, toBytes } from '../../../src/core/model.ts'
import { createKeyedMutex } from '../../../src/core/mutex.ts'
import { createRandom } from '../../../src/core/random.ts'
import { suggestion } from '../../../src/core/text.ts'
import { formatDuration, isoTime, parseDuration, readDuration, roundMs } from '../../../src/core/units.ts'

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['6m10s', 370_000],
    ['1.5h', 5_400_000],
    ['3d', 259_200_000],
    ['0', 0],
  ])('%s is %d ms', (text, ms) => expect(readDuration(text)).toBe(ms))

  it.each(['', '10', 's', '10 s', '-1s', '1w', '1s2'])('"%s" is none', (text) =>
    expect(readDuration(text)).toBeUndefined(),
  )

  it.each([
    [0, '0s'],
    [250, '250ms'],
    [10_000, '10s'],
    [370_000, '6m10s'],
    [93_600_000, '1d2h'],
  ])('%d ms is written %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it('says what to write instead', () => {
    expect(() => parseDuration('soon', '--wait')).toThrow('Failed to read --wait: "soon" is not a duration.')
  })
})

describe('bodies', () => {
  it.each([
    ['ASCII', Buffer.from('{"a":1}'), 'utf8'],
    ['non-ASCII', Buffer.from('{"name":"Ñandú 🐦 \u2028"}'), 'utf8'],
    ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 'utf8'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'base64'],
    ['nothing', Buffer.alloc(0), 'utf8'],
  ] as const)('keeps %s byte for byte', (_, bytes, encoding) => {
    const body = toBody(bytes)
    expect(body.encoding).toBe(encoding)
    expect(toBytes(body).equals(bytes)).toBe(true)
  })
})

it.each([
  [{ toString: 0, valueOf: null }, '{"toString":0,"valueOf":null}'],
  [[{ toString: 0 }], '[{"toString":0}]'],
  ['a', 'a'],
  [7, '7'],
  [null, 'null'],
])('%j as text is %s, whatever its members are called', (value, text) => expect(asText(value)).toBe(text))

describe('suggestions', () => {
  const many = Array.from({ length: 45_000 }, (_, i) => `name-${i}`)

  it('list no more names than somebody reads', () => {
    expect(suggestion('elsewhere', many).length).toBeLessThan(1_000)
    expect(suggestion('elsewhere', many)).toMatch(/^Known are: name-0, .* and 44,950 more\.$/)
    expect(suggestion('x', ['a'.repeat(5_000)]).length).toBeLessThan(300)
  })

  it('are not made for what is no word', () => {
    expect(suggestion('n'.repeat(101), [`${'n'.repeat(100)}m`])).toMatch(/^Known are: /)
  })

  it('compare with the first names alone', () => {
    let reads = 0
    const counted = new Proxy(many, {
      get: (list, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++
        return Reflect.get(list, key)
      },
    })
    expect(suggestion('nama-7', counted)).toBe('Did you mean "name-7"?')
    expect(reads).toBeLessThan(3_000)
  })
})

describe('JSON pointers and merging', () => {
  const value = { a: { 'b/c': [10, { '~': true }] }, __proto__x: 1 }

  it('finds a place, and nothing where there is none', () => {
    expect(atPointer(value, '/a/b~1c/1/~0')).toBe(true)
    expect(atPointer(value, '')).toBe(value)
    expect(atPointer(value, '/a/constructor')).toBeUndefined()
    expect(atPointer(value, '/a/b~1c/7')).toBeUndefined()
  })

  it('writes a pointer that reads back', () => {
    expect(pointerSteps(toPointer(['a/b', '~', 0]))).toEqual(['a/b', '~', '0'])
  })

  it('merges member by member, keeps null, replaces lists', () => {
    expect(merge({ a: { x: 1, y: 2 }, b: [1, 2] }, { a: { y: null }, b: [3] })).toEqual({
      a: { x: 1, y: null },
      b: [3],
    })
    expect(merge({ a: 1 }, [1])).toEqual([1])
  })

  it('never reaches an object prototype', () => {
    const merged = merge({}, JSON.parse('{"__proto__": {"polluted": true}}'))
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    expect(Object.hasOwn(merged as object, '__proto__')).toBe(true)
  })

  it('sets a value where nothing was', () => {
    expect(setAt(undefined, ['a', 'b'], 1)).toEqual({ a: { b: 1 } })
    expect(setAt({ a: { c: 2 } }, ['a', 'b'], 1)).toEqual({ a: { c: 2, b: 1 } })
  })
})

describe('random numbers', () => {
  it('repeats itself for the same seed and for no other', () => {
    const draw = (seed: string) => {
      const rng = createRandom(seed)
      return [rng.event(), rng.uuid(), rng.fraction(), rng.text('hex', 8), rng.bytes(40).toString('hex')]
    }
    expect(draw('42')).toEqual(draw('42'))
    expect(draw('42')).not.toEqual(draw('43'))
  })

  it('mints ids in their formats', () => {
    const rng = createRandom()
    expect(rng.event()).toMatch(/^evt_[0-9a-z]{20}$/)
    expect(createRandom('s').uuid()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(rng.fraction()).toBeLessThan(1)
    expect(new Set(Array.from({ length: 1_000 }, () => rng.delivery())).size).toBe(1_000)
  })
})

describe('one after the other', () => {
  it('runs work of one key in turn, of other keys beside it, and goes on after a failure', async () => {
    const mutex = createKeyedMutex()
    const log: string[] = []
    const work = (name: string, key: string, fails = false) =>
      mutex(key, async () => {
        log.push(`${name} begins`)
        await new Promise((resolve) => setImmediate(resolve))
        log.push(`${name} ends`)
        if (fails) throw new Error(name)
      })
    const failing = work('a', 'x', true)
    await Promise.all([expect(failing).rejects.toThrow('a'), work('b', 'x'), work('c', 'y')])
    expect(log.indexOf('a ends')).toBeLessThan(log.indexOf('b begins'))
    expect(log.indexOf('c begins')).toBeLessThan(log.indexOf('a ends'))
  })
})

describe('words for people', () => {
  it('describes an error with its place and what to do', () => {
    const error = new MockError('input', 'X', 'Failed to read the document: unknown keyword.', {
      hint: 'Did you mean "a"?',
      location: { file: 'openapi/acme.yaml', line: 14, column: 3, pointer: '/x-mock-signatur' },
    })
    expect(error.message).toBe(
      'openapi/acme.yaml:14:3 #/x-mock-signatur: Failed to read the document: unknown keyword. Did you mean "a"?',
    )
    // Test runners show the message alone.
    expect(error.message).toBe(error.message)
    expect(error.summary).toBe('Failed to read the document: unknown keyword.')
    expect(error.exitCode).toBe(2)
  })

  it('describes a place in one line, however it is named', () => {
    const place = { file: 'a\n::error::b.yaml', line: 1, pointer: `/c\u001b${'d'.repeat(100_000)}` }
    const { message } = new MockError('input', 'X', 'Failed.', { location: place })
    expect(message).toMatch(/^a\\u000a::error::b\.yaml:1 #\/c\\u001bd{497}…: Failed\.$/)
  })

  it('rounds milliseconds to where their noise begins', () => {
    expect([21.33793300000002, 0.0004, 12].map(roundMs)).toEqual([21.338, 0, 12])
  })

  it('suggests the nearest known word, or lists them all', () => {
    expect(suggestion('note.craeted', ['note.created', 'other'])).toBe('Did you mean "note.created"?')
    expect(suggestion('bad-sig', ['bad-signature', 'drop'])).toBe('Did you mean "bad-signature"?')
    expect(suggestion('slow-', ['slow-body', 'slow-answer'])).toBe('Known are: slow-answer, slow-body.')
    expect(suggestion('zzzzzzzz', ['b', 'a'])).toBe('Known are: a, b.')
  })

  it('writes times with and without milliseconds', () => {
    expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z')
    expect(isoTime(1_999, 's')).toBe('1970-01-01T00:00:01Z')
  })
})
