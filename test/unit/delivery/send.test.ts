import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { HeaderLines, Outcome } from '../../../src/core/model.ts'
import type { TrustSettings } from '../../../src/delivery/connect.ts'
import { createEgress, type EgressSettings, type Resolve } from '../../../src/delivery/egress.ts'
import { createHttpSender } from '../../../src/delivery/send.ts'
import { freePort, listen, receiver, tcpServer } from './receivers.ts'

interface Sending extends TrustSettings {
  readonly headers?: HeaderLines
  readonly body?: string
  readonly timeoutMs?: number
  readonly egress?: Partial<EgressSettings>
  readonly resolve?: Resolve
}

async function send(
  url: string,
  { headers = [], body = '{}', timeoutMs = 5_000, egress, resolve, ...settings }: Sending = {},
): Promise<Outcome> {
  const gate = createEgress({ allowHosts: [], forward: [], trusted: [], ...egress }, resolve)
  const sender = createHttpSender(gate, settings)
  try {
    return await sender.send({
      url: new URL(url),
      method: 'POST',
      headers,
      body: Buffer.from(body),
      timeoutMs,
    })
  } finally {
    await sender.close()
  }
}

/** An address is allowed, so that names are looked up. */
const NETWORK = { allowHosts: ['10.0.0.0/8'] }

