import { expect, it } from 'vitest'
import type { AccountName } from '../../../src/core/random.ts'
import { createStore } from '../../../src/state/open.ts'
import { type KeptToken, put, tokenId } from '../../../src/state/store.ts'
import { ACME, aWebhook, MAIN } from './records.ts'
import { silent, temporaryState } from './temporary-state.ts'

const aToken = (name: string, more: Partial<KeptToken> = {}): KeptToken => ({
  id: tokenId(ACME, name),
  provider: ACME,
  account: MAIN,
  scopes: null,
  issuedAt: 1_000,
  expiresAt: 2_000,
  ...more,
})

const open = () => createStore({ warn: silent })

it('lets expired tokens go when others come, by the time of what has happened', async () => {
  const store = await open()
  await store.commit([put('tokens', aToken('a')), put('tokens', aToken('b', { expiresAt: 5_000 }))])
  await store.commit([put('webhooks', aWebhook('whk_1', { createdAt: 1_999, updatedAt: 1_999 }))])
  await store.commit([put('tokens', aToken('c', { issuedAt: 1_999, expiresAt: 3_000 }))])
  expect(await store.token(tokenId(ACME, 'a'))).toEqual(aToken('a'))
  await store.commit([put('tokens', aToken('d', { issuedAt: 2_000, expiresAt: 6_000 }))])
  expect(await store.token(tokenId(ACME, 'a'))).toBeUndefined()
  for (const name of ['b', 'c', 'd']) expect(await store.token(tokenId(ACME, name)), name).toBeDefined()
  expect(store.latestInstant()).toBe(2_000)
})

it('keeps no more than 10,000, the newest', async () => {
  const store = await open()
  await store.commit(Array.from({ length: 10_001 }, (_, n) => put('tokens', aToken(`t${n}`))))
  expect(await store.token(tokenId(ACME, 't0'))).toBeUndefined()
  for (const name of ['t1', 't10000']) expect(await store.token(tokenId(ACME, name)), name).toBeDefined()
})

it('keeps the tokens of accounts that stay, and the others no longer than these', async () => {
  const made = 'made' as AccountName
  const account = { provider: ACME, name: made, credentials: {}, scopes: null, id: `${ACME}/${made}` }
  const both = [aToken('fixture'), aToken('made', { account: made })]
  const kept = async (store: Awaited<ReturnType<typeof open>>) =>
    Promise.all(both.map(async ({ id }) => (await store.token(id)) !== undefined))
  for (const [scope, expected] of [
    [{ provider: ACME, account: made }, [true, true]],
    [{ provider: ACME }, [true, false]],
    [{}, [true, false]],
  ] as const) {
    const { file } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await store.commit([put('accounts', account), ...both.map((token) => put('tokens', token))])
    await store.clear(scope)
    expect(await kept(store), JSON.stringify(scope)).toEqual(expected)
    await store.close()
    const again = await createStore({ file, warn: silent })
    expect(await kept(again), JSON.stringify(scope)).toEqual(expected)
    expect(again.latestInstant()).toBe(1_000)
    await again.close()
  }
})
