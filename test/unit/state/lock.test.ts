import { mkdir, readdir, readFile, rmdir, symlink, utimes, writeFile } from 'node:fs/promises'
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
  const leave = async (file: string, record: string, ageMs = 0) => {
    await mkdir(`${file}.lock`)
    await writeFile(`${file}.holder`, record)
    const then = new Date(Date.now() - ageMs)
    await utimes(`${file}.lock`, then, then)
  }
  const recordOf = async (change: object) => {
    const { file } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    const record = JSON.parse(await readFile(`${file}.holder`, 'utf8'))
    await store.close()
    return JSON.stringify({ ...record, ...change })
  }
  const opens = async (file: string) => {
    const store = await createStore({ file, warn: silent })
    await store.close()
    return true
  }

  it('is no obstacle when its process id was given to this process anew', async () => {
    const { file } = await temporaryState()
    await leave(file, await recordOf({}))
    expect(await opens(file)).toBe(true)
  })

  it.runIf(process.platform === 'linux')(
    'is no obstacle when its process id belongs to a younger process',
    async () => {
      const { file } = await temporaryState()
      await leave(file, await recordOf({ pid: process.ppid, born: 'another boot 1' }))
      expect(await opens(file)).toBe(true)
    },
  )

  it('counts while it is kept fresh, where the holder is on another machine', async () => {
    const { file } = await temporaryState()
    await leave(file, await recordOf({ place: 'elsewhere', pid: 4_000_000 }))
    expect(await failureOf(createStore({ file, warn: silent }))).toEqual(locked(file, 'process 4000000'))
    const then = new Date(Date.now() - 60_000)
    await utimes(`${file}.lock`, then, then)
    expect(await opens(file)).toBe(true)
  })

  it.each([
    ['before', null],
    ['while', ''],
  ])('is no obstacle when it was killed %s it said that it holds the lock', async (_, record) => {
    const { file } = await temporaryState()
    await mkdir(`${file}.lock`)
    if (record !== null) await writeFile(`${file}.holder`, record)
    expect(await opens(file)).toBe(true)
  })

  it('counts while it is kept fresh, where it says nothing readable', async () => {
    const { file } = await temporaryState()
    await leave(file, 'nonsense')
    expect(await failureOf(createStore({ file, warn: silent }))).toEqual(locked(file, 'another process'))
    await rmdir(`${file}.lock`)
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

  it('is taken anew when it is free, with a warning', async () => {
    const { file, store, warnings } = await lose((path) => rmdir(`${path}.lock`))
    vi.useRealTimers()
    await vi.waitFor(
      async () => expect(await readdir(file.replace('/db.json', ''))).toContain('db.json.lock'),
      soon,
    )
    await store.commit([put('webhooks', aWebhook('whk_1'))])
    expect(warnings).toEqual([
      `The lock on the state in ${file} was removed or overtaken. It is taken anew if it is free.`,
    ])
    await store.close()
    expect(await readdir(file.replace('/db.json', ''))).toEqual(['db.json'])
  })

  it('stops the writing when someone else has it, with warnings and errors instead of a crash', async () => {
    const other = startChild((await temporaryState()).file)
    await other.lines.next()
    const { file, store, warnings } = await lose(async (path) => {
      const mine = JSON.parse(await readFile(`${path}.holder`, 'utf8'))
      const theirs = JSON.parse(await readFile(`${other.process.spawnargs.at(-1)}.holder`, 'utf8'))
      await writeFile(`${path}.holder`, JSON.stringify({ ...mine, ...theirs }))
      await utimes(`${path}.lock`, 1, 1)
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
