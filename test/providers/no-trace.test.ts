import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DELIVERY_FAULTS } from '../../src/fault/delivery-catalogue.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { loadProvider } from '../../src/spec/load.ts'
import type { Operation } from '../../src/spec/provider.ts'
import { shippedProviders } from '../../src/spec/shipped.ts'
import { expectNoTrace } from '../support/trace.ts'

// Of every operation and its errors, every-operation.test.ts looks for traces.

const providers = await Promise.all(shippedProviders().map(({ file }) => loadProvider(file)))

describe.each(providers.map((provider) => [provider.id, provider] as const))('%s', (id, provider) => {
  let mock: Mock
  let receiver: Receiver
  const [type = ''] = provider.events.keys()

  beforeAll(async () => {
    receiver = await startReceiver({ respond: [200] })
    mock = await startMock({
      providers: [id],
      clock: 'virtual',
      attemptTimeoutMs: 200,
      allowHosts: ['nowhere.invalid'],
    })
  })
  afterAll(async () => {
    await mock.close()
    await receiver.close()
  })

  it('declares what its deliveries name as their user agent', async () => {
    expect(Object.keys(provider.delivery.headers).map((name) => name.toLowerCase())).toContain('user-agent')
  })

  it('shows nothing of the mock to a receiver, whatever goes wrong', async () => {
    await mock.reset()
    await mock.register(id, { url: receiver.url })
    const before = receiver.received.length
    for (const name of Object.keys(DELIVERY_FAULTS).filter((one) => one !== 'huge-body')) {
      mock.use({ plane: 'delivery', do: name, times: 1 })
      await mock.trigger(id, type)
      await mock.clock.advance('1h')
    }
    mock.use({ plane: 'delivery', do: { 'huge-body': '3kb' }, times: 1 })
    await mock.trigger(id, type)
    await mock.settle()
    expect(receiver.received.length - before).toBeGreaterThan(Object.keys(DELIVERY_FAULTS).length - 4)
    for (const { headers, body } of receiver.received) expectNoTrace({ headers, body: body.toString() })
  })

  it('shows nothing of the mock in its log and its tests, whatever became of an attempt', async () => {
    await mock.reset()
    const answers = [200, 404, 503, 'timeout', 'reset', 'empty', 'garbage', 'redirect'] as const
    const receivers = await Promise.all(answers.map((answer) => startReceiver({ respond: [answer] })))
    const [first] = receivers
    const urls = [
      ...receivers.map(({ url }) => url),
      'http://127.0.0.1:1/refused',
      'http://nowhere.invalid/',
      `https://127.0.0.1:${new URL(first?.url ?? '').port}/`,
      'https://example.be/blocked-by-us',
      `${mock.origin}/back`,
    ]
    const kinds = new Set<string>()
    for (const url of urls) {
      const { providerId } = await mock.register(id, { url: url.replace('blocked-by-us', 'in') })
      await mock.trigger(id, type)
      await mock.settle()
      await sayNothing(providerId)
    }
    await interruptLatest()
    for (const { providerId } of await webhooks()) await sayNothing(providerId)
    for (const { attempts } of await mock.deliveries({}))
      for (const { outcome } of attempts) if (outcome !== null) kinds.add(outcome.kind)
    expect([...kinds].sort()).toEqual([
      'blocked',
      'connection-failed',
      'interrupted',
      'responded',
      'timed-out',
      'tls-failed',
    ])
    for (const one of receivers) await one.close()
  })

  it('shows nothing of the mock to a client that calls what there is not, or what cannot be read', async () => {
    const { port } = new URL(mock.origin)
    const paths = [`/${id}`, `/${id}/`, `/${id}/nothing/here`, `${provider.basePath}/nothing`, `/${id}/%ff`]
    for (const path of paths)
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PURGE'])
        expectNoTrace(await ask(method, path))
    for (const raw of ['GET', 'GET / HTTP/9.9', `GET /${id}/%ff HTTP/1.1\r\nHost: localhost`])
      expectNoTrace({
        headers: {},
        body: await exchange(Number(port), `${raw}\r\nConnection: close\r\n\r\n`),
      })
  })

  const withBody = provider.operations.filter(({ body }) => body !== null)
  it.each(withBody.map((operation) => [operation.id, operation] as const))(
    'shows nothing of the mock in what %s says of a body that is too much for it',
    async (_, operation) => {
      const bodies = [
        `{"url":[${'1,'.repeat(21_000)}1]}`,
        `{"url":${'['.repeat(1_100)}${']'.repeat(1_100)}}`,
        '{"url":9007199254740993}',
        `"${'x'.repeat(provider.limits.bodyBytes)}"`,
        '{"url":',
        '\u0000',
        '{bad',
        '{"url" 1}',
        Buffer.from('7b22ff227d', 'hex'),
        'a=%ff',
      ]
      for (const body of bodies) {
        const path = `/${id}${operation.serverPath}${pathOf(operation)}`
        const answer = await ask(operation.method, path, body)
        expect([...operation.responses.keys()]).toContain(answer.status)
        expectNoTrace(answer)
      }
    },
  )

  it.each(withBody.map((operation) => [operation.id, operation] as const))(
    'shows nothing of the runtime in what %s says of a body that cannot be decoded',
    async (_, operation) => {
      for (const encoding of ['br', 'gzip', 'deflate', 'zstd']) {
        const path = `/${id}${operation.serverPath}${pathOf(operation)}`
        const answer = await ask(operation.method, path, 'x', {
          'Content-Type': operation.body?.contents[0]?.mediaType ?? '',
          'Content-Encoding': encoding,
        })
        expect([...operation.responses.keys()]).toContain(answer.status)
        expectNoTrace(answer)
        const { location, message } = mock.violations({ by: 'client' }).at(-1) ?? {}
        expect([location, message]).toEqual(['body', expect.stringMatching(/^body cannot be read: .+/)])
      }
    },
  )

  const test = provider.operations.find(({ mock: keyword }) => keyword?.action === 'send-test')
  if (test !== undefined)
    it('shows nothing of the mock to whoever waits while it stops', async () => {
      const silent = await startReceiver({ respond: ['timeout'] })
      const stopping = await startMock({ providers: [id] })
      const { providerId } = await stopping.register(id, { url: silent.url })
      const path = `${provider.basePath}${test === undefined ? '' : pathOf(test, providerId)}`
      const asked = askOf(stopping, test?.method ?? '', path)
      await silent.waitFor(1)
      await stopping.close(0)
      expectNoTrace(await asked)
      await silent.close()
    })

  /** What the provider says of a webhook's log, of a test delivery to it, and of an entry that is sent again. */
  async function sayNothing(webhook: string): Promise<void> {
    const attempts = (await mock.deliveries({})).flatMap((delivery) => delivery.attempts)
    for (const operation of provider.operations) {
      const action = operation.mock?.action ?? ''
      if (!['list-attempts', 'send-test', 'resend'].includes(action)) continue
      const attempt = attempts.at(-1)?.providerId ?? ''
      expectNoTrace(await ask(operation.method, `${provider.basePath}${pathOf(operation, webhook, attempt)}`))
    }
  }

  async function webhooks(): Promise<readonly { readonly providerId: string }[]> {
    const response = await fetch(`${mock.origin}/_mock/webhooks`)
    return ((await response.json()) as { webhooks: { providerId: string }[] }).webhooks
  }

  /** As a start after `kill -9` finds an attempt. */
  async function interruptLatest(): Promise<void> {
    const answer = await fetch(`${mock.origin}/_mock/snapshot`)
    const snapshot = (await answer.json()) as { tables: { attempts: { outcome: object }[] } }
    const outcome = { kind: 'interrupted', error: 'hookproof ended before an answer came' }
    const [attempt] = snapshot.tables.attempts
    if (attempt !== undefined) attempt.outcome = outcome
    const response = await fetch(`${mock.origin}/_mock/snapshot`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(snapshot),
    })
    expect(response.status, await response.text()).toBeLessThan(300)
  }

  const ask = (method: string, path: string, body?: string | Buffer, more: Record<string, string> = {}) =>
    askOf(mock, method, path.startsWith(`/${id}`) ? path : `${provider.basePath}${path}`, body, more)

  async function askOf(
    target: Mock,
    method: string,
    path: string,
    body?: string | Buffer,
    more: Record<string, string> = {},
  ) {
    const { hostname, port } = new URL(target.origin)
    const credentials = await target.credentials(id)
    const headers = {
      ...credentials,
      // Node frames the body of a DELETE only where its length is given.
      ...(body !== undefined && {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      }),
      ...more,
    }
    return new Promise<{ status: number; headers: unknown; body: string }>((resolve, reject) => {
      const sent = httpRequest({ hostname, port, method, path, headers }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
})

function pathOf(operation: Operation, webhook = 'x', attempt = 'x'): string {
  const ids: Record<string, string> = {
    [operation.mock?.webhook ?? 'id']: webhook,
    [operation.mock?.attempt ?? '']: attempt,
  }
  return operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(ids[name] ?? 'x'),
  )
}

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    const timer = setTimeout(() => socket.destroy(), 1_000)
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}
