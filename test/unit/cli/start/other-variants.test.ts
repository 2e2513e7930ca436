import { expect, it } from 'vitest'
import { ambiguousIds, otherVariants } from '../../../../src/cli/commands/start/start.ts'
import { splitId } from '../../../../src/spec/names.ts'

const beside = (...ids: string[]) => otherVariants(ids.map((id) => ({ id, name: splitId(id).name })))

it('are those that are not served of the providers that are', () => {
  expect(beside('beel', 'companybelgium')).toEqual(['beel@autumn-2026'])
  expect(beside('beel', 'beel@autumn-2026')).toEqual([])
  expect(beside('tsanet@v2')).toEqual(['tsanet@production'])
})

it('make those names ambiguous of which several are served', () => {
  const among = (...ids: string[]) => [...ambiguousIds(ids.map((id) => ({ id })))]
  expect(among('beel', 'beel@autumn-2026', 'tsanet@v2')).toEqual(['beel', 'beel@autumn-2026'])
  expect(among('beel', 'tsanet')).toEqual([])
})
