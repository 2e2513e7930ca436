import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Mock } from '../../src/mock/start-mock.ts'
import type { nodeFileSystem } from '../../src/state/files.ts'
import { distCommand } from '../support/dist-command.ts'
import { type KillableMock, type PrintedLine, startKillable } from '../support/killable-mock.ts'

const disk = vi.hoisted(() => ({ isFull: false }))
vi.mock('../../src/state/files.ts', async (original) => {
  const { nodeFileSystem: real, ...rest } = await original<{ nodeFileSystem: typeof nodeFileSystem }>()
  const open: typeof real.open = async (path, mode) => {
    const file = await real.open(path, mode)
    const write = async (bytes: Uint8Array, position: number) => {
      if (!disk.isFull) return file.write(bytes, position)
      // As a full disk does: what still fits is written.
      await file.write(bytes.subarray(0, 10), position)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    return { ...file, write }
  }
  return { ...rest, nodeFileSystem: { ...real, open } }
})

// The files of a worker share its modules: those of earlier files have the real disk, and later ones must have it again.
vi.resetModules()
const { startMock } = await import('../../src/mock/start-mock.ts')
afterAll(() => void vi.resetModules())

const PROVIDER = 'donutwork'
const PATIENCE = { timeout: 10_000 }
const EVENT = 'RecurringPayments.charge.paid'
const HOOKS = `/${PROVIDER}/2026-02-01/webhooks.json`
const HEADERS = { Authorization: 'Bearer donutwork_test', 'Content-Type': 'application/json' }

const create = async (origin: string, url: string) => {
  const webhook = { name: 'Billing Events', url, events: EVENT }
  const body = JSON.stringify({ webhook })
  const response = await fetch(`${origin}${HOOKS}`, { method: 'POST', headers: HEADERS, body })
  return { status: response.status, body: (await response.json()) as { id?: string } }
}
const list = async (origin: string) => {
  const response = await fetch(`${origin}${HOOKS}`, { headers: HEADERS })
  return { status: response.status, text: await response.text() }
}
const trigger = async (origin: string) => {
  const body = JSON.stringify({ provider: PROVIDER, type: EVENT })
  const response = await fetch(`${origin}/_mock/events`, { method: 'POST', headers: HEADERS, body })
  return { status: response.status, body: (await response.json()) as { detail?: string } }
}
const deliveries = async (origin: string, wait = '') => {
  const response = await fetch(`${origin}/_mock/deliveries${wait}`)
  const { deliveries: found } = (await response.json()) as {
    deliveries: { status: string; attempts: { number: number; outcome: { kind: string } | null }[] }[]
  }
  return found.map(({ status, attempts }) => [status, attempts.map(({ outcome }) => outcome?.kind)])
}

const FAILED = { status: 500, body: { error: 'Internal server error' } }

/** Answers at once, but for its second request: that one is answered when it is told to. */
async function startHesitant() {
  let received = 0
  let held: ServerResponse | undefined
  const server = createServer((request, response) => {
    request.resume()
    if (++received === 2) held = response
    else response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received: () => received,
    answer: () => new Promise<void>((resolve) => held?.end(resolve)),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

let receiver: Awaited<ReturnType<typeof startHesitant>>
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-full-'))
  receiver = await startHesitant()
})
afterEach(async () => {
  disk.isFull = false
  await receiver.close()
  await rm(folder, { recursive: true, force: true })
})

/** Before, while and after the disk is full; `fill` and `free` change that. */
async function story(origin: string, fill: () => Promise<void>, free: () => Promise<void>): Promise<void> {
  expect((await create(origin, receiver.url)).status).toBe(201)
  expect((await trigger(origin)).status).toBe(202)
  await expect.poll(() => deliveries(origin), PATIENCE).toEqual([['succeeded', ['responded']]])
  expect((await trigger(origin)).status).toBe(202)
  await expect.poll(receiver.received, PATIENCE).toBe(2)

  await fill()
  // What is left of the file's last block may still take some.
  let before = await list(origin)
  let last = await create(origin, receiver.url)
  for (; last.status === 201; last = await create(origin, receiver.url)) {
    before = await list(origin)
    expect(before.text).toContain(last.body.id)
  }
  expect(last).toEqual(FAILED)
  const refused = await trigger(origin)
  expect(refused.status).toBe(500)
  expect(refused.body.detail).toMatch(/no space is left on the device \(ENOSPC\)/)
  expect(await list(origin)).toEqual(before)
  await receiver.answer()
  // Its answer has come; what became of it cannot be kept yet, and so is not told.
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await deliveries(origin)).toEqual([
    ['pending', [undefined]],
    ['succeeded', ['responded']],
  ])

  await free()
  expect(await deliveries(origin, '?wait=10s')).toEqual([
    ['succeeded', ['responded']],
    ['succeeded', ['responded']],
  ])
  expect((await create(origin, receiver.url)).status).toBe(201)
  expect(receiver.received()).toBe(2)
}

describe('a disk on which writing fails', () => {
  const open: Mock[] = []
  afterEach(async () => {
    for (const mock of open.splice(0)) await mock.close(0)
  })

  it('is answered as the provider would, and made good once there is room; nothing half-written stays', async () => {
    const db = join(folder, 'db.json')
    const mock = await startMock({ providers: [PROVIDER], db })
    open.push(mock)
    const setFull = (isFull: boolean) => async () => {
      disk.isFull = isFull
    }
    await story(mock.origin, setFull(true), setFull(false))
    const kept = await list(mock.origin)
    // As a kill would leave it: a close would write it anew.
    const copy = join(folder, 'copy')
    await mkdir(copy)
    for (const name of await readdir(folder))
      if (/\.json(\.journal-\d+)?$/.test(name)) await copyFile(join(folder, name), join(copy, name))
    const again = await startMock({ providers: [PROVIDER], db: join(copy, 'db.json') })
    open.push(again)
    expect([again.notices, await list(again.origin)]).toEqual([[], kept])
    expect(await deliveries(again.origin)).toEqual([
      ['succeeded', ['responded']],
      ['succeeded', ['responded']],
    ])
  })
})

const MOUNT = 'mount -t tmpfs -o size=256k tmpfs "$0"'
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', MOUNT, tmpdir()]).status === 0

describe.skipIf(!canMount)('a small file system', () => {
  let mock: KillableMock | undefined
  afterEach(async () => {
    await mock?.kill()
  })

  it('may be full, and the server goes on', async () => {
    const lines: PrintedLine[] = []
    // In a mount namespace of its own, which ends with it.
    const within = ['unshare', '-rm', 'sh', '-c', `${MOUNT} && exec "$@"`, folder, ...distCommand()]
    mock = startKillable(
      ['--db', join(folder, 'db.json'), '--provider', PROVIDER],
      (line) => lines.push(line),
      within,
    )
    const { url } = await mock.ready
    const filler = `/proc/${mock.child.pid}/root${folder}/filler`
    const fill = async () => {
      await writeFile(filler, '')
      for (let size = 256; size > 0; size = Math.floor(size / 2))
        for (;;)
          try {
            await writeFile(filler, Buffer.alloc(size * 1_024), { flag: 'a' })
          } catch {
            break
          }
    }
    await story(url, fill, () => truncate(filler))
    expect(lines.filter(({ type }) => type === 'notice').length).toBeGreaterThan(0)
    expect(mock.isGone()).toBe(false)
    expect(mock.err()).toBe('')
  })
})
