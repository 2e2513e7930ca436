import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createStore } from '../../../src/state/open.ts'
import { put, type Store } from '../../../src/state/store.ts'
import { createFaultyFileSystem } from './faulty-file-system.ts'
import { anEvent, aWebhook, importState } from './records.ts'
import { silent, temporaryState } from './temporary-state.ts'

/** What a kill just before an operation on a file would leave, and what must be in it. */
interface KillPoint {
  readonly operation: string
  readonly file: string
  readonly kept: readonly number[]
}

const ascending = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b)

const numbersOf = (records: readonly { readonly id: string }[]) =>
  ascending(records.map(({ id }) => Number(id.slice(4))))

it('opens after a kill before any operation on a file, with all that was acknowledged and no half commit', async () => {
  const { file, folder } = await temporaryState()
  const copies = await temporaryState()
  const points: KillPoint[] = []
  const begun = new Set<number>()
  let kept: number[] = []
  const fileSystem = createFaultyFileSystem()
  // All at once, since a compaction goes on in the background.
  fileSystem.before = (operation) => {
    const copy = join(copies.folder, `${points.length}`)
    cpSync(folder, copy, { recursive: true, filter: (path) => !path.includes('.lock') })
    points.push({ operation, file: join(copy, 'db.json'), kept: [...kept] })
  }
  const open = (more: { readonly reset?: boolean } = {}) =>
    createStore({ file, fileSystem, compactBeyond: 2_000, warn: silent, ...more })
  const commit = async (store: Store, n: number) => {
    begun.add(n)
    await store.commit([put('webhooks', aWebhook(`whk_${n}`)), put('events', anEvent(`evt_${n}`))])
    kept.push(n)
  }

  let store = await open()
  for (let n = 1; n <= 5; n++) await commit(store, n)
  const exported = await store.exportState()
  await Promise.all([6, 7, 8].map((n) => commit(store, n)))
  kept = kept.filter((n) => n <= 5)
  await importState(store, exported)
  await commit(store, 9)
  await store.close()
  store = await open()
  await store.close()
  store = await open()
  await commit(store, 10)
  await store.close()
  kept = []
  store = await open({ reset: true })
  await commit(store, 11)
  await store.close()

  const operations = points.map(({ operation }) => operation.replace(/\d+/, 'N'))
  for (const one of ['write db.json.draft', 'rename db.json', 'remove db.json.journal-N', 'write db.json'])
    expect(operations).toContain(one)
  for (const point of points) {
    const warn = (text: string) => expect(text).toMatch(/^Dropped line \d+ of .*: it is torn/)
    const left = await createStore({ file: point.file, warn })
    const webhooks = numbersOf(await left.webhooks())
    const events = numbersOf((await left.events({}, { limit: 100 })).items)
    await left.close()
    const { operation } = point
    expect({ operation, events }).toEqual({ operation, events: webhooks })
    expect({ operation, missing: point.kept.filter((n) => !webhooks.includes(n)) }).toEqual({
      operation,
      missing: [],
    })
    expect(webhooks.filter((n) => !begun.has(n))).toEqual([])
  }
})
