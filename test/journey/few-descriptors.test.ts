import { readdirSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { distCommand } from '../support/dist-command.ts'
import { type KillableMock, startKillable } from '../support/killable-mock.ts'

/** Node opens as many files at once as it loads modules at once. */
const LIMIT = 96

let mock: KillableMock
let receiver: Receiver
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  agent.destroy()
  await mock.kill()
  await receiver.close()
})

/** On a connection that is there already. */
function call(url: string, method: string, path: string, body?: unknown): Promise<readonly [number, string]> {
  const headers = { Authorization: 'Bearer tsanet_test', 'Content-Type': 'application/json' }
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { method, agent, headers }, async (response) => {
      let text = ''
      for await (const part of response.setEncoding('utf8')) text += part
      resolve([response.statusCode ?? 0, text])
    })
    outgoing.on('error', reject)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

const openFiles = () => readdirSync(`/proc/${mock.child.pid}/fd`).length

/** Takes the last descriptors of the mock. */
async function exhaust(url: string): Promise<void> {
  const { port } = new URL(url)
  for (let i = 0; i < LIMIT * 2; i++)
    sockets.push(connect(Number(port), '127.0.0.1').on('error', () => undefined))
  await expect.poll(openFiles).toBeGreaterThanOrEqual(LIMIT - 1)
}

async function release(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy()
  await expect.poll(openFiles, { timeout: 5_000 }).toBeLessThan(LIMIT / 1.5)
}

it('a moment without file descriptors does no lasting harm', { timeout: 60_000 }, async () => {
  receiver = await startReceiver()
  const limited = ['/bin/sh', '-c', `ulimit -n ${LIMIT}; exec "$@"`, 'sh', ...distCommand()]
  mock = startKillable(
    ['--memory', '--provider', 'tsanet', '--forward-to', receiver.url],
    () => undefined,
    limited,
  )
  const { url } = await mock.ready
  const failures = async () => {
    const hook = { provider: 'tsanet', url: receiver.url }
    const fault = { plane: 'api', on: { operation: 'listWebhooks' }, do: 500, times: 1 }
    const calls = [
      ['GET', '/_mock/health'],
      ['GET', '/_mock/providers'],
      ['GET', '/tsanet/v1/webhooks'],
      ['POST', '/_mock/webhooks', hook],
      ['POST', '/_mock/faults', fault],
      ['DELETE', '/_mock/faults'],
      ['POST', '/_mock/events', { provider: 'tsanet', type: 'note.created' }],
      ['GET', '/_mock/deliveries'],
      ['GET', '/_mock/snapshot'],
    ] as const
    const failed: string[] = []
    for (const [method, path, body] of calls) {
      const [status, text] = await call(url, method, path, body)
      if (status >= 300) failed.push(`${method} ${path}: ${status} ${text}`)
    }
    return failed
  }
  await call(url, 'GET', '/_mock/health')
  await exhaust(url)
  expect(await failures()).toEqual([])
  await release()
  expect(await failures()).toEqual([])
  const [, made] = await call(url, 'POST', '/_mock/events', { provider: 'tsanet', type: 'note.created' })
  const { id } = JSON.parse(made).event
  const [, delivered] = await call(url, 'GET', `/_mock/deliveries?event=${id}&wait=5s`)
  expect(JSON.parse(delivered).deliveries.map(({ status }: { status: string }) => status)).toContain(
    'succeeded',
  )
})
