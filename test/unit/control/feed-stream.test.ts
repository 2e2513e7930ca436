import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createFeedStream } from '../../../src/control/feed-stream.ts'
import { createFeed, type FeedEntry } from '../../../src/core/feed.ts'

const closings: (() => void)[] = []
afterEach(() => {
  for (const close of closings.splice(0)) close()
})

/** A feed whose entries are streamed on a real socket. */
async function streamed(keptBytes?: number) {
  const feed = createFeed()
  const stream = createFeedStream(feed, 'run', keptBytes)
  const responses: ServerResponse[] = []
  const server = createServer((_request, response) => {
    responses.push(response)
    stream(response)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closings.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    responses,
    notice: (text: unknown) => feed.publish({ type: 'notice', text } as FeedEntry),
    async reader(lastId?: string) {
      const message = await new Promise<IncomingMessage>((resolve) =>
        get(url, { headers: lastId === undefined ? {} : { 'Last-Event-ID': lastId } }, resolve),
      )
      message.on('error', () => undefined)
      let text = ''
      return {
        read: () =>
          message
            .setEncoding('utf8')
            .on('data', (part: string) => {
              text += part
            })
            .resume(),
        text: () => text,
        /** `id text` of each entry so far. */
        entries: () =>
          [...text.matchAll(/^id: (.*)\nevent: .*\ndata: (.*)$/gm)].map(
            ([, id, data]) => `${id} ${JSON.parse(data ?? '').text}`,
          ),
        leave: () => message.destroy(),
        message,
      }
    },
  }
}

async function reading(mock: Awaited<ReturnType<typeof streamed>>, lastId?: string) {
  const reader = await mock.reader(lastId)
  reader.read()
  return reader
}

describe('the stream of a feed', () => {
  it('goes on after the last entry that a client has seen', async () => {
    const mock = await streamed()
    const first = await reading(mock)
    const other = await reading(mock)
    mock.notice('a')
    mock.notice('b')
    await expect.poll(first.entries).toEqual(['run-1 a', 'run-2 b'])
    first.leave()
    mock.notice('c')
    const again = await reading(mock, 'run-1')
    mock.notice('d')
    await expect.poll(again.entries).toEqual(['run-2 b', 'run-3 c', 'run-4 d'])
    await expect.poll(other.entries).toEqual(['run-1 a', 'run-2 b', 'run-3 c', 'run-4 d'])
  })

  it('also where nobody was there in between, and from the id that a client got before any entry', async () => {
    const mock = await streamed()
    const first = await reading(mock)
    await expect.poll(first.text).toContain('id: run-0\n\n')
    first.leave()
    await expect.poll(() => mock.responses[0]?.closed).toBe(true)
    mock.notice('a')
    const again = await reading(mock, 'run-0')
    await expect.poll(again.entries).toEqual(['run-1 a'])
  })

  it.each([
    ['run-1', 2, '2 entries since then'],
    ['run-2', 1, '1 entry since then'],
    ['earlier-7', null, 'Entries since then'],
    ['run-99', null, 'Entries since then'],
    ['run-1.5', null, 'Entries since then'],
    ['%', null, 'Entries since then'],
  ])('says after %s what it cannot send again', async (lastId, missed, text) => {
    const mock = await streamed(160)
    await reading(mock)
    for (const name of ['a', 'b', 'c', 'd', 'e']) mock.notice(name)
    const late = await reading(mock, lastId)
    await expect.poll(late.entries).toEqual([expect.stringMatching(/^run-3 /), 'run-4 d', 'run-5 e'])
    const [, data = ''] = /event: gap\ndata: (.*)/.exec(late.text()) ?? []
    expect(JSON.parse(data)).toEqual({ type: 'gap', missed, text: expect.stringContaining(text) })
  })

  it('serialises each entry once, however many read it', async () => {
    const mock = await streamed()
    const readers = [await reading(mock), await reading(mock), await reading(mock)]
    let serialised = 0
    mock.notice({ toJSON: () => `x${++serialised}` })
    for (const { entries } of readers) await expect.poll(entries).toEqual(['run-1 x1'])
  })

  it('keeps what silent clients leave unread once for all of them, and cuts them off', async () => {
    const mock = await streamed(1_000_000)
    for (let i = 0; i < 20; i++) (await mock.reader()).message.pause()
    const text = 'x'.repeat(100_000)
    let most = 0
    // More than the kernel takes for a connection.
    for (let i = 0; i < 200; i++) {
      mock.notice(text)
      await new Promise(setImmediate)
      most = Math.max(
        most,
        mock.responses.reduce((sum, { writableLength }) => sum + writableLength, 0),
      )
    }
    expect(most).toBeLessThan(20 * 300_000)
    await expect.poll(() => mock.responses.every(({ closed }) => closed), { timeout: 5_000 }).toBe(true)
  })

  it('tells a slow client where to go on', async () => {
    const mock = await streamed(1_000_000)
    const slow = await mock.reader()
    slow.message.pause()
    for (let i = 0; i < 200 && !mock.responses[0]?.writableEnded; i++) {
      mock.notice('x'.repeat(100_000))
      await new Promise(setImmediate)
    }
    slow.read()
    await expect.poll(() => slow.message.complete).toBe(true)
    const [last = ''] = slow.entries().slice(-1)
    expect(slow.text().endsWith(`go on with Last-Event-ID: ${last.split(' ')[0]}\n\n`)).toBe(true)
  })
})
