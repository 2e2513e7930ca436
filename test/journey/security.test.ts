import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { type Mock, type MockOptions, startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { runScenario } from '../../src/scenario/index.ts'
import { callApi } from '../support/api-call.ts'
import { ROOT } from '../support/readme.ts'
import { run } from '../unit/cli/fake-io.ts'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function start(options: MockOptions = {}): Promise<Mock> {
  const mock = await startMock({ providers: ['tsanet'], ...options })
  open.push(() => mock.close())
  return mock
}

async function receive() {
  const receiver = await startReceiver()
  open.push(() => receiver.close())
  return receiver
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hookproof-'))
  open.push(() => rm(path, { recursive: true }))
  return path
}

const portOf = ({ origin }: Mock) => Number(new URL(origin).port)

/** Whether somebody listens there. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => done(true))
    const done = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.on('error', () => done(false))
  })
}

/** Where sockets of this process got to while `work` was done. */
async function connections(work: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const reached = new Set<string>()
  const note = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    const failed = () => reached.add('an address that did not answer')
    socket.once('error', failed).once('connect', () => {
      socket.off('error', failed)
      reached.add(`${socket.remoteAddress} ${socket.remotePort}`)
    })
  }
  subscribe('net.client.socket', note)
  try {
    await work()
  } finally {
    unsubscribe('net.client.socket', note)
  }
  return reached
}

/** The README's section, a test for each of its items by the words in bold. */
const CLAIMS: Readonly<Record<string, () => Promise<void>>> = {
  'It listens on loopback only': async () => {
    const mock = await start()
    const here = Object.values(networkInterfaces()).flatMap((own) => own ?? [])
    expect(await answers('127.0.0.1', portOf(mock))).toBe(true)
    for (const { address, internal, scopeid = 0 } of here)
      if (!internal && scopeid === 0) expect(await answers(address, portOf(mock)), address).toBe(false)
  },

  // callers.test.ts has all the ways to try it.
  'Web pages of other sites cannot use it': async () => {
    const mock = await start({ serverNames: ['mock'] })
    const asked = async (headers: Record<string, string>) =>
      (await callApi(mock, 'tsanet', 'POST /v1/webhooks', { callbackUrl: 'http://127.0.0.1:9' }, { headers }))
        .status
    expect(await asked({ Origin: 'http://evil.example' })).toBe(403)
    expect(await asked({ Origin: mock.origin })).toBe(200)
    expect(await mock.webhooks()).toHaveLength(1)
    const { headers } = await fetch(`${mock.origin}/_mock/webhooks`, {
      headers: { Origin: 'http://evil.example' },
    })
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  },

  // egress.test.ts has all the ways to try it.
  'Deliveries stay on this machine': async () => {
    const receiver = await receive()
    const mock = await start({ clock: 'virtual' })
    const moved = await startReceiver({ respond: [`redirect:${receiver.url}`] })
    open.push(() => moved.close())
    for (const url of [
      'https://example.be/hooks',
      'http://192.0.2.1/',
      `${mock.origin}/_mock/reset`,
      moved.url,
    ])
      await mock.register('tsanet', { url })
    const reached = await connections(async () => {
      await mock.trigger('tsanet', 'note.created')
      await mock.settle()
    })
    expect([...reached]).toEqual([`127.0.0.1 ${moved.port}`])
    const blocked = await mock.deliveries({ status: 'blocked' })
    expect(blocked).toHaveLength(3)
  },

  'Nothing else leaves the machine': async () => {
    const receiver = await receive()
    const db = join(await folder(), 'db.json')
    const spec = join(await folder(), 'acme.yaml')
    const text = await readFile(`${ROOT}/test/support/acme.yaml`, 'utf8')
    const elsewhere = `{ $ref: '${receiver.url}/elsewhere.json' }`
    await writeFile(spec, text.replace('\n  schemas:', `\n  schemas:\n    Elsewhere: ${elsewhere}`))
    const ports = new Set<string>()
    const reached = await connections(async () => {
      await expect(startMock({ specs: [spec] })).rejects.toMatchObject({ kind: 'input' })
      const mock = await start({ providers: ['beel', 'companybelgium', 'donutwork', 'tsanet'], db })
      ports.add(`127.0.0.1 ${portOf(mock)}`).add(`127.0.0.1 ${receiver.port}`)
      for (const { id, events } of mock.providers) {
        await mock.register(id, { url: receiver.url })
        for (const type of events.keys()) await mock.trigger(id, type)
      }
      await mock.settle()
      await callApi(mock, 'tsanet', 'GET /v1/webhooks')
      await run(['deliveries', '--server', mock.origin])
      await mock.close()
    })
    expect(reached).toEqual(ports)
    expect(receiver.received.filter(({ path }) => path.includes('elsewhere'))).toEqual([])
  },

  'Programs on this machine are not kept out': async () => {
    const mock = await start()
    await mock.register('tsanet', { url: 'http://127.0.0.1:9', secret: 's3cr3t' })
    expect(await (await fetch(`${mock.origin}/_mock/webhooks`)).text()).toContain('s3cr3t')
    expect((await fetch(`${mock.origin}/_mock/reset`, { method: 'POST' })).ok).toBe(true)
    expect(await mock.webhooks()).toEqual([])
  },

  'Secrets are not hidden': async () => {
    const path = await folder()
    const flags = ['--port', '0', '--db', join(path, 'db.json'), '--provider', 'donutwork']
    const { out } = await run([
      'start',
      ...flags,
      '--forward-to',
      'http://127.0.0.1:9',
      '--secret',
      't0ken',
      '--',
      'true',
    ])
    expect(out).toContain('t0ken')
    expect(out).toContain('donutwork_test')
    const kept = await Promise.all((await readdir(path)).map((file) => readFile(join(path, file), 'utf8')))
    expect(kept.join('')).toContain('t0ken')
  },

  'Scenario files are programs': async () => {
    const made = join(await folder(), 'made')
    const exec = [process.execPath, '-e', `require('fs').writeFileSync(${JSON.stringify(made)}, 'x')`]
    const file = join(await folder(), 'scenario.yaml')
    const scenario = { version: 1, name: 'a program', provider: 'tsanet', steps: [{ exec }] }
    await writeFile(file, JSON.stringify(scenario))
    const { status } = await runScenario(file)
    expect(status).toBe('passed')
    expect(await readFile(made, 'utf8')).toBe('x')
  },

  // The files as they are while the mock runs are what its death leaves; kill-storm.slow.test.ts kills it.
  'A power cut can lose state': async () => {
    const [path, copy] = [await folder(), await folder()]
    const mock = await start({ db: join(path, 'db.json') })
    await mock.register('tsanet', { url: 'http://127.0.0.1:9' })
    for (const file of await readdir(path))
      if (file.startsWith('db.json') && !file.endsWith('.lock'))
        await copyFile(join(path, file), join(copy, file))
    const next = await start({ db: join(copy, 'db.json') })
    expect(await next.webhooks()).toHaveLength(1)
  },
}

const section = /\n## Security\n(.*?)\n## /s.exec(await readFile(`${ROOT}/README.md`, 'utf8'))?.[1] ?? ''
const items = [...section.matchAll(/^- \*\*(.+?)\.?\*\*/gm)].map(([, title = '']) => title)

it('stands in the README, and nothing else does', () => {
  expect(items).toEqual(Object.keys(CLAIMS))
})

// The first start loads everything, and the machine may be busy with other tests.
it.each(Object.entries(CLAIMS))('%s', { timeout: 60_000 }, (_, check) => check())
