import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { createRandom } from '../../../src/core/random.ts'
import { createStore } from '../../../src/state/open.ts'
import { type Change, put, type Store, type TableName } from '../../../src/state/store.ts'
import { leftByKill } from './left-by-kill.ts'
import { ACME, aDelivery, anAttempt, anEvent, aWebhook } from './records.ts'
import { silent, temporaryState } from './temporary-state.ts'

const remove = (table: TableName, id: string) => ({ table, remove: id }) as Change
const over = { kind: 'timed-out', error: 'no answer' } as const

/** Opens what a kill at this moment would leave. */
async function afterKill(file: string): Promise<Store> {
  return createStore({ file: await leftByKill(file), warn: silent })
}

/** The commits in a journal, after its first line. */
const journal = async (file: string) =>
  (await readFile(`${file}.journal-1`, 'utf8'))
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line.split(' ').slice(2).join(' ')) as unknown)

it('says of a delivery and an attempt that are there already only what changed', async () => {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  const [attempt, delivery] = [anAttempt('att_1'), aDelivery('del_1')]
  await store.commit([put('attempts', attempt), put('deliveries', delivery)])
  const done = { ...attempt, outcome: over, durationMs: 5 }
  await store.commit([put('attempts', done), put('deliveries', { ...delivery, attempts: 1 })])
  await store.commit([remove('attempts', 'att_1')])
  await store.commit([put('attempts', done)])
  expect(await journal(file)).toEqual([
    [
      { table: 'attempts', put: attempt },
      { table: 'deliveries', put: delivery },
    ],
    [
      { table: 'attempts', set: { id: 'att_1', outcome: over, durationMs: 5 } },
      { table: 'deliveries', set: { id: 'del_1', attempts: 1 } },
    ],
    [{ table: 'attempts', remove: 'att_1' }],
    [{ table: 'attempts', put: done }],
  ])
  await store.close()
})

it.each<[string, (store: Store) => Promise<void>, Change | undefined]>([
  ['removed', async () => {}, remove('attempts', 'att_1')],
  ['cleared away', (store) => store.clear({ provider: ACME }), undefined],
  ['cleared away with all else', (store) => store.clear(), undefined],
])('says all of a record that was %s in the same write', async (_, clear, removal) => {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  await store.commit([put('attempts', anAttempt('att_1')), put('deliveries', aDelivery('del_1'))])
  const gone = removal === undefined ? clear(store) : store.commit([removal])
  await Promise.all([gone, store.commit([put('attempts', anAttempt('att_1', { durationMs: 7 }))])])
  expect((await journal(file)).at(-1)).toEqual([
    { table: 'attempts', put: anAttempt('att_1', { durationMs: 7 }) },
  ])
  const again = await afterKill(file)
  expect(await again.exportState()).toEqual(await store.exportState())
  await again.close()
  await store.close()
})

it('reads back what was kept, whatever was put, changed, removed and cleared, also in one write', async () => {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  const rng = createRandom('lines')
  const one = (count: number) => Math.floor(rng.fraction() * count)
  const optional = () => (one(3) === 0 ? { faults: ['drop'] } : {})
  const changes = () =>
    Array.from({ length: 1 + one(4) }, () => {
      const [attempt, delivery] = [`att_${one(6)}`, `del_${one(4)}`]
      const dice = one(10)
      if (dice === 0) return remove('attempts', attempt)
      if (dice === 1) return remove('deliveries', delivery)
      if (dice === 2) return put('webhooks', aWebhook(`whk_${one(3)}`))
      if (dice === 3) return put('events', anEvent(`evt_${one(3)}`))
      if (dice < 7) return put('deliveries', aDelivery(delivery, { attempts: one(9) }))
      return put(
        'attempts',
        anAttempt(attempt, { outcome: one(2) ? over : null, durationMs: one(9), ...optional() }),
      )
    })
  for (let round = 0; round < 60; round++) {
    const group = Array.from({ length: 1 + one(4) }, () => store.commit(changes()))
    if (round % 13 === 12) group.splice(one(group.length), 0, store.clear({ provider: ACME }))
    await Promise.all(group)
    if (round % 6 !== 5) continue
    const again = await afterKill(file)
    expect(await again.exportState()).toEqual(await store.exportState())
    await again.close()
  }
  expect(await readFile(`${file}.journal-1`, 'utf8')).toContain('"set":')
  await store.close()
})

it('reads back as settled what was cancelled as its attempt was begun', async () => {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  const pending = aDelivery('del_1')
  const cancelled = { ...pending, status: 'cancelled', nextAttemptAt: null, settledAt: 15 } as const
  await store.commit([put('deliveries', pending)])
  await Promise.all([
    store.commit([put('deliveries', cancelled)]),
    store.commit([put('deliveries', { ...pending, attempts: 1 })]),
  ])
  const again = await afterKill(file)
  expect(await again.delivery(pending.id)).toEqual({ ...cancelled, attempts: 1 })
  await Promise.all([store.close(), again.close()])
})
