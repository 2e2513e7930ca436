import { readFile, rm, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import { createStore } from '../../../src/state/open.ts'
import { put, type Store } from '../../../src/state/store.ts'
import { leftByKill } from './left-by-kill.ts'
import { aDelivery, anAttempt, anEvent, aWebhook, importState } from './records.ts'
import { silent, temporaryState } from './temporary-state.ts'

const numbered = (n: number) => [
  put('webhooks', aWebhook('whk_1', { providerId: `${n}` })),
  put('events', anEvent('evt_1', { providerId: `${n + 1}` })),
  put('deliveries', aDelivery('del_1')),
  put('attempts', anAttempt('att_1', { providerId: `${n + 2}` })),
]

const counters = (n: number) =>
  ['webhook', 'event', 'attempt'].map((of, at) => put('counters', { id: `acme:${of}`, value: n + at }))

const nextOf = (store: Store) =>
  Promise.all(
    ['webhook', 'event', 'attempt'].map(async (of) => (await store.nextNumber(`acme:${of}`, 1)).value),
  )

it('go on after the ids that a repair keeps, though their counters are lost', async () => {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  await store.commit([...numbered(40), ...counters(40)])
  await store.close()
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replaceAll(/"value":4/g, '"value":5'))
  const repaired = await createStore({ file, repair: true, warn: () => undefined })
  expect(await nextOf(repaired)).toEqual([41, 42, 43])
  await repaired.close()
  const again = await createStore({ file, warn: silent })
  expect(await nextOf(again)).toEqual([41, 42, 43])
  await again.close()
})

it('go on after the ids in a journal whose snapshot is lost', async () => {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  await store.commit([...numbered(40), ...counters(40)])
  await store.close()
  const next = await createStore({ file, warn: silent })
  await next.commit([put('webhooks', aWebhook('whk_1', { providerId: '40', enabled: false }))])
  const left = await leftByKill(file)
  await next.close()
  await rm(left)
  const repaired = await createStore({ file: left, repair: true, warn: () => undefined })
  expect(await nextOf(repaired)).toEqual([41, 1, 1])
  await repaired.close()
})

it('go on after the ids of a state that is imported, never from a lower number', async () => {
  const store = await createStore({ warn: silent })
  await store.commit([...numbered(40), ...counters(40)])
  const state = (await store.exportState()) as { readonly tables: Record<string, Json> }
  const lacking = (found: Json) => ({ ...state, tables: { ...state.tables, counters: found } })
  for (const found of [[], [{ id: 'acme:webhook', value: 7 }]]) {
    await importState(store, lacking(found))
    expect(await nextOf(store)).toEqual([41, 42, 43])
  }
  await importState(store, lacking([{ id: 'acme:webhook', value: 99 }]))
  expect(await nextOf(store)).toEqual([100, 42, 43])
})

it('begin at their first number, and pass over ids that leave no room for the next', async () => {
  const store = await createStore({ warn: silent })
  await store.commit([put('webhooks', aWebhook('whk_1', { providerId: '5' }))])
  await store.commit([put('events', anEvent('evt_1', { providerId: `${Number.MAX_SAFE_INTEGER}` }))])
  await importState(store, await store.exportState())
  expect((await store.nextNumber('acme:webhook', 1_000)).value).toBe(1_000)
  expect((await store.nextNumber('acme:event', 0)).value).toBe(0)
})
