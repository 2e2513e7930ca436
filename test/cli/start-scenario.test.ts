import { once } from 'node:events'
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../../src/cli/program.ts'
import { startMock } from '../../src/mock/start-mock.ts'
import { fakeIo } from '../unit/cli/fake-io.ts'

const SCENARIO = `
version: 1
name: a receiver that is written to twice
provider: acme
clock: virtual
seed: 42
vars: { key: s3cret }
webhooks:
  app: { url: $receiver, secret: $key, fields: { active: true } }
faults:
  api:
    - { on: { operation: readHook }, do: [503, pass] }
  delivery:
    - { on: { event: note.created, webhook: app }, do: duplicate, with: { copies: 2 } }
`

const ACME = fileURLToPath(new URL('../support/acme.yaml', import.meta.url))

let folder: string
let spec: string
let scenario: string
let receiver: Server
let received: string[]
let hooks: string
const leave: (() => Promise<unknown>)[] = []

// The first start of a process loads everything, which on a busy machine takes longer than a test may.
beforeAll(async () => {
  const mock = await startMock({ specs: [ACME] })
  await mock.trigger('acme', 'note.created')
  await mock.close()
}, 90_000)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-start-'))
  spec = join(folder, 'acme.yaml')
  scenario = join(folder, 'standing.yaml')
  await cp(ACME, spec)
  await writeFile(scenario, SCENARIO)
  received = []
  receiver = createServer((request, response) => {
    received.push(request.url ?? '')
    request.resume().once('end', () => response.end())
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  hooks = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`
})

afterEach(async () => {
  for (const done of leave.splice(0)) await done()
  receiver.closeAllConnections()
  receiver.close()
  await rm(folder, { recursive: true })
})

/** `start` in this process, until the test is over. */
async function start(...args: readonly string[]) {
  const io = fakeIo()
  const ended = runCli(
    ['start', '--memory', '--port', '0', '--format', 'json', '--spec', spec, '--forward-to', hooks, ...args],
    io,
  )
  leave.push(() => {
    io.signal()
    return ended
  })
  const first = await Promise.race([until(() => io.stdout[0]), ended])
  if (typeof first === 'number') throw new Error(`ended with ${first}: ${io.stderr.join('\n')}`)
  const ready = JSON.parse(first)
  const acme = ready.providers.find(({ id }: { id: string }) => id === 'acme')
  return {
    ready,
    call: (method: string, path: string, body?: object) =>
      fetch(`${acme.url}${path}`, {
        method,
        headers: { ...acme.credentials, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    control: async (path: string, body?: object) => {
      const response = await fetch(`${ready.url}/_mock${path}`, {
        ...(body !== undefined && {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
      })
      return JSON.parse(await response.text())
    },
    notices: () =>
      io.stdout
        .map((line) => JSON.parse(line))
        .flatMap(({ type, text }) => (type === 'notice' ? [text] : [])),
  }
}

async function until<T>(found: () => T | undefined): Promise<T> {
  for (;;) {
    const value = found()
    if (value !== undefined) return value
    await sleep(10)
  }
}

const edit = async (file: string, change: (text: string) => string) =>
  writeFile(file, change(await readFile(file, 'utf8')))

describe('start --scenario', () => {
  it('begins with the webhooks, faults, clock and seed of the file', async () => {
    const { ready, call, control } = await start('--scenario', scenario)
    expect(ready.webhooks).toEqual([
      { id: expect.any(String), provider: 'acme', url: hooks, secret: 's3cret' },
    ])
    expect(ready.clock).toBe('virtual')
    expect(ready.notices).toEqual([])
    const statuses = [await call('GET', '/hooks/1'), await call('GET', '/hooks/1')]
    expect(statuses.map(({ status }) => status)).toEqual([503, 200])
    await control('/events', { provider: 'acme', type: 'note.created' })
    await control('/settle', {})
    expect(received).toEqual(['/hooks', '/hooks'])
    const again = await start('--scenario', scenario)
    expect(again.ready.webhooks[0].id).toBe(ready.webhooks[0].id)
  })

  it('leaves the steps and the stand-in to run, and says so; flags overrule the file', async () => {
    await edit(scenario, (text) => `${text}\nreceiver: { respond: [503] }\nsteps: [{ advance: 1h }]\n`)
    const { ready } = await start('--scenario', scenario, '--clock', 'x60')
    expect(ready.clock).toBe('x60')
    expect(ready.notices).toEqual([
      `${scenario}: its steps are not run here. Run them with hookproof run ${scenario}.`,
      `${scenario}: start has no stand-in receiver. Start one with hookproof listen.`,
    ])
  })

  it('lays webhooks and faults out again at a reset', async () => {
    const { call, control } = await start('--scenario', scenario)
    expect((await call('GET', '/hooks/1')).status).toBe(503)
    await control('/reset', {})
    expect((await call('GET', '/hooks/1')).status).toBe(503)
    await control('/events', { provider: 'acme', type: 'note.created' })
    await control('/settle', {})
    expect(received).toHaveLength(2)
  })

  it('refuses a broken file, a missing receiver and files that contradict each other', async () => {
    const refusal = async (...args: readonly string[]) => {
      const io = fakeIo()
      const code = await runCli(['start', '--memory', '--port', '0', '--spec', spec, ...args], io)
      return { code, err: io.stderr.join('\n') }
    }
    expect(await refusal('--scenario', scenario)).toEqual({
      code: 2,
      err: `Failed to start with ${scenario}: a webhook goes to $receiver, and nothing says where that is. Add --forward-to URL.`,
    })
    const other = join(folder, 'other.yaml')
    await writeFile(other, SCENARIO.replace('clock: virtual', 'clock: real'))
    expect(await refusal('--forward-to', hooks, '--scenario', scenario, other)).toEqual({
      code: 2,
      err: `Failed to start: ${scenario} has the clock virtual, and ${other} real. Say which with --clock, or give both the same.`,
    })
    await edit(scenario, (text) => text.replace('readHook', 'readHok'))
    const broken = await refusal('--forward-to', hooks, '--scenario', scenario)
    expect(broken.code).toBe(2)
    expect(broken.err).toMatch(/standing\.yaml:12:\d+ .*"readHok".*Did you mean "readHook"\?$/)
    const io = fakeIo()
    expect(await runCli(['start', '--memory', '--port', '0', '--watch'], io)).toBe(2)
    expect(io.stderr).toEqual([
      'Failed to watch: there is neither --spec nor --scenario. Name a file of your own.',
    ])
  })
})

describe('start --watch', () => {
  it('serves what the documents and scenarios say now, and loses nothing', async () => {
    const { call, control, notices } = await start('--scenario', scenario, '--watch')
    await control('/events', { provider: 'acme', type: 'note.created' })
    await control('/settle', {})
    const before = await control('/deliveries')
    await control('/clock/advance', { by: '5h' })
    const { now } = await control('/clock')

    await edit(spec, (text) =>
      text
        .replace(
          'status: 404, response: Error, message: nothing there',
          'status: 404, response: Error, message: gone fishing',
        )
        .replace('operationId: deleteHook', 'operationId: removeHook'),
    )
    await until(() => notices().find((text) => text === `Read again: ${spec}.`))
    const { operations } = await control('/coverage')
    expect(operations.map(({ operation }: { operation: string }) => operation)).toContain('removeHook')
    expect(await (await call('GET', '/hooks/99')).json()).toEqual({ message: 'not now' })
    expect(await (await call('GET', '/hooks/99')).json()).toEqual({ message: 'gone fishing' })
    expect(await control('/deliveries')).toEqual(before)
    expect(await control('/clock')).toEqual({ mode: 'virtual', now })

    await edit(scenario, (text) => text.replace('copies: 2', 'copies: 3').replace('[503, pass]', '[429]'))
    await until(() => notices().find((text) => text === `Read again: ${scenario}.`))
    received.length = 0
    await control('/events', { provider: 'acme', type: 'note.created' })
    await control('/settle', {})
    expect(received).toHaveLength(3)
    const { webhooks } = await control('/webhooks')
    expect(webhooks).toHaveLength(1)
  })

  it('reads a document again when a file that it shares changes', async () => {
    const row = '{ when: [route, method, not-found], status: 404, response: Error, message: nothing there }'
    const shared = join(dirname(spec), 'shared.yaml')
    await writeFile(shared, `missing: ${row}\n`)
    expect(await readFile(spec, 'utf8')).toContain(row)
    await edit(spec, (text) => text.replace(row, "{ $ref: './shared.yaml#/missing' }"))
    const { call, notices } = await start('--watch')
    expect(await (await call('GET', '/hooks/99')).json()).toEqual({ message: 'nothing there' })
    await edit(shared, (text) => text.replace('nothing there', 'gone fishing'))
    await until(() => notices().find((text) => text === `Read again: ${shared}.`))
    expect(await (await call('GET', '/hooks/99')).json()).toEqual({ message: 'gone fishing' })
  })

  it('goes on with the last good version where an edit is broken, and says so', async () => {
    const { call, notices } = await start('--scenario', scenario, '--watch')
    await edit(spec, (text) =>
      text.replace('x-mock-operation: { action: read }', 'x-mock-operation: { action: raed }'),
    )
    const told = await until(() => notices()[0])
    expect(told).toMatch(/^The last good version goes on: .*acme\.yaml:\d+:\d+ .*"raed"/s)
    expect((await call('GET', '/hooks/1')).status).toBe(503)
    expect((await call('GET', '/hooks/1')).status).toBe(200)

    await edit(spec, (text) => text.replace('action: raed', 'action: read'))
    await until(() => notices().find((text) => text === `Read again: ${spec}.`))
    await edit(scenario, (text) => text.replace('duplicate', 'triplicate'))
    await until(() => notices().find((text) => text.includes('"triplicate"')))
    expect(notices().at(-1)).toMatch(/^The last good version goes on: .*standing\.yaml:14:\d+ /)
    expect((await call('GET', '/hooks/1')).status).toBe(200)
  })

  it('changes nothing at all where only a part of an edit can be had', async () => {
    const { call, notices } = await start('--scenario', scenario, '--watch')
    await call('GET', '/hooks/99')
    await Promise.all([
      edit(spec, (text) => text.replace('message: nothing there', 'message: gone fishing')),
      edit(scenario, (text) => text.replace('active: true', 'active: maybe')),
    ])
    await until(() => notices().find((text) => text.includes('fields.active must be boolean')))
    expect(await (await call('GET', '/hooks/99')).json()).toEqual({ message: 'nothing there' })
  })

  it('notices a file that is put in the place of another, as editors do', async () => {
    const { notices } = await start('--scenario', scenario, '--watch')
    await writeFile(`${scenario}.new`, SCENARIO.replace('copies: 2', 'copies: 4'))
    await rename(`${scenario}.new`, scenario)
    expect(await until(() => notices()[0])).toBe(`Read again: ${scenario}.`)
  })

  it('deletes a webhook that is no longer asked for, and keeps clock and seed', async () => {
    const { control, notices } = await start('--scenario', scenario, '--watch')
    await edit(scenario, (text) =>
      text
        .replace('clock: virtual', 'clock: real')
        .replace('seed: 42', 'seed: 43')
        .replace('url: $receiver,', 'url: $receiver/other,'),
    )
    await until(() => notices().find((text) => text.startsWith('The seed')))
    expect(notices()).toEqual([
      `Read again: ${scenario}.`,
      'The clock stays virtual; start again to have it real.',
      'The seed stays 42; start again to have it 43.',
    ])
    const { webhooks } = await control('/webhooks')
    expect(webhooks.map(({ url }: { url: string }) => url)).toEqual([`${hooks}/other`])
  })
})
