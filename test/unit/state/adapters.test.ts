import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import { createStore } from '../../../src/state/open.ts'
import { put, type Store } from '../../../src/state/store.ts'
import { createFaultyFileSystem } from './faulty-file-system.ts'
import { leftByKill } from './left-by-kill.ts'
import { aSettledRound, aWebhook, importState } from './records.ts'
import { failureOf, silent, temporaryState } from './temporary-state.ts'

const hook = (n: number) => put('webhooks', aWebhook(`whk_${n}`))
const hooks = async (store: Store) => (await store.webhooks()).map(({ id }) => Number(id.slice(4)))

describe('keeping over a restart', () => {
  it('reads everything back, in the same order, from the journal and from the compact file', async () => {
    const { file, folder } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await store.commit([hook(2), hook(1), ...aSettledRound(1)])
    await store.commit([...aSettledRound(2), hook(2), { table: 'events', remove: 'evt_1' }])
    const kept = JSON.stringify(await store.exportState())
    const copy = `${folder}/copy.json`
    await copyFile(file, copy)
    await copyFile(`${file}.journal-1`, `${copy}.journal-1`)
    await store.close()
    expect(await readdir(folder)).toEqual(['copy.json', 'copy.json.journal-1', 'db.json'])
    for (const path of [file, copy]) {
      const again = await createStore({ file: path, warn: silent })
      expect(JSON.stringify(await again.exportState())).toBe(kept)
      await again.close()
    }
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      generation: 2,
      last: 2,
      journal: null,
      tables: JSON.parse(kept).tables,
      records: { count: 7 },
    })
  })

  it('reads a file that someone reformatted', async () => {
    const { file } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await store.commit([hook(1), hook(2)])
    await store.close()
    await writeFile(file, JSON.stringify(JSON.parse(await readFile(file, 'utf8')), null, 2))
    const again = await createStore({ file, warn: silent })
    expect(await hooks(again)).toEqual([1, 2])
    const left = await leftByKill(file)
    await writeFile(left, JSON.stringify(JSON.parse(await readFile(left, 'utf8')), null, 2))
    await again.close()
    for (let round = 0; round < 2; round++) {
      const last = await createStore({ file: left, warn: silent })
      expect(await hooks(last)).toEqual([1, 2])
      await last.close()
    }
  })

  it('replays the clearing of a scope', async () => {
    const { file, folder } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await store.commit([hook(1)])
    await store.clear()
    await store.commit([hook(2)])
    const copy = `${folder}/copy.json`
    await copyFile(file, copy)
    await copyFile(`${file}.journal-1`, `${copy}.journal-1`)
    await store.close()
    const again = await createStore({ file: copy, warn: silent })
    expect(await hooks(again)).toEqual([2])
    await again.close()
  })

  it('begins anew with reset, also over a damaged file, and keeps the old one until the new one stands', async () => {
    const { file, folder } = await temporaryState()
    await writeFile(file, 'nonsense')
    await writeFile(`${file}.journal-7`, 'nonsense')
    const fileSystem = createFaultyFileSystem()
    fileSystem.fail({ operation: 'rename', path: /db\.json$/, code: 'EIO' })
    const warn = () => undefined
    expect(await failureOf(createStore({ file, reset: true, fileSystem, warn }))).toMatchObject({
      message: `Failed to open the state in ${file}: the device reports an error (EIO).`,
    })
    expect(await readdir(folder)).toEqual(['db.json', 'db.json.damaged-1', 'db.json.journal-7'])
    expect(await readFile(file, 'utf8')).toBe('nonsense')
    const store = await createStore({ file, reset: true, warn })
    await store.commit([hook(1)])
    expect((await readdir(folder)).filter((name) => !name.includes('damaged'))).toEqual([
      'db.json',
      'db.json.journal-8',
      'db.json.lock',
    ])
    await store.close()
    const again = await createStore({ file, warn: silent })
    expect(await hooks(again)).toEqual([1])
    await again.close()
  })
})

