import { expect, it } from 'vitest'
import { firstBytes } from '../../../src/core/model.ts'

it.each([
  ['abcd', 4, 'abcd'],
  ['abcde', 4, 'abcd'],
  ['abcé', 4, 'abc'],
  ['ab€', 4, 'ab'],
  ['😀😀', 7, '😀'],
  ['', 4, ''],
])('of %j at most %d are %j', (text, most, first) => {
  expect(firstBytes(Buffer.from(text), most).toString()).toBe(first)
})

it('cuts bytes that are no text where they are to end', () => {
  expect(firstBytes(new Uint8Array(9).fill(0x80), 7)).toHaveLength(4)
})
