import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createStore } from '../../../src/state/open.ts'
import type { Change, Operation, Store } from '../../../src/state/store.ts'
import { operations } from './any-operation.ts'
import { importState } from './records.ts'
import { temporaryState } from './temporary-state.ts'

// The store in a file against the store in memory: whatever is kept, and at whichever byte of what was not acknowledged
// yet a kill cuts the journal off, all acknowledged commits are there, and of the others the first ones, each wholly.

type Commit = readonly Operation[]

type Step =
  | { readonly kind: 'commit' | 'restart'; readonly group: readonly Commit[] }
  /** `cut`: the share of the bytes of the group that were written. `kept`: whether they were noted as acknowledged. */
  | { readonly kind: 'kill'; readonly group: readonly Commit[]; readonly cut: number; readonly kept: boolean }
  | { readonly kind: 'import'; readonly from: number }

const group = fc.array(operations, { minLength: 1, maxLength: 4 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit' as const), group }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), group }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      group,
      cut: fc.nat({ max: 100 }).map((percent) => percent / 100),
      kept: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('import' as const), from: fc.nat() }) },
)

function keep(store: Store, commit: Commit): Promise<void> {
  const [first] = commit
  return first !== undefined && 'clear' in first
    ? store.clear(first.clear)
    : store.commit(commit as readonly Change[])
}

const stateOf = async (store: Store) => JSON.stringify(await store.exportState())

const warn = (text: string) => expect(text).toMatch(/^Dropped line \d+ of .*: it is torn/)

/** A store in a file and its model, and how each step goes. */
class Pair {
  readonly #folder: string
  #file: string
  #count = 0
  #acknowledged: Commit[] = []
  #base: string | undefined
  store: Store | undefined

  constructor(folder: string) {
    this.#folder = folder
    this.#file = join(folder, 'db.json')
  }

  async open(): Promise<Store> {
    this.store = await createStore({ file: this.#file, warn })
    return this.store
  }

  /** The state after all that was acknowledged, and so many commits more. */
  async expected(more: readonly Commit[] = []): Promise<string> {
    const model = await createStore({ warn })
    if (this.#base !== undefined) await importState(model, JSON.parse(this.#base))
    for (const commit of [...this.#acknowledged, ...more]) await keep(model, commit)
    return stateOf(model)
  }

  async run(one: Step): Promise<void> {
    const store = this.store ?? (await this.open())
    if (one.kind === 'import') return this.#import(store)
    if (one.kind === 'kill') return this.#kill(store, one)
    await Promise.all(one.group.map((commit) => keep(store, commit)))
    this.#acknowledged.push(...one.group)
    if (one.kind === 'restart') {
      await store.close()
      await this.open()
    }
  }

  /** Takes the state back as it was given out, so that the journal goes on in another file. */
  async #import(store: Store): Promise<void> {
    const { tables, ...head } = JSON.parse(await stateOf(store))
    // What names a record that is not there would be refused.
    const state = { ...head, tables: { ...tables, deliveries: [], attempts: [] } }
    await importState(store, state)
    this.#base = JSON.stringify(state)
    this.#acknowledged = []
  }

  async #kill(store: Store, { group, cut, kept }: Extract<Step, { readonly kind: 'kill' }>): Promise<void> {
    const folder = join(this.#folder, `${this.#count++}`)
    await mkdir(folder)
    const copy = join(folder, 'db.json')
    const journal = await journalOf(this.#file)
    const before = await readFile(journal)
    await Promise.all(group.map((commit) => keep(store, commit)))
    const after = await readFile(journal)
    await copyFile(this.#file, copy)
    await store.close()
    const head = (kept ? after : before).subarray(0, before.indexOf('\n') + 1)
    const length = kept ? after.length : before.length + Math.round(cut * (after.length - before.length))
    await writeFile(
      `${copy}${journal.slice(this.#file.length)}`,
      Buffer.concat([head, after.subarray(head.length, length)]),
    )
    this.#file = copy
    const found = await stateOf(await this.open())
    for (let count = kept ? group.length : 0; ; count++) {
      expect(count).toBeLessThanOrEqual(group.length)
      if ((await this.expected(group.slice(0, count))) !== found) continue
      this.#acknowledged.push(...group.slice(0, count))
      return
    }
  }
}

async function journalOf(file: string): Promise<string> {
  for (let generation = 1; ; generation++) {
    const path = `${file}.journal-${generation}`
    if ((await readFile(path).catch(() => null)) !== null) return path
  }
}

it('holds what was acknowledged, and each other commit wholly or not at all, wherever it is killed', async () => {
  const { folder } = await temporaryState()
  let count = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const place = join(folder, `${count++}`)
      await mkdir(place)
      const pair = new Pair(place)
      try {
        for (const one of steps) {
          await pair.run(one)
          expect(pair.store && (await stateOf(pair.store))).toBe(await pair.expected())
        }
      } finally {
        await pair.store?.close()
        await rm(place, { recursive: true })
      }
    }),
    { numRuns: process.env.CI === undefined ? 15 : 200 },
  )
}, 60_000)