describe('grouped appends', () => {
  it('keeps the commits of one tick, and those that come during a write, in one write each', async () => {
    const { file } = await temporaryState()
    const fileSystem = createFaultyFileSystem()
    const store = await createStore({ file, fileSystem, warn: silent })
    // The first line, then for each group its commits and the first line again, which says that they are acknowledged.
    const writes = () => (fileSystem.done.filter((step) => step === 'write db.json.journal-1').length - 1) / 2
    await Promise.all([1, 2, 3].map((n) => store.commit([hook(n)])))
    await store.commit([hook(4)])
    expect(writes()).toBe(2)
    let during: Promise<unknown> | undefined
    fileSystem.before = () => {
      during ??= Promise.all([6, 7].map((n) => store.commit([hook(n)])))
    }
    await store.commit([hook(5)])
    await during
    expect(await hooks(store)).toEqual([1, 2, 3, 4, 5, 6, 7])
    await store.close()
    expect(writes()).toBe(4)
  })

  it('acknowledges and shows nothing before its append has returned', async () => {
    const { file } = await temporaryState()
    const fileSystem = createFaultyFileSystem()
    const store = await createStore({ file, fileSystem, warn: silent })
    let go = () => {}
    const held = new Promise<void>((resolve) => {
      go = resolve
    })
    fileSystem.before = (step) => (step === 'write db.json.journal-1' ? held : undefined)
    let kept = false
    const commit = store.commit([hook(1)]).then(() => {
      kept = true
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([kept, await hooks(store)]).toEqual([false, []])
    go()
    await commit
    expect(await hooks(store)).toEqual([1])
    await store.close()
  })
})

describe('a failing disk', () => {
  const failure = (file: string, reason: string) => ({
    kind: 'environment',
    code: 'STATE_UNWRITABLE',
    message: `Failed to keep the state in ${file}: ${reason}.`,
    hint: 'Nothing of this change was kept. Make room or access there and try again, or choose another file with --db.',
    location: undefined,
  })

  it.each([
    ['ENOSPC', 'no space is left on the device (ENOSPC)'],
    ['EIO', 'the device reports an error (EIO)'],
  ])(
    'rejects every commit of the group on %s, keeps memory and file as they were, and goes on',
    async (code, reason) => {
      const { file } = await temporaryState()
      const fileSystem = createFaultyFileSystem()
      const store = await createStore({ file, fileSystem, warn: silent })
      await store.commit([hook(1)])
      const journal = await readFile(`${file}.journal-1`, 'utf8')
      fileSystem.fail({ operation: 'write', path: /journal-1$/, code, torn: 700 })
      const failures = await Promise.all([2, 3].map((n) => failureOf(store.commit([hook(n)]))))
      expect(failures).toEqual([failure(file, reason), failure(file, reason)])
      expect(await hooks(store)).toEqual([1])
      expect(await readFile(`${file}.journal-1`, 'utf8')).toBe(journal)
      fileSystem.fail(null)
      await store.commit([hook(4)])
      await store.close()
      const again = await createStore({ file, warn: silent })
      expect(await hooks(again)).toEqual([1, 4])
      await again.close()
    },
  )

  it('cuts off what a failed append left before it appends again, though it could not at once', async () => {
    const { file } = await temporaryState()
    const fileSystem = createFaultyFileSystem()
    const store = await createStore({ file, fileSystem, warn: silent })
    await store.commit([hook(1)])
    const sound = await readFile(`${file}.journal-1`, 'utf8')
    fileSystem.fail({ operation: 'write', path: /journal-1$/, code: 'ENOSPC', torn: 10 })
    fileSystem.before = (step) => {
      if (step === 'truncate db.json.journal-1') throw new Error('no')
    }
    await failureOf(store.commit([hook(2)]))
    expect((await readFile(`${file}.journal-1`, 'utf8')).length).toBe(sound.length + 10)
    fileSystem.fail(null)
    expect(await failureOf(store.commit([hook(3)]))).toEqual(failure(file, 'no'))
    fileSystem.before = () => undefined
    await store.commit([hook(4)])
    expect((await readFile(`${file}.journal-1`, 'utf8')).split('\n')).toHaveLength(4)
    await store.close()
  })

  it('leaves the state as it is when an import cannot be written', async () => {
    const { file } = await temporaryState()
    const fileSystem = createFaultyFileSystem()
    const store = await createStore({ file, fileSystem, warn: silent })
    await store.commit([hook(1)])
    const state = await store.exportState()
    await store.commit([hook(2)])
    fileSystem.fail({ operation: 'write', path: /draft$/, code: 'ENOSPC' })
    expect(await failureOf(importState(store, state))).toEqual(
      failure(file, 'no space is left on the device (ENOSPC)'),
    )
    fileSystem.fail(null)
    await store.commit([hook(3)])
    expect(await hooks(store)).toEqual([1, 2, 3])
    await importState(store, state)
    await store.commit([hook(4)])
    await store.close()
    const again = await createStore({ file, warn: silent })
    expect(await hooks(again)).toEqual([1, 4])
    await again.close()
  })
})

describe('compaction', () => {
  const compactBeyond = 2_000

  it('writes in the background, lets commits through meanwhile, and leaves one snapshot and one journal', async () => {
    const { file, folder } = await temporaryState()
    const fileSystem = createFaultyFileSystem()
    const store = await createStore({ file, fileSystem, compactBeyond, warn: silent })
    let go = () => {}
    const held = new Promise<void>((resolve) => {
      go = resolve
    })
    fileSystem.before = (step) => (step === 'rename db.json' ? held : undefined)
    for (let n = 1; n <= 60; n++) await store.commit([hook(n)])
    expect(fileSystem.done.filter((step) => step === 'open db.json.draft')).toHaveLength(2)
    expect(await readdir(folder)).toContain('db.json.journal-2')
    go()
    await vi.waitFor(async () => expect(await readdir(folder)).not.toContain('db.json.journal-1'))
    const before = JSON.parse(await readFile(file, 'utf8'))
    expect(before.generation).toBe(2)
    expect(before.tables.webhooks.length).toBeLessThan(60)
    const copy = `${folder}/copy.json`
    await copyFile(file, copy)
    await copyFile(`${file}.journal-2`, `${copy}.journal-2`)
    const again = await createStore({ file: copy, warn: silent })
    expect(await hooks(again)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1))
    await again.close()
    await store.close()
  })

  it('warns when it fails, loses nothing, and tries again later', async () => {
    const { file, folder } = await temporaryState()
    const fileSystem = createFaultyFileSystem()
    const warnings: string[] = []
    const warn = (text: string) => void warnings.push(text)
    const store = await createStore({ file, fileSystem, compactBeyond, warn })
    fileSystem.fail({ operation: 'write', path: /draft$/, code: 'ENOSPC' })
    let n = 0
    while (warnings.length === 0) await store.commit([hook(++n)])
    expect(warnings).toEqual([
      `Failed to compact the state in ${file}: no space is left on the device (ENOSPC). Nothing is lost; it is tried again later.`,
    ])
    expect(await readdir(folder)).toContain('db.json.journal-1')
    fileSystem.fail(null)
    while (((await readdir(folder)) as string[]).includes('db.json.journal-1'))
      await store.commit([hook(++n)])
    await store.close()
    const again = await createStore({ file, warn: silent })
    expect(await hooks(again)).toEqual(Array.from({ length: n }, (_, at) => at + 1))
    await again.close()
    expect(warnings).toHaveLength(1)
  })
})
