import { expect, it } from 'vitest'
import { lazily } from '../../../src/core/lazy.ts'

it('lazily makes it once for all who ask, and again after a failure', async () => {
  let made = 0
  const get = lazily(async () => {
    made++
    if (made === 1) throw new Error('EMFILE')
    return made
  })
  const [first, second] = await Promise.allSettled([get(), get()])
  expect([first?.status, second?.status, made]).toEqual(['rejected', 'rejected', 1])
  expect(await Promise.all([get(), get()])).toEqual([2, 2])
  expect(await get()).toBe(2)
})
