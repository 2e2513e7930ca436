import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/core/json.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from '../../../src/receiver/receiver.ts'
import { loadProvider } from '../../../src/spec/load.ts'
import type { Provider } from '../../../src/spec/provider.ts'
import { registryOf } from '../delivery/faults/faults.ts'
import { post } from './post.ts'

let acme: Provider
beforeAll(async () => {
  acme = await loadProvider('test/support/acme.yaml')
})

const open: Receiver[] = []
afterEach(async () => {
  for (const receiver of open.splice(0)) await receiver.close()
})

async function receiverWith(faults: readonly JsonObject[], options: ReceiverOptions = {}): Promise<Receiver> {
  const registry = registryOf(...faults.map((one) => ({ plane: 'receiver', ...one })))
  const started = await startReceiver({ respond: [299], ...options, faults: registry })
  open.push(started)
  return started
}
const note = (id: string) => JSON.stringify({ id, note: 'hello' })
const statuses = async (receiver: Receiver, bodies: readonly string[], path = '') => {
  const all = []
  for (const body of bodies) all.push((await post(`${receiver.url}${path}`, body)).status)
  return all
}

describe('faults of the receiver', () => {
  it('take the place of its answers, and are reported', async () => {
    const receiver = await receiverWith([{ do: [503, 'pass', 410] }])
    expect(await statuses(receiver, ['1', '2', '3', '4'])).toEqual([503, 299, 410, 299])
    expect(receiver.received.map(({ faults }) => faults)).toEqual([['status'], [], ['status'], []])
  })

  it.each([
    [{ do: 204 }, 204, {}],
    [{ do: 429 }, 429, { 'retry-after': '1' }],
    [{ do: { status: 429, headers: { 'retry-after': '7' }, body: 'later' } }, 429, { 'retry-after': '7' }],
    [{ do: 'redirect' }, 302, { location: '/redirected' }],
    [{ do: { redirect: 'https://example.test/' } }, 302, { location: 'https://example.test/' }],
    [{ do: 'reset' }, 'ECONNRESET', {}],
    [{ do: 'empty' }, 'ECONNRESET', {}],
    [{ do: 'garbage' }, 'HPE_INVALID_CONSTANT', {}],
  ] as const)('%o', async (fault, status, headers) => {
    const receiver = await receiverWith([fault])
    const answer = await post(receiver.url)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject(headers)
  })

  it('slow is late, by itself or with another; timeout never answers', async () => {
    const start = performance.now()
    expect(await statuses(await receiverWith([{ do: { slow: '40ms' } }]), ['1'])).toEqual([200])
    const both = await receiverWith([{ do: 503 }, { do: { slow: '40ms' } }, { do: 410 }])
    expect(await statuses(both, ['1'])).toEqual([503])
    expect(both.received[0]?.faults).toEqual(['status', 'slow'])
    expect(performance.now() - start).toBeGreaterThan(75)
    const silent = await receiverWith([{ do: 'timeout' }])
    const answer = post(silent.url)
    expect(await silent.waitFor(1)).toBe(true)
    expect(silent.received[0]).toMatchObject({ answer: { kind: 'timeout' }, faults: ['timeout'] })
    await silent.close()
    expect((await answer).status).toBe('ECONNRESET')
  })

  it('know the event, its provider and how often it has come, where documents say', async () => {
    const receiver = await receiverWith(
      [
        { on: { event: 'note.created', provider: 'acme', attempt: 1 }, do: 503 },
        { on: { event: 'n-2', attempt: 2 }, do: 410 },
        { on: { event: 'note.gone' }, do: 418 },
        { on: { attempt: 9 }, do: 418 },
      ],
      { providers: [acme] },
    )
    const bodies = [note('n-1'), note('n-2'), note('n-1'), note('n-2'), note('n-2'), '{}', 'no JSON']
    expect(await statuses(receiver, bodies)).toEqual([503, 503, 299, 410, 299, 503, 503])
    receiver.reset()
    expect(await statuses(receiver, [note('n-1')])).toEqual([503])
  })

  it('count those that fit; without documents every request is one', async () => {
    const receiver = await receiverWith([
      { on: { nth: [2, 3] }, do: 500 },
      { on: { event: 'note.created' }, do: 418 },
    ])
    expect(await statuses(receiver, [note('1'), '2', '3', '4'])).toEqual([299, 500, 500, 299])
  })

  it('take the same bytes for the same event where no document says', async () => {
    const receiver = await receiverWith([{ on: { attempt: 2 }, do: 503 }])
    expect(await statuses(receiver, ['1', '2', '1', '1', '2'])).toEqual([299, 299, 503, 299, 503])
  })

  it('apply neither to other paths nor to what was broken off', async () => {
    const receiver = await receiverWith([{ do: [503] }], { path: '/hooks' })
    expect((await post(receiver.url.replace('/hooks', '/else'))).status).toBe(404)
    const { connect } = await import('node:net')
    const socket = connect(receiver.port, '127.0.0.1', () => {
      socket.write('POST /hooks HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"a"')
      setTimeout(() => socket.destroy(), 10)
    })
    expect(await receiver.waitFor(2)).toBe(true)
    expect(await statuses(receiver, ['1', '2'])).toEqual([503, 299])
    expect(receiver.received.map(({ faults }) => faults.length)).toEqual([0, 0, 1, 0])
  })
})

