import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedNumber, changedNumberIn } from '../../../src/core/number-text.ts'

describe('a number', () => {
  it.each([
    '0',
    '-1',
    '12.5',
    '0.1',
    '1234567890123456',
    '9007199254740991',
    '100000000000000000000',
    '1e+21',
    '1e-7',
  ])('is kept as it is: %s', (written) => {
    expect(changedNumber(written)).toBeUndefined()
  })

  it.each([
    ['1.0', '1', false],
    ['12.50', '12.5', false],
    ['-0', '0', false],
    ['1e3', '1000', false],
    ['1E-7', '1e-7', false],
    ['1000000000000000000000', '1e+21', false],
    ['0x1F', '31', false],
    ['0o17', '15', false],
    ['+1', '1', false],
    ['.5', '0.5', false],
    ['1.', '1', false],
    ['+.50', '0.5', false],
    ['0403170701', '403170701', false],
    ['9007199254740993', '9007199254740992', true],
    ['-9223372036854775807', '-9223372036854776000', true],
    ['0.12345678901234567890', '0.12345678901234568', true],
    ['1e999', 'null', true],
    ['-1e999', 'null', true],
    ['1e-999', '0', true],
    ['.inf', 'null', true],
    ['-.INF', 'null', true],
    ['.NaN', 'null', true],
    ['0x20000000000001', '9007199254740992', true],
    ['+9007199254740993', '9007199254740992', true],
  ])('is not kept as it is: %s', (written, becomes, isOther) => {
    expect(changedNumber(written)).toEqual({ written, becomes, isOther })
  })

  it('is always kept as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
        expect(changedNumber(JSON.stringify(value))).toBeUndefined()
      }),
    )
  })
})

describe('the numbers of a JSON text', () => {
  it('are found outside of strings, with line and column', () => {
    const text = '{"a": [1, "1.0 \\"2.0", true],\n  "9007199254740993": -3,\n  "b": 1.0}'
    expect(changedNumberIn(text)).toEqual({
      written: '1.0',
      becomes: '1',
      isOther: false,
      line: 3,
      column: 8,
    })
    expect(changedNumberIn(text, ({ isOther }) => isOther)).toBeUndefined()
  })

  it('are kept in whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, space) => {
        expect(changedNumberIn(JSON.stringify(value, null, space))).toBeUndefined()
      }),
    )
  })

  it('take time that grows with the text', () => {
    expect(
      changedNumberIn(`["${'\\"'.repeat(500_000)}", ${'1,'.repeat(500_000)} ${'9'.repeat(200)}]`),
    ).toMatchObject({
      becomes: '1e+200',
      line: 1,
    })
    expect(changedNumber(`1${'0'.repeat(1_000_000)}1`)).toMatchObject({ becomes: 'null' })
    expect(changedNumber(`0.${'0'.repeat(1_000_000)}`)).toMatchObject({ becomes: '0', isOther: false })
  })
})