describe('an exchange', () => {
  it('sends the headers in their order and case, with Host and Content-Length', async () => {
    await using there = await receiver(200)
    await send(`${there.url}?a=1`, {
      headers: [
        ['X-Zeta', '1'],
        ['content-TYPE', 'application/json'],
        ['X-alpha', '2'],
      ],
      body: '{"é":1}',
    })
    const [request] = there.arrived
    expect(request).toMatchObject({ method: 'POST', path: '/hooks?a=1', body: '{"é":1}' })
    expect(request?.headers.host).toBe(`127.0.0.1:${there.port}`)
    expect(request?.headers['content-length']).toBe('8')
    expect(
      request?.rawHeaders.filter((_, i) => i % 2 === 0).filter((name) => /^(x-|content-t)/i.test(name)),
    ).toEqual(['X-Zeta', 'content-TYPE', 'X-alpha'])
  })

  it('keeps the answer’s header lines in their order and case', async () => {
    await using there = await receiver((_, response) =>
      response.writeHead(201, ['X-Two', '2', 'x-one', '1', 'X-Two', '3']).end('hé'),
    )
    const outcome = await send(there.url)
    expect(outcome).toMatchObject({
      kind: 'responded',
      status: 201,
      body: { encoding: 'utf8', text: 'hé' },
      truncated: false,
    })
    expect(
      outcome.kind === 'responded' && outcome.headers.filter(([name]) => name.toLowerCase().startsWith('x-')),
    ).toEqual([
      ['X-Two', '2'],
      ['x-one', '1'],
      ['X-Two', '3'],
    ])
  })

  it('does not follow a redirect', async () => {
    await using there = await receiver((_, response) =>
      response.writeHead(302, { location: '/elsewhere' }).end(),
    )
    expect(await send(there.url)).toMatchObject({ kind: 'responded', status: 302 })
    expect(there.arrived).toHaveLength(1)
  })

  it('reads 64 KiB of an endless answer and drops the connection', async () => {
    let closed: () => void = () => {}
    const dropped = new Promise<void>((resolve) => {
      closed = resolve
    })
    await using there = await receiver((_, response) => {
      response.on('close', closed).writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write('é'.repeat(4096))) {}
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    const outcome = await send(there.url)
    expect(outcome).toMatchObject({
      kind: 'responded',
      status: 200,
      truncated: true,
      body: { encoding: 'utf8' },
    })
    expect(outcome.kind === 'responded' && Buffer.byteLength(outcome.body.text)).toBe(65_536)
    await dropped
  })

  it('does not call an answer of exactly 64 KiB truncated', async () => {
    await using there = await receiver((_, response) => response.end(Buffer.alloc(65_536, 'a')))
    expect(await send(there.url)).toMatchObject({ truncated: false })
  })

  it('limits the whole exchange: no answer, and an answer that never ends', async () => {
    await using silent = await receiver('hang')
    expect(await send(silent.url, { timeoutMs: 40 })).toEqual({
      kind: 'timed-out',
      error: 'no answer within 40ms',
    })
    await using slow = await receiver((_, response) => void response.writeHead(200).write('a'))
    expect(await send(slow.url, { timeoutMs: 40 })).toEqual({
      kind: 'timed-out',
      error: 'no answer within 40ms',
    })
  })

  it('says what a connection came to', async () => {
    const port = await freePort()
    expect(await send(`http://127.0.0.1:${port}/`)).toEqual({
      kind: 'connection-failed',
      error: `connection refused by 127.0.0.1:${port}`,
      code: 'ECONNREFUSED',
    })
    expect(await send(`http://localhost:${port}/`)).toEqual({
      kind: 'connection-failed',
      error: `connection refused by localhost:${port}`,
      code: 'ECONNREFUSED',
    })
    await using reset = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    await using ended = await tcpServer((socket) => socket.once('data', () => socket.end()))
    for (const there of [reset, ended])
      expect(await send(`http://127.0.0.1:${there.port}/`)).toEqual({
        kind: 'connection-failed',
        error: `127.0.0.1:${there.port} closed the connection before it had answered`,
        code: 'ECONNRESET',
      })
    await using garbage = await tcpServer((socket) => socket.once('data', () => socket.end('hello\r\n\r\n')))
    expect(await send(`http://127.0.0.1:${garbage.port}/`)).toMatchObject({
      kind: 'connection-failed',
      code: expect.stringMatching(/^HPE_/),
    })
    const unknown: Resolve = () =>
      Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))
    expect(await send('http://no.test/', { resolve: unknown, egress: { allowHosts: ['no.test'] } })).toEqual({
      kind: 'connection-failed',
      error: 'the name no.test leads to no address',
      code: 'ENOTFOUND',
    })
    await using there = await receiver(200)
    expect(await send(there.url, { headers: [['X-Bad', 'a\nb']] })).toMatchObject({
      kind: 'connection-failed',
      code: 'UND_ERR_INVALID_ARG',
    })
  })

  it.each([
    ['HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello', 204],
    ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', 304],
    ['HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n', 201],
    ['HTTP/1.0 200 OK\r\n\r\n', 200],
  ])('takes %j for a whole answer, with status %d', async (answer, status) => {
    await using there = await tcpServer((socket) => socket.once('data', () => socket.end(answer)))
    expect(await send(`http://127.0.0.1:${there.port}/`)).toMatchObject({
      kind: 'responded',
      status,
      body: { text: '' },
      truncated: false,
    })
  })

  it.each([
    ['100 Continue', 'it sent 100 Continue, which nobody had asked for'],
    [
      '101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: foo',
      'it changed to another protocol, which nobody had asked for',
    ],
    ['099 Odd', 'its status is none that there is'],
    [
      '200 OK\r\nContent-Length: -1',
      'Response does not match the HTTP/1.1 protocol (Invalid character in Content-Length)',
    ],
  ])('says what is wrong with an answer of %s', async (answer, reason) => {
    await using there = await tcpServer((socket) =>
      socket.once('data', () => socket.write(`HTTP/1.1 ${answer}\r\n\r\n`)),
    )
    expect(await send(`http://127.0.0.1:${there.port}/`)).toEqual({
      kind: 'connection-failed',
      error: `127.0.0.1:${there.port} did not answer in HTTP: ${reason}`,
      code: 'HPE_INVALID',
    })
  })

  it.each([
    ['body', 'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n'],
    ['headers', 'HTTP/1.1 200 OK\r\nX-Long: '],
  ])('cuts off a receiver that dribbles its %s', async (_, head) => {
    let isClosed = false
    await using there = await tcpServer((socket) => {
      socket.once('data', () => {
        socket.write(head)
        const dribble = setInterval(() => socket.write('a'), 5)
        socket.once('close', () => {
          clearInterval(dribble)
          isClosed = true
        })
      })
    })
    expect(await send(`http://127.0.0.1:${there.port}/`, { timeoutMs: 60 })).toEqual({
      kind: 'timed-out',
      error: 'no answer within 60ms',
    })
    await expect.poll(() => isClosed).toBe(true)
  })

  it('gives up on headers without end', async () => {
    await using there = await tcpServer((socket) =>
      socket.once('data', () => {
        const more = () => {
          while (!socket.destroyed && socket.write(`X-More: ${'a'.repeat(1024)}\r\n`)) {}
          if (!socket.destroyed) socket.once('drain', more)
        }
        socket.write('HTTP/1.1 200 OK\r\n')
        more()
      }),
    )
    expect(await send(`http://127.0.0.1:${there.port}/`)).toMatchObject({
      kind: 'connection-failed',
      code: 'UND_ERR_HEADERS_OVERFLOW',
    })
  })

  it('lets go of an idle connection before a receiver does that does not say when', async () => {
    let letGoAfter = 0
    await using there = await tcpServer((socket) => {
      let answeredAt = 0
      socket.on('end', () => {
        letGoAfter = Date.now() - answeredAt
      })
      socket.on('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        answeredAt = Date.now()
      })
    })
    const sender = createHttpSender(createEgress({ allowHosts: [], forward: [], trusted: [] }))
    const url = new URL(`http://127.0.0.1:${there.port}/`)
    await sender.send({ url, method: 'POST', headers: [], body: Buffer.from('{}'), timeoutMs: 1000 })
    await expect.poll(() => letGoAfter, { timeout: 5_000 }).toBeGreaterThan(0)
    expect(letGoAfter).toBeLessThan(1_900)
    await sender.close()
  })

  it('minds no proxy of the environment', async () => {
    await using there = await receiver(200)
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:1')
    for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, '')
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await send(there.url)).toMatchObject({ kind: 'responded', status: 200 })
  })

  it('knows a broken answer from a whole one', async () => {
    await using there = await tcpServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')),
    )
    expect(await send(`http://127.0.0.1:${there.port}/`)).toMatchObject({
      kind: 'connection-failed',
      code: 'ECONNRESET',
    })
  })

  it('never connects to an address that is out of reach', async () => {
    const asked: string[] = []
    const resolve: Resolve = async (name) => {
      asked.push(name)
      return [{ address: '93.184.215.14', family: 4 }]
    }
    const outcome = {
      kind: 'blocked',
      error: 'example.be is not loopback',
      hint: 'add --allow-host example.be or --forward https://example.be=http://127.0.0.1:PORT',
    }
    expect(await send('https://example.be/hooks', { resolve })).toEqual(outcome)
    expect(asked).toEqual([])
    expect(await send('https://example.be/hooks', { resolve, egress: NETWORK })).toEqual(outcome)
    expect(asked).toEqual(['example.be'])
  })

  it('blocks a name whose look-up takes longer than the time-out', async () => {
    expect(
      await send('https://example.be/', {
        resolve: () => new Promise(() => {}),
        egress: NETWORK,
        timeoutMs: 30,
      }),
    ).toMatchObject({ kind: 'blocked' })
  })

  it('reaches a name that leads to loopback', async () => {
    await using there = await receiver(204)
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    expect(await send(`http://my.test:${there.port}/`, { resolve, egress: NETWORK })).toMatchObject({
      status: 204,
    })
    expect(there.arrived[0]?.headers.host).toBe(`my.test:${there.port}`)
  })

  it('keeps connections alive', async () => {
    let connections = 0
    await using there = await tcpServer((socket) => {
      connections++
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))
    })
    const sender = createHttpSender(createEgress({ allowHosts: [], forward: [], trusted: [] }))
    const request = {
      url: new URL(`http://127.0.0.1:${there.port}/`),
      method: 'POST',
      headers: [],
      body: Buffer.from('{}'),
      timeoutMs: 1000,
    }
    for (let i = 0; i < 10; i++) await sender.send(request)
    await sender.close()
    // A connection is free again one turn of the event loop after its answer, so two take turns here.
    expect(connections).toBeLessThanOrEqual(2)
  })

  describe('over TLS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hookproof-tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        cert,
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost',
      ],
      { stdio: 'ignore' },
    )
    const ca = readFileSync(cert, 'utf8')
    const secure = async () => {
      const server = createHttpsServer({ key: readFileSync(key), cert: ca }, (_, response) =>
        response.writeHead(200).end(),
      )
      const port = await listen(server)
      return { port, [Symbol.asyncDispose]: async () => void server.close() }
    }

    it('does not trust an unknown certificate, unless told of it or told not to care', async () => {
      await using there = await secure()
      const url = `https://localhost:${there.port}/`
      expect(await send(url)).toEqual({
        kind: 'tls-failed',
        error: `no secure connection to localhost:${there.port}: self-signed certificate`,
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      })
      expect(await send(url, { ca })).toMatchObject({ kind: 'responded', status: 200 })
      expect(await send(url, { insecure: true })).toMatchObject({ kind: 'responded', status: 200 })
      expect(await send(`https://127.0.0.1:${there.port}/`, { ca })).toMatchObject({
        kind: 'tls-failed',
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      })
    })

    it('says when there is no TLS at all', async () => {
      await using there = await receiver(200)
      expect(await send(`https://127.0.0.1:${there.port}/`)).toMatchObject({ kind: 'tls-failed' })
    })
  })
})
