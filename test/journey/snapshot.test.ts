import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import type { FeedEntry } from '../../src/core/feed.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { startMock } from '../../src/mock/start-mock.ts'
import { exportText, readExport } from '../../src/state/export.ts'
import type { TableRecords } from '../../src/state/store.ts'
import { anEvent } from '../unit/state/records.ts'

const mock = await startMock({ providers: ['tsanet'], clock: 'virtual' })
afterAll(() => mock.close(0))

const notices: FeedEntry[] = []
mock.feed.subscribe((entry) => void (entry.type === 'notice' && notices.push(entry)))

const put = (body: string) =>
  fetch(`${mock.origin}/_mock/snapshot`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body,
  })
const get = async () => (await fetch(`${mock.origin}/_mock/snapshot`)).text()

/** A state with so many events. */
function stateOf(count: number, body = '{}'): TableRecords {
  const events = Array.from({ length: count }, (_, n) => ({
    ...anEvent(`evt_${n}`),
    provider: 'tsanet' as TableRecords['events'][number]['provider'],
    body: { encoding: 'utf8' as const, text: body },
  }))
  const none = {
    accounts: [],
    webhooks: [],
    deliveries: [],
    attempts: [],
    counters: [],
    answers: [],
    tokens: [],
  }
  return { ...none, events }
}

async function textOf(records: TableRecords): Promise<string> {
  let text = ''
  for await (const piece of exportText(records)) text += piece
  return text
}

it('takes back what it gave, though other bodies may not be as long', async () => {
  const large = await textOf(stateOf(120, 'x'.repeat(100_000)))
  expect(large.length).toBeGreaterThan(11 * 1024 * 1024)
  expect((await put(large)).status).toBe(200)
  expect((await mock.summary()).events).toBe(120)
  expect(await get()).toBe(large)
})

it('takes back the state that the library gives, and the other way round', async () => {
  await mock.restore(JSON.parse(await textOf(stateOf(3))))
  const state = await mock.snapshot()
  expect(JSON.parse(await get())).toEqual(state)
  expect((await put(JSON.stringify(state, null, 2))).status).toBe(200)
  expect(await mock.snapshot()).toEqual(state)
})

it('changes nothing for an upload that is refused near its end', async () => {
  const before = await get()
  const state = JSON.parse(await textOf(stateOf(5_000))) as { tables: { events: JsonObject[] } }
  state.tables.events.push({ ...state.tables.events[0], id: 'evt_last', occurredAt: 1e300 })
  const refused = await put(JSON.stringify(state))
  expect([refused.status, await refused.json()]).toEqual([
    422,
    expect.objectContaining({ pointer: '/tables/events/5000/occurredAt' }),
  ])
  const damaged = await put(`${JSON.stringify(state).slice(0, -5)}`)
  expect([damaged.status, ((await damaged.json()) as JsonObject).detail]).toEqual([422, expect.any(String)])
  const torn = await put(before.slice(0, -4))
  expect([torn.status, ((await torn.json()) as JsonObject).detail]).toEqual([
    400,
    'The body is not JSON: it ends too early.',
  ])
  expect(await get()).toBe(before)
})

it('changes nothing for an upload that is cut off, and goes on', async () => {
  const before = await get()
  const text = await textOf(stateOf(2_000))
  const { port } = new URL(mock.origin)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `PUT /_mock/snapshot HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n`,
  )
  socket.write(text.slice(0, text.length / 2))
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  expect(await get()).toBe(before)
  expect(notices).toEqual([])
})

it('refuses an upload of another kind', async () => {
  const send = async (headers: Record<string, string>, query = '') => {
    const url = `${mock.origin}/_mock/snapshot${query}`
    return (await fetch(url, { method: 'PUT', headers, body: await get() })).status
  }
  expect(await send({ 'Content-Type': 'text/plain' })).toBe(415)
  expect(await send({ 'Content-Type': 'application/json', 'Content-Encoding': 'zip' })).toBe(415)
  expect(await send({ 'Content-Type': 'application/json' }, '?colour=red')).toBe(400)
})

it('takes compressed uploads, and refuses wrong bytes', async () => {
  const before = await get()
  const send = async (body: Uint8Array<ArrayBuffer>, encoding: string) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': encoding }
    const answer = await fetch(`${mock.origin}/_mock/snapshot`, { method: 'PUT', headers, body })
    return [answer.status, ((await answer.json()) as JsonObject).detail]
  }
  const bytes = Buffer.from(await textOf(stateOf(20_000)))
  expect(await send(gzipSync(bytes), 'gzip')).toEqual([200, undefined])
  expect((await mock.summary()).events).toBe(20_000)
  expect(await send(brotliCompressSync(Buffer.from(before)), 'br')).toEqual([200, undefined])
  const wrong = [400, expect.stringContaining('The body cannot be read')]
  expect(await send(bytes, 'gzip')).toEqual(wrong)
  expect(await send(gzipSync(bytes).subarray(0, -50), 'gzip')).toEqual(wrong)
  expect(await get()).toBe(before)
})

/** How often others have their turn meanwhile. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  let isOver = false
  const counted = (async () => {
    while (!isOver) {
      await nextTurn()
      turns++
    }
  })()
  await work
  isOver = true
  await counted
  return turns
}

async function* inOne(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

it.each([
  ['written', async (records: TableRecords, _: string) => void (await textOf(records))],
  ['read', async (_: TableRecords, text: string) => void (await readExport(inOne(text)))],
])('is %s in slices: more records give others more turns', async (_, work) => {
  const turns: number[] = []
  for (const count of [2_500, 20_000]) {
    const records = stateOf(count, JSON.stringify({ a: 'x'.repeat(400) }))
    const text = await textOf(records)
    turns.push(await turnsDuring(work(records, text)))
  }
  expect(turns[1]).toBeGreaterThan(turns[0] ?? 0)
})