describe('a receiver while it runs', () => {
  it('takes other answers, which begin anew', async () => {
    const receiver = await receiverWith([], { respond: [500, 501] })
    expect(await statuses(receiver, ['1'])).toEqual([500])
    receiver.respond('410,204')
    expect(await statuses(receiver, ['2', '3', '4'])).toEqual([410, 204, 204])
    expect(() => receiver.respond('nonsense')).toThrow('Failed to read the answer "nonsense"')
    expect(await statuses(receiver, ['5'])).toEqual([204])
  })

  it('forgets what arrived, and answers from the first answer on', async () => {
    const receiver = await receiverWith([], { respond: [500, 501] })
    await statuses(receiver, ['1', '2'])
    receiver.reset()
    expect(receiver.received).toEqual([])
    expect(await statuses(receiver, ['3', '4'])).toEqual([500, 501])
    expect(receiver.received.map(({ number, body }) => [number, body.toString()])).toEqual([
      [1, '3'],
      [2, '4'],
    ])
  })

  it('tells when so many have arrived, or one that fits', async () => {
    const receiver = await receiverWith([])
    const two = receiver.waitFor(2)
    const fits = receiver.waitFor(({ body }) => body.toString() === 'b')
    expect(await receiver.waitFor(1, 5)).toBe(false)
    await statuses(receiver, ['a'])
    expect(await receiver.waitFor(2, 5)).toBe(false)
    await statuses(receiver, ['b'])
    expect(await Promise.all([two, fits, receiver.waitFor(2)])).toEqual([true, true, true])
  })

  it('keeps when each began and was read, and over which connection', async () => {
    const { connect } = await import('node:net')
    const receiver = await receiverWith([])
    const socket = connect(receiver.port, '127.0.0.1')
    const send = (body: string) =>
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n${body}`)
    send('12')
    setTimeout(() => socket.write('34'), 200)
    expect(await receiver.waitFor(1)).toBe(true)
    send('5678')
    expect(await receiver.waitFor(2)).toBe(true)
    await post(receiver.url)
    socket.destroy()
    expect(receiver.received.map(({ connection }) => connection)).toEqual([1, 1, 2])
    const [slow, quick] = receiver.received
    expect((slow?.at ?? 0) - (slow?.startedAt ?? 0)).toBeGreaterThanOrEqual(100)
    expect((quick?.at ?? 0) - (quick?.startedAt ?? 0)).toBeLessThan(100)
  })
})
