import { expect, it } from 'vitest'
import { fuzzed } from './fuzzed.ts'

it('survives some inputs of every kind', { timeout: 60_000 }, async () => {
  expect(await fuzzed(600)).toEqual([])
})
