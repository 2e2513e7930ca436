import { expect, it } from 'vitest'
import { fuzzed } from './fuzzed.ts'

it('survives many inputs of every kind', { timeout: 600_000 }, async () => {
  expect(await fuzzed(8_000)).toEqual([])
})
