import { cpSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, expect, it, onTestFinished, vi } from 'vitest'
import type { MockOptions } from '../../src/mock/options.ts'
import type { nodeFileSystem } from '../../src/state/files.ts'
import { callApi, textAt } from '../support/api-call.ts'

const disk = vi.hoisted(() => ({ beforeWrite: (_path: string) => {} }))
vi.mock('../../src/state/files.ts', async (original) => {
  const { nodeFileSystem: real, ...rest } = await original<{ nodeFileSystem: typeof nodeFileSystem }>()
  const open: typeof real.open = async (path, mode) => {
    const file = await real.open(path, mode)
    const write: typeof file.write = (bytes, position) => {
      disk.beforeWrite(path)
      return file.write(bytes, position)
    }
    return { ...file, write }
  }
  return { ...rest, nodeFileSystem: { ...real, open } }
})

// The files of a worker share its modules: those of earlier files have the real disk, and later ones must have it again.
vi.resetModules()
const { startMock } = await import('../../src/mock/start-mock.ts')
const { startReceiver } = await import('../../src/receiver/receiver.ts')
afterAll(() => void vi.resetModules())

const KEY = { headers: { 'Idempotency-Key': 'once' } }
const EVENT = 'invoice.emitted'

async function folder(): Promise<string> {
  const made = await realpath(await mkdtemp(join(tmpdir(), 'hookproof-key-')))
  onTestFinished(() => rm(made, { recursive: true, force: true }))
  return made
}

async function start(db: string, more: MockOptions = {}) {
  const mock = await startMock({ providers: ['beel'], db, clock: 'virtual', ...more })
  onTestFinished(() => mock.close())
  return mock
}

type Started = Awaited<ReturnType<typeof start>>

/** The state's file in a copy of its folder, as a kill before each write would leave it while `work` goes on. */
async function killsDuring(db: string, work: () => Promise<unknown>): Promise<readonly string[]> {
  const copies = await folder()
  const left: string[] = []
  disk.beforeWrite = (path) => {
    if (!path.startsWith(db)) return
    const copy = join(copies, `${left.length}`)
    cpSync(dirname(db), copy, { recursive: true, filter: (name) => !name.includes('.lock') })
    left.push(join(copy, basename(db)))
  }
  try {
    await work()
  } finally {
    disk.beforeWrite = () => {}
  }
  return left
}

const create = (mock: Started, url: string) =>
  callApi(mock, 'beel', 'POST /v1/webhooks', { url, events: [EVENT] }, KEY)

it('makes one webhook with a key, wherever a kill comes between', async () => {
  const db = join(await folder(), 'db.json')
  const mock = await start(db)
  const url = 'http://127.0.0.1:9/hooks'
  const left = await killsDuring(db, () => create(mock, url))
  expect(left.length).toBeGreaterThan(1)
  for (const copy of left) {
    const again = await start(copy)
    const before = await again.webhooks()
    const retried = await create(again, url)
    expect(retried.status).toBe(201)
    expect([before.length, retried.headers.get('idempotency-replay')]).toEqual(
      before.length === 0 ? [0, null] : [1, 'true'],
    )
    expect(await again.webhooks()).toHaveLength(1)
    await again.close()
  }
})

it('gives one new secret with a key, wherever a kill comes between', async () => {
  const db = join(await folder(), 'db.json')
  const mock = await start(db)
  const created = await create(mock, 'http://127.0.0.1:9/hooks')
  const route = `POST /v1/webhooks/${textAt(created, '/data/id')}/secret`
  const rotate = (at: Started) => callApi(at, 'beel', route, undefined, KEY)
  const left = await killsDuring(db, () => rotate(mock))
  for (const copy of left) {
    const again = await start(copy)
    const [before] = await again.webhooks()
    const retried = textAt(await rotate(again), '/data/secret')
    const [after] = await again.webhooks()
    expect(after?.secret).toBe(retried)
    if (before?.secret !== textAt(created, '/data/secret')) expect(retried).toBe(before?.secret)
    await again.close()
  }
})

it('sends an event again once with a key, wherever a kill comes between', async () => {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const db = join(await folder(), 'db.json')
  const mock = await start(db)
  const created = textAt(await create(mock, receiver.url), '/data/id')
  await mock.trigger('beel', EVENT)
  await mock.settle()
  const entry = textAt(await callApi(mock, 'beel', `GET /v1/webhooks/${created}/deliveries`), '/data/0/id')
  const resend = (at: Started) =>
    callApi(at, 'beel', `POST /v1/webhooks/${created}/deliveries/${entry}/retry`, undefined, KEY)
  const left = await killsDuring(db, () => resend(mock))
  expect(left.length).toBeGreaterThan(5)
  for (const copy of left) {
    const again = await start(copy)
    const first = await resend(again)
    expect(first.status).toBe(200)
    const second = await resend(again)
    expect([second.headers.get('idempotency-replay'), second.body]).toEqual(['true', first.body])
    expect(await again.deliveries()).toHaveLength(2)
    await again.close()
  }
})
