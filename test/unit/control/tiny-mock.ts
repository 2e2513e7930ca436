import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createAccounts } from '../../../src/api/accounts.ts'
import { createCoverageLog } from '../../../src/api/coverage.ts'
import { createRequestLog } from '../../../src/api/request-log.ts'
import { loadContract } from '../../../src/contract/contract.ts'
import { matchPath } from '../../../src/contract/parameters.ts'
import type { ControlParts } from '../../../src/control/call.ts'
import { createFeedStream } from '../../../src/control/feed-stream.ts'
import { guardCaller, hostCheck } from '../../../src/control/guard.ts'
import { controlRouter, loadControlOperations } from '../../../src/control/router.ts'
import { createClock } from '../../../src/core/clock.ts'
import { createFeed } from '../../../src/core/feed.ts'
import type { Json } from '../../../src/core/json.ts'
import { createKeyedMutex } from '../../../src/core/mutex.ts'
import { createRandom } from '../../../src/core/random.ts'
import { createEgress } from '../../../src/delivery/egress.ts'
import { createFaultRegistry } from '../../../src/fault/registry.ts'
import { loadProviders } from '../../../src/spec/load.ts'
import { createStore } from '../../../src/state/open.ts'

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, Json>> & { readonly detail: string; readonly field: string }
  readonly text: string
}

const contract = await loadContract()
const operations = await loadControlOperations()

/** The control API on a real socket, over a real store and one shipped provider; `queue` is what a test makes of it. */
export async function tinyMock(queue: object = {}, clock = createClock()) {
  const [provider] = await loadProviders(['tsanet'], undefined)
  if (provider === undefined) throw new Error('no provider')
  const providers = new Map([[provider.id, provider]])
  const store = await createStore({ reset: false, warn: () => undefined })
  const rng = createRandom('control')
  const feed = createFeed()
  const requestLog = createRequestLog()
  const coverage = createCoverageLog([provider])
  feed.subscribe(coverage.note)
  const resets: unknown[] = []
  const isKnown = hostCheck({ host: '127.0.0.1', serverNames: ['mock'] })
  const server = createServer()
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const parts: ControlParts = {
    providers,
    store,
    clock,
    rng,
    feed,
    requestLog,
    coverage,
    faults: createFaultRegistry(createRandom('faults')),
    accounts: createAccounts(providers, { store, clock, rng }),
    queue: { wake: () => undefined, ...queue } as unknown as ControlParts['queue'],
    egress: createEgress({ allowHosts: [], forward: [], trusted: [] }),
    tlsCheck: async () => null,
    mutex: createKeyedMutex(),
    contract: async () => contract,
    settings: { strictUrls: false, strict: false, origin },
    version: '1.2.3',
    stream: createFeedStream(feed, 'run'),
    reset: async (scope) => void resets.push(scope),
  }
  server.on('request', express().use(guardCaller(isKnown, feed)).use('/_mock', controlRouter(parts)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  /** Sends a request, and holds the answer to control.yaml. */
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const type: Record<string, string> = text === undefined ? {} : { 'content-type': 'application/json' }
    const answered = await exchange(`${origin()}/_mock${path}`, method, { ...type, ...headers }, text)
    checkAnswer(method, path, answered)
    return answered
  }
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await store.close()
  }
  return { call, close, parts, resets, origin, provider }
}

/** Not fetch, which would set the Host header itself. */
function exchange(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers: { ...headers } }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString()
      const lines = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
      resolve({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(lines),
        body: (/json/.test(String(response.headers['content-type'])) && text !== ''
          ? JSON.parse(text)
          : {}) as Answered['body'],
        text,
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

function checkAnswer(method: string, path: string, { status, headers, body, text }: Answered): void {
  const plain = path.replace(/\?.*$/, '')
  const operation = [...operations.values()].find(
    (one) => one.method === method && matchPath(one.path, plain),
  )
  if (operation === undefined) return
  const violations = contract.response(operation, { status, headers, body, bodyLength: text.length })
  if (violations.length > 0)
    throw new Error(`${method} ${path} ${status}: ${JSON.stringify(violations)} ${text}`)
}
