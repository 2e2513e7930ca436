import { expect, it } from 'vitest'
import { otherVariants } from '../../../../src/cli/commands/start/start.ts'
import { splitId } from '../../../../src/spec/names.ts'

const beside = (...ids: string[]) => otherVariants(ids.map((id) => ({ id, name: splitId(id).name })))

it('are those that are not served of the providers that are', () => {
  expect(beside('beel', 'companybelgium')).toEqual(['beel@autumn-2026'])
  expect(beside('beel', 'beel@autumn-2026')).toEqual([])
  expect(beside('tsanet@v2')).toEqual(['tsanet@production'])
})
