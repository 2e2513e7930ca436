import { mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createStore } from '../../../src/state/open.ts'
import { put } from '../../../src/state/store.ts'
import { startChild } from './child-process.ts'
import { aWebhook } from './records.ts'
import { failureOf, silent, temporaryState } from './temporary-state.ts'

const locked = (file: string, holder: string) => ({
  kind: 'environment',
  code: 'STATE_LOCKED',
  message: `Failed to open the state in ${file}: ${holder} is using it.`,
  hint: 'Stop that one, choose another file with --db, or keep nothing with --memory.',
  location: undefined,
})

describe('two on one file', () => {
  it('refuses the second process, and takes over at once when the first was killed', async () => {
    const { file, folder } = await temporaryState()
    const child = startChild(file)
    expect((await child.lines.next()).value).toBe('open')
    expect(await failureOf(createStore({ file, warn: silent }))).toEqual(
      locked(file, `process ${child.process.pid}`),
    )
    await child.kill()
    expect(await readdir(folder)).toContain('db.json.lock')
    const began = performance.now()
    const store = await createStore({ file, warn: silent })
    expect(performance.now() - began).toBeLessThan(1_000)
    await store.close()
    expect(await readdir(folder)).toEqual(['db.json'])
  })

  it('refuses a second store in the same process, also under another name of the file', async () => {
    const { file, folder } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await symlink(file, `${folder}/alias.json`)
    for (const name of [file, `${folder}/../${folder.split('/').at(-1)}/db.json`, `${folder}/alias.json`])
      expect(await failureOf(createStore({ file: name, warn: silent }))).toEqual(
        locked(file, `this process (${process.pid})`),
      )
    await store.close()
    await (await createStore({ file, warn: silent })).close()
  })

  it('lets exactly one of many in, also when a dead holder is in the way', async () => {
    const { file } = await temporaryState()
    for (const way of ['free', 'dead']) {
      if (way === 'dead') {
        const child = startChild(file)
        await child.lines.next()
        await child.kill()
      }
      const tries = await Promise.allSettled([1, 2, 3, 4].map(() => createStore({ file, warn: silent })))
      const stores = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      expect(stores).toHaveLength(1)
      for (const store of stores) await store.close()
    }
  })
})

describe('what a holder left behind', () => {
  const leave = async (file: string, owner: string | null, ageMs = 0) => {
    await mkdir(`${file}.lock`)
    if (owner === null) return
    await writeFile(`${file}.lock/${owner}`, '')
    await grow(file, owner, ageMs)
  }
  const grow = (file: string, owner: string, ageMs: number) => {
    const then = new Date(Date.now() - ageMs)
    return utimes(`${file}.lock/${owner}`, then, then)
  }
  /** The name of an owner's file: this process's, but for what is changed. */
  const ownerOf = async (change: { pid?: number; place?: string; started?: string }) => {
    const { file } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    const [name = ''] = await readdir(`${file}.lock`)
    await store.close()
    const [pid, thread, place, started, unique] = name.split('.')
    return [change.pid ?? pid, thread, change.place ?? place, change.started ?? started, unique].join('.')
  }
  const opens = async (file: string) => {
    const store = await createStore({ file, warn: silent })
    await store.close()
    return true
  }

  it('is no obstacle when its process id was given to this process anew', async () => {
    const { file } = await temporaryState()
    await leave(file, await ownerOf({}))
    expect(await opens(file)).toBe(true)
  })

  it.runIf(process.platform === 'linux')(
    'is no obstacle when its process id belongs to a younger process',
    async () => {
      const { file } = await temporaryState()
      await leave(file, await ownerOf({ pid: process.ppid, started: 'abc1' }))
      expect(await opens(file)).toBe(true)
    },
  )

  it.runIf(process.platform === 'linux')('counts while its process runs, however old it is', async () => {
    const { file } = await temporaryState()
    const child = startChild(file)
    await child.lines.next()
    const [owner = ''] = await readdir(`${file}.lock`)
    await grow(file, owner, 60_000)
    expect(await failureOf(createStore({ file, warn: silent }))).toEqual(
      locked(file, `process ${child.process.pid}`),
    )
  })

  it('counts while it is kept fresh, where the holder is on another machine', async () => {
    const { file } = await temporaryState()
    const owner = await ownerOf({ place: 'e15e', pid: 4_000_000 })
    await leave(file, owner)
    expect(await failureOf(createStore({ file, warn: silent }))).toEqual(locked(file, 'process 4000000'))
    await grow(file, owner, 60_000)
    expect(await opens(file)).toBe(true)
  })

  it.each([
    ['before', null],
    ['while', 4_000_000],
  ])('is no obstacle when it was killed %s it said that it holds the lock', async (_, pid) => {
    const { file, folder } = await temporaryState()
    await leave(file, pid === null ? null : await ownerOf({ pid }))
    expect(await opens(file)).toBe(true)
    expect(await readdir(folder)).toEqual(['db.json'])
  })

  it('counts while it is kept fresh, where it says nothing readable', async () => {
    const { file } = await temporaryState()
    await leave(file, 'nonsense')
    expect(await failureOf(createStore({ file, warn: silent }))).toEqual(locked(file, 'another process'))
    await rm(`${file}.lock`, { recursive: true })
    expect(await opens(file)).toBe(true)
  })
})

describe('a lost lock', () => {
  const lose = async (change: (file: string) => Promise<void>) => {
    const { file } = await temporaryState()
    const warnings: string[] = []
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = await createStore({ file, warn: (text) => void warnings.push(text) })
    await change(file)
    vi.advanceTimersByTime(5_000)
    return { file, store, warnings }
  }
  const soon = { timeout: 5_000, interval: 5 }

  it('is acquired again when it is free, with a warning', async () => {
    const { file, store, warnings } = await lose((path) => rm(`${path}.lock`, { recursive: true }))
    vi.useRealTimers()
    await vi.waitFor(
      async () => expect(await readdir(file.replace('/db.json', ''))).toContain('db.json.lock'),
      soon,
    )
    await store.commit([put('webhooks', aWebhook('whk_1'))])
    expect(warnings).toEqual([
      `The lock on the state in ${file} was removed or overtaken. It is acquired again if it is free.`,
    ])
    await store.close()
    expect(await readdir(file.replace('/db.json', ''))).toEqual(['db.json'])
  })

  it('stops the writing when someone else has it, with warnings and errors instead of a crash', async () => {
    const other = startChild((await temporaryState()).file)
    await other.lines.next()
    const { file, store, warnings } = await lose(async (path) => {
      const [theirs] = await readdir(`${other.process.spawnargs.at(-1)}.lock`)
      await rm(`${path}.lock`, { recursive: true })
      await mkdir(`${path}.lock`)
      await writeFile(`${path}.lock/${theirs}`, '')
    })
    vi.useRealTimers()
    await vi.waitFor(() => expect(warnings).toHaveLength(2), soon)
    expect(warnings[1]).toBe(
      `The state in ${file} is no longer kept: Failed to open the state in ${file}: process ${other.process.pid} is using it.`,
    )
    expect(await failureOf(store.commit([put('webhooks', aWebhook('whk_1'))]))).toEqual({
      kind: 'environment',
      code: 'STATE_LOCK_LOST',
      message: `Failed to keep the state in ${file}: its lock was lost to another process.`,
      hint: 'Nothing of this change was kept. Stop one of the two and start again.',
      location: undefined,
    })
    await store.close()
    expect(await readdir(file.replace('/db.json', ''))).toContain('db.json.lock')
  })
})
