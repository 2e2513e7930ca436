import { createServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HeaderLines } from '../../../../src/core/model.ts'
import type { TrustSettings } from '../../../../src/delivery/connect.ts'
import { createEgress } from '../../../../src/delivery/egress.ts'
import { chunksOf } from '../../../../src/delivery/faults/raw-send.ts'
import { createHttpSender } from '../../../../src/delivery/send.ts'
import type { Transport } from '../../../../src/fault/delivery-fault.ts'
import { type Certificate, selfSigned } from '../../../support/certificate.ts'
import { wireReceiver } from '../../../support/wire-receiver.ts'
import { freePort, listen, receiver, tcpServer } from '../receivers.ts'

const BODY = Buffer.from('{"name":"Ñandú"}')
type BodyPlan = Pick<Transport, 'cut' | 'overMs'>

const SLOW: BodyPlan = { cut: null, overMs: 60 }
const CUT: BodyPlan = { cut: { how: 'end', at: 0.5 }, overMs: 0 }
const RESET: BodyPlan = { cut: { how: 'reset', at: 0.5 }, overMs: 0 }

async function send(
  url: string,
  raw: BodyPlan,
  { timeoutMs = 2_000, ...settings }: TrustSettings & { timeoutMs?: number } = {},
  headers: HeaderLines = [['X-Mixed-Case', 'u']],
) {
  const egress = createEgress({ allowHosts: [], forward: [], trusted: [] }, async () => [
    { address: '8.8.8.8', family: 4 },
  ])
  const sender = createHttpSender(egress, settings)
  try {
    return await sender.send({ url: new URL(url), method: 'POST', headers, body: BODY, timeoutMs, raw })
  } finally {
    await sender.close()
  }
}

describe('a raw exchange', () => {
  it('is an ordinary request but for its pace', async () => {
    await using there = await receiver((_, response) => {
      response.writeHead(202, { 'X-Answer': 'yes' })
      response.end('taken')
    })
    expect(await send(`${there.url}?a=1`, SLOW)).toMatchObject({
      kind: 'responded',
      status: 202,
      headers: expect.arrayContaining([['X-Answer', 'yes']]),
      body: { encoding: 'utf8', text: 'taken' },
      truncated: false,
    })
    const [arrived] = there.arrived
    expect(arrived).toMatchObject({ method: 'POST', path: '/hooks?a=1', body: BODY.toString() })
    expect(arrived?.rawHeaders).toEqual([
      'Host',
      `127.0.0.1:${there.port}`,
      'Connection',
      'close',
      'X-Mixed-Case',
      'u',
      'Content-Length',
      String(BODY.length),
    ])
  })

  it('reads 64 KiB of an answer at most, and follows no redirect', async () => {
    await using there = await receiver((_, response) => {
      response.writeHead(302, { Location: '/elsewhere' })
      response.end('x'.repeat(100_000))
    })
    const outcome = await send(there.url, SLOW)
    expect(outcome).toMatchObject({ kind: 'responded', status: 302, truncated: true })
    expect(outcome.kind === 'responded' && outcome.body.text.length).toBe(64 * 1024)
    expect(there.arrived).toHaveLength(1)
  })

  it('says what a connection came to, as any other exchange', async () => {
    const port = await freePort()
    expect(await send(`http://127.0.0.1:${port}/`, CUT)).toEqual({
      kind: 'connection-failed',
      error: `connection refused by 127.0.0.1:${port}`,
      code: 'ECONNREFUSED',
    })
    await using rude = await tcpServer((socket) => socket.once('data', () => socket.end('nonsense\r\n\r\n')))
    expect(await send(`http://127.0.0.1:${rude.port}/`, CUT)).toMatchObject({
      kind: 'connection-failed',
      code: expect.stringMatching(/^HPE_/),
      error: expect.stringMatching(/^127\.0\.0\.1:\d+ did not answer in HTTP: /),
    })
    await using silent = await tcpServer(() => {})
    expect(await send(`http://127.0.0.1:${silent.port}/`, SLOW, { timeoutMs: 40 })).toEqual({
      kind: 'timed-out',
      error: 'no answer within 40ms',
    })
  })

  it('gives the receiver its own time beside that of the body', async () => {
    await using there = await receiver(200)
    const slow = { cut: null, overMs: 700 }
    expect(await send(there.url, slow, { timeoutMs: 500 })).toMatchObject({ kind: 'responded', status: 200 })
  })

  it('goes nowhere that deliveries may not go', async () => {
    expect(await send('http://example.test/hooks', CUT)).toEqual({
      kind: 'blocked',
      error: 'example.test is not loopback',
      hint: 'add --allow-host example.test or --forward http://example.test=http://127.0.0.1:PORT',
    })
  })

  it('refuses a header that is none, and leaves no connection behind', async () => {
    await using there = await wireReceiver()
    expect(await send(there.url, CUT, {}, [['X-Broken', 'a\nb']])).toMatchObject({
      kind: 'connection-failed',
    })
    expect(there.wires).toHaveLength(0)
  })

  it('counts an answer that comes before a cut', async () => {
    await using there = await wireReceiver({ at: 'head', statuses: [401] })
    const early = { cut: { how: 'reset', at: 0.9 }, overMs: 1_500 } as const
    expect(await send(there.url, early)).toMatchObject({ kind: 'responded', status: 401 })
    expect(there.wires[0]?.ended).not.toBe('reset')
  })

  it.each([0, 1])('cuts at %i, too', async (at) => {
    await using there = await wireReceiver()
    expect(await send(there.url, { cut: { how: 'end', at }, overMs: 0 })).toMatchObject({
      code: 'ECONNRESET',
    })
    const [wire] = there.wires
    expect(wire?.body).toHaveLength(at * BODY.length)
    expect(Number(wire?.header('Content-Length'))).toBe(BODY.length + at)
    expect(wire?.ended).toBe('end')
  })
})

