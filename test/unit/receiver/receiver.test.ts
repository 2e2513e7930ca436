import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { MockError } from '../../../src/core/errors.ts'
import { headerOf } from '../../../src/core/headers.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from '../../../src/receiver/receiver.ts'
import { post } from './post.ts'

const open: Receiver[] = []
afterEach(async () => {
  for (const receiver of open.splice(0)) await receiver.close()
})

async function receiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const started = await startReceiver(options)
  open.push(started)
  return started
}

describe('startReceiver', () => {
  it('keeps raw bytes and header lines in order and case', async () => {
    const { url, received } = await receiver()
    const body = Buffer.from([0x7b, 0xff, 0x00, 0x7d])
    expect((await post(`${url}/hooks?x=1`, body)).status).toBe(200)
    const [delivery] = received
    expect(delivery).toMatchObject({ number: 1, method: 'POST', path: '/hooks?x=1', complete: true })
    expect(delivery?.body.equals(body)).toBe(true)
    expect(delivery?.headers.slice(0, 2)).toEqual([
      ['X-Mixed-Case', 'a'],
      ['x-second', 'b'],
    ])
    expect(headerOf(delivery?.headers ?? [], 'X-SECOND')).toBe('b')
  })

  it('reads 64 MiB of a body, answers 413, and reads no more', async () => {
    const { url, port, received } = await receiver()
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.on('error', () => {})
    const answer = once(socket, 'data')
    let isAnswered = false
    void answer.then(() => {
      isAnswered = true
    })
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 'x'), Buffer.from('\r\n')])
    for (let i = 0; i < 200 && !isAnswered; i++)
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), answer])
    expect(String((await answer)[0])).toMatch(/^HTTP\/1\.1 413 /)
    expect(received[0]).toMatchObject({ complete: false, answer: { kind: 'respond', status: 413 } })
    expect(received[0]?.body.length).toBe(64 * 1024 * 1024)
    expect((await post(url)).status).toBe(200)
    socket.destroy()
  })

  it('keeps nothing where it is not to', async () => {
    const arrived: number[] = []
    const { url, received } = await receiver({
      keep: false,
      onDelivery: ({ number }) => arrived.push(number),
    })
    await post(url)
    await post(url)
    expect([arrived, received]).toEqual([[1, 2], []])
  })

  it('answers in turn, and the last answer repeats', async () => {
    const { url, received } = await receiver({ respond: [503, '429:5s', 410, 'redirect'] })
    const answers = []
    for (let i = 0; i < 5; i++) answers.push(await post(url))
    expect(answers.map(({ status }) => status)).toEqual([503, 429, 410, 302, 302])
    expect(answers[1]?.headers).toMatchObject({ 'retry-after': '5' })
    expect(answers[3]?.headers).toMatchObject({ location: '/redirected' })
    expect(received.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
  })

  it.each([
    ['reset', 'ECONNRESET'],
    ['empty', 'ECONNRESET'],
    ['garbage', 'HPE_INVALID_CONSTANT'],
  ])('%s breaks the exchange', async (word, code) => {
    const { url, received } = await receiver({ respond: word })
    expect((await post(url)).status).toBe(code)
    expect(received).toHaveLength(1)
  })

  it('empty ends the connection cleanly, reset does not', async () => {
    const outcomes: string[] = []
    for (const word of ['empty', 'reset']) {
      const { port } = await receiver({ respond: word })
      outcomes.push(
        await new Promise<string>((resolve) => {
          const socket = connect(port, '127.0.0.1', () =>
            socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'),
          )
          socket.on('data', () => resolve('data'))
          socket.on('end', () => resolve('end'))
          socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
        }),
      )
    }
    expect(outcomes).toEqual(['end', 'ECONNRESET'])
  })

  it('timeout takes the request and never answers; close cuts it', async () => {
    const { url, received, close } = await receiver({ respond: 'timeout' })
    const answer = post(url)
    await expect.poll(() => received.length).toBe(1)
    expect(await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 30, 'nothing'))])).toBe(
      'nothing',
    )
    await close(5_000)
    expect((await answer).status).toBe('ECONNRESET')
  })

  it('slow answers late, and close lets it finish when asked to', async () => {
    const { url, received, close } = await receiver({ respond: 'slow:40ms' })
    const started = performance.now()
    const answer = post(url)
    await expect.poll(() => received.length, { interval: 2 }).toBe(1)
    await close(5_000)
    expect((await answer).status).toBe(200)
    expect(performance.now() - started).toBeGreaterThan(35)
  })

  it('answers 404 beside its path and does not use an answer up for that', async () => {
    const { url, received } = await receiver({ path: '/hooks', respond: [503, 200] })
    expect(url).toMatch(/:\d+\/hooks$/)
    const statuses = []
    for (const to of [url.replace('/hooks', '/other'), `${url}?a=1`, url])
      statuses.push((await post(to)).status)
    expect(statuses).toEqual([404, 503, 200])
    expect(received).toHaveLength(3)
  })

  it('tells of a delivery that was broken off', async () => {
    const { port, received } = await receiver()
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"a"')
      setTimeout(() => socket.destroy(), 10)
    })
    await expect.poll(() => received.length).toBe(1)
    expect(received[0]).toMatchObject({ complete: false, answer: null })
    expect(received[0]?.body.toString()).toBe('{"a"')
  })

  it('says which port is busy', async () => {
    const { port } = await receiver()
    const error = await startReceiver({ port }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(MockError)
    expect((error as MockError).message).toBe(
      `Failed to listen on 127.0.0.1:${port}: the port is in use. Stop what is running there, or choose another port with --port (0 takes any free one).`,
    )
    expect((error as MockError).exitCode).toBe(3)
  })

  it('says that an address is none of this machine', async () => {
    await expect(startReceiver({ host: '192.0.2.1' })).rejects.toMatchObject({
      kind: 'environment',
      message: 'Failed to listen on 192.0.2.1:0: this machine has no such address. Check --host and --port.',
    })
  })

  it.each([
    () => {
      throw new Error('it is not ready.')
    },
    async () => {
      throw new Error('it is not ready.')
    },
  ])('answers, and warns, where onDelivery fails', async (onDelivery) => {
    const warned = once(process, 'warning')
    const { url } = await receiver({ onDelivery })
    expect((await post(url)).status).toBe(200)
    expect(String(await warned)).toContain('Failed to call onDelivery of a receiver: it is not ready.')
  })

  it('rejects a wait whose question throws, at once or at a later delivery, and goes on', async () => {
    const { url, waitFor } = await receiver()
    const asked = expect(waitFor(({ body }) => JSON.parse(body.toString()) === 1)).rejects.toThrow('JSON')
    expect((await post(url, 'no JSON')).status).toBe(200)
    await asked
    await expect(waitFor(({ body }) => JSON.parse(body.toString()) === 1)).rejects.toThrow('JSON')
    expect((await post(url, '1')).status).toBe(200)
    expect(await waitFor(2)).toBe(true)
  })
})
