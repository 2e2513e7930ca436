import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFeed, type FeedEntry } from '../../src/core/feed.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { callApi } from '../support/api-call.ts'

let mock: Mock
let other: Receiver
const notices: string[] = []
beforeAll(async () => {
  const feed = createFeed()
  feed.subscribe((entry: FeedEntry) => entry.type === 'notice' && notices.push(entry.text))
  ;[mock, other] = await Promise.all([
    startMock({ providers: ['tsanet'], serverNames: ['mock'], feed }),
    startReceiver(),
  ])
})
afterAll(async () => {
  await mock.close()
  await other.close()
})

/** Writes a request as it stands, on a socket of its own, and reads what is answered. */
function exchange(head: readonly string[], body = ''): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(new URL(mock.origin).port), '127.0.0.1')
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve({ status: Number(text.split(' ')[1]), text }))
    const length = body === '' ? [] : [`Content-Length: ${body.length}`, 'Content-Type: application/json']
    socket.write(`${[...head, ...length, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`)
  })
}

const KEY = 'Authorization: Bearer tsanet_test'
const problemIn = (text: string) =>
  JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as Record<string, unknown>

describe('a page whose name was rebound to this machine', () => {
  it('cannot register a webhook with a provider, and so reaches no other port', async () => {
    const body = JSON.stringify({ callbackUrl: `${other.url}/admin` })
    const head = ['POST /tsanet/v1/webhooks HTTP/1.1', 'Host: evil.example:4010', KEY]
    const refused = await exchange([...head, 'Origin: http://evil.example:4010'], body)
    expect(refused.status).toBe(403)
    expect(refused.text).toMatch('application/problem+json')
    expect(problemIn(refused.text)).toMatchObject({
      type: 'urn:hookproof:problem:forbidden-host',
      field: 'Host',
      detail: expect.stringMatching(
        /^The Host "evil\.example:4010" is not a name of this mock, .* --server-name evil\.example \(or HOOKPROOF_SERVER_NAME=evil\.example\)\.$/,
      ),
    })
    expect((await exchange(head, body)).status).toBe(403)
    expect(await mock.webhooks({ provider: 'tsanet' })).toEqual([])
    await mock.trigger('tsanet', 'note.created')
    await mock.settle()
    expect(other.received).toEqual([])
    expect(notices[0]).toMatch('POST /tsanet/v1/webhooks refused: The Host "evil.example:4010" is not a name')
  })

  it.each([
    '/',
    '/tsanet/v1/webhooks',
    '/tsanet/v9/x',
    '/nowhere',
    '/_mock',
    '/_mock/providers',
    '/_MOCK/health',
  ])('is answered nothing at %s', async (path) => {
    expect((await exchange([`GET ${path} HTTP/1.1`, 'Host: evil.example', KEY])).status).toBe(403)
  })

  it('is answered whether the mock is ready, which says nothing more', async () => {
    expect((await exchange(['GET /_mock/health HTTP/1.1', 'Host: evil.example'])).status).toBe(200)
  })
})

describe('a page of another site', () => {
  it.each(['Origin: http://evil.example', 'Origin: null', 'Sec-Fetch-Site: cross-site'])(
    'cannot write to a provider with %s',
    async (line) => {
      const { host } = new URL(mock.origin)
      const body = JSON.stringify({ callbackUrl: other.url })
      const head = ['POST /tsanet/v1/webhooks HTTP/1.1', `Host: ${host}`, KEY, line]
      const refused = await exchange(head, body)
      expect(refused.status).toBe(403)
      expect(problemIn(refused.text)).toMatchObject({ type: 'urn:hookproof:problem:forbidden-origin' })
    },
  )
})

describe('who is no page of a browser', () => {
  const target = '/tsanet/v1/webhooks'
  it.each([
    ['a loopback name', ['Host: localhost']],
    ['a name in other letters', ['HOST: LOCALHOST.:80']],
    ['the port of a tunnel', ['Host: 127.0.0.1:9999']],
    ['the name of a provider', ['Host: tsanet.localhost:4010']],
    ['IPv6', ['Host: [::1]:4010']],
    ['an IPv4 address in short', ['Host: 127.1:4010']],
    ['a --server-name', ['Host: mock:4010']],
    ['one Host twice', ['Host: localhost', 'Host: localhost']],
  ])('may call by %s', async (_, hosts) => {
    expect((await exchange([`GET ${target} HTTP/1.1`, ...hosts, KEY])).status).toBe(200)
  })

  it.each([
    ['no Host', `GET ${target} HTTP/1.0`, []],
    ['an empty Host', `GET ${target} HTTP/1.1`, ['Host:']],
    ['two of them', `GET ${target} HTTP/1.1`, ['Host: localhost', 'Host: evil.example']],
    ['two of them, the other way round', `GET ${target} HTTP/1.1`, ['Host: evil.example', 'Host: localhost']],
    ['a user in it', `GET ${target} HTTP/1.1`, ['Host: localhost@evil.example']],
    ['the mock as its user', `GET ${target} HTTP/1.1`, ['Host: evil.example@localhost']],
    ['a zone', `GET ${target} HTTP/1.1`, ['Host: [::1%25lo]']],
    ['control characters', `GET ${target} HTTP/1.1`, ['Host: localhost\u009b2J']],
    ['another target', `GET http://evil.example${target} HTTP/1.1`, ['Host: localhost']],
    ['a target with a user', `GET http://localhost@evil.example${target} HTTP/1.1`, ['Host: localhost']],
    ['a target and no Host', `GET http://evil.example${target} HTTP/1.0`, []],
  ])('is refused with %s', async (_, line, hosts) => {
    const { status, text } = await exchange([line, ...hosts, KEY])
    expect(status).toBe(403)
    expect(problemIn(text)).toMatchObject({ type: 'urn:hookproof:problem:forbidden-host' })
  })

  it('may call by any address of a mock that listens on all of them', async () => {
    const open = await startMock({ providers: ['tsanet'], host: '0.0.0.0' })
    try {
      expect((await callApi(open, 'tsanet', 'GET /v1/webhooks')).status).toBe(200)
    } finally {
      await open.close()
    }
  })
})