describe('a raw exchange over TLS', () => {
  let certificate: Certificate
  beforeAll(() => {
    certificate = selfSigned('localhost')
  })
  const seen: { text: string; ended: string }[] = []
  const server = () =>
    createServer({ cert: certificate.cert, key: certificate.key }, (socket) => {
      const one = { text: '', ended: 'not' }
      seen.push(one)
      socket.on('data', (bytes) => {
        one.text += bytes.toString('utf8')
        if (one.text.endsWith(BODY.toString())) socket.end('HTTP/1.1 204 No Content\r\n\r\n')
      })
      socket.on('end', () => (one.ended = 'end'))
      socket.on('error', (error: NodeJS.ErrnoException) => (one.ended = error.code ?? ''))
    })
  const open: ReturnType<typeof server>[] = []
  afterAll(() => open.forEach((one) => void one.close()))
  const start = async () => {
    const one = server()
    open.push(one)
    seen.length = 0
    return `https://localhost:${await listen(one)}/hooks`
  }

  it('is spoken as its certificate says', async () => {
    const url = await start()
    expect(await send(url, SLOW, { insecure: true })).toMatchObject({ kind: 'responded', status: 204 })
    expect(await send(url, SLOW, { ca: certificate.cert })).toMatchObject({ kind: 'responded', status: 204 })
    expect(await send(url, SLOW)).toMatchObject({ kind: 'tls-failed', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  })

  it('ends early, or in a TCP reset', async () => {
    const url = await start()
    const half = BODY.subarray(0, Math.floor(BODY.length / 2)).toString()
    expect(await send(url, CUT, { insecure: true })).toMatchObject({ kind: 'connection-failed' })
    expect(seen[0]).toMatchObject({ ended: 'end' })
    expect(seen[0]?.text.endsWith(half)).toBe(true)
    expect(await send(url, RESET, { insecure: true })).toMatchObject({
      error: expect.stringContaining('reset-mid-body'),
    })
    await expect.poll(() => seen[1]?.ended).toBe('ECONNRESET')
    expect(seen[1]?.text.endsWith(half)).toBe(true)
  })
})

describe('chunksOf', () => {
  const body = Buffer.from('0123456789')
  const join = (cut: Parameters<typeof chunksOf>[1]['cut'], overMs = 0) => {
    const { chunks, contentLength, pauseMs } = chunksOf(body, { cut, overMs })
    return [Buffer.concat(chunks).toString(), contentLength, chunks.length, pauseMs]
  }

  it.each([
    [null, 0, ['0123456789', 10, 1, 0]],
    [null, 200, ['0123456789', 10, 5, 50]],
    [null, 9_000, ['0123456789', 10, 10, 1_000]],
    [{ how: 'end', at: 0.35 } as const, 0, ['012', 10, 1, 0]],
    [{ how: 'end', at: 0 } as const, 0, ['', 10, 0, 0]],
    // There is always more promised than comes.
    [{ how: 'end', at: 1 } as const, 0, ['0123456789', 11, 1, 0]],
    // A reset within the body comes before its last byte.
    [{ how: 'reset', at: 1 } as const, 0, ['012345678', 10, 1, 0]],
    [{ how: 'end', at: 0.5 } as const, 100, ['01234', 10, 3, 50]],
  ])('%o over %i ms', (cut, overMs, expected) => {
    expect(join(cut, overMs)).toEqual(expected)
  })

  it('promises something where there is no body', () => {
    expect(chunksOf(Buffer.from(''), { cut: { how: 'end', at: 0.5 }, overMs: 100 })).toEqual({
      chunks: [],
      contentLength: 1,
      pauseMs: 0,
    })
  })
})
