import { createHmac } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import type { ReceivedDelivery } from '../../src/receiver/delivery.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { type CommandProcess, hookproof } from '../cli/command-process.ts'
import { callApi, textAt } from '../support/api-call.ts'
import { distCommand } from '../support/dist-command.ts'

let folder = ''
let db = ''
let started: CommandProcess[] = []
let receiver: Receiver | undefined

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'hookproof-kill-')))
  db = join(folder, 'db.json')
  started = []
})
afterEach(async () => {
  for (const one of started) await kill(one)
  for (const one of started)
    expect(`${one.out().join('\n')}\n${one.err()}`).not.toMatch(/\n\s+at |node:internal/)
  await receiver?.close()
  receiver = undefined
  await rm(folder, { recursive: true, force: true })
})

function run(...args: readonly string[]): CommandProcess {
  const one = hookproof(args, { cwd: folder, command: distCommand() })
  started.push(one)
  return one
}

async function kill({ child, exit }: CommandProcess): Promise<void> {
  child.kill('SIGKILL')
  await exit
}

/** A mock of its own, in a process of its own, on the state file. */
async function start(provider: string, clock: string) {
  const process = run(
    'start',
    '--port',
    '0',
    '--format',
    'json',
    '--provider',
    provider,
    '--db',
    db,
    '--clock',
    clock,
  )
  const ready = JSON.parse(await process.line(/^\{"type":"ready"/))
  const [served] = ready.providers as { url: string; credentials: Record<string, string> }[]
  const mock = { url: () => served?.url ?? '', credentials: async () => served?.credentials ?? {} }
  const control = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${ready.url}/_mock${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    return answer.json() as never
  }
  return {
    process,
    ready,
    control,
    call: (route: string, body?: unknown, headers: Record<string, string> = {}) =>
      callApi(mock, provider, route, body, { headers }),
  }
}

async function finished(...args: readonly string[]) {
  const one = run(...args)
  const code = await one.exit
  return { code, out: one.out().join('\n'), err: one.err().trimEnd() }
}

/** All files of the state, byte for byte. */
async function bytesOf(where: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(where, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
  const files = names.map(async (one) => {
    const path = join(one.parentPath, one.name)
    return [path, (await readFile(path)).toString('base64')] as const
  })
  return Object.fromEntries(await Promise.all(files))
}

describe('killed between two attempts', () => {
  const event = 'invoice.emitted'
  const isSignedBy = ({ headers, body }: ReceivedDelivery, secret: string) => {
    const [, t, v1] = /^t=(\d+),v1=(\w+)$/.exec(headerOf(headers, 'BeeL-Signature') ?? '') ?? []
    return v1 === createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  }

  it('still has webhooks, secrets, log, kept answers and the pending retry, and makes it', async () => {
    const there = await startReceiver({ respond: [503, 200] })
    receiver = there
    const first = await start('beel', 'x10')
    const create = () =>
      first.call('POST /v1/webhooks', { url: there.url, events: [event] }, { 'Idempotency-Key': 'once' })
    const created = await create()
    const id = textAt(created, '/data/id')
    const listed = await first.call('GET /v1/webhooks')
    await first.control('POST', '/events', { provider: 'beel', type: event })
    await first.process.line(/^\{"type":"attempt"/)
    await kill(first.process)
    expect(there.received).toHaveLength(1)

    const second = await start('beel', 'x10')
    expect(second.ready.state).toMatchObject({
      webhooks: 1,
      events: 1,
      deliveries: 1,
      attempts: 1,
      pending: 1,
    })
    expect((await second.call('GET /v1/webhooks')).body).toMatchObject({
      data: (listed.body as { data: object }).data,
    })
    const replay = await second.call(
      'POST /v1/webhooks',
      { url: there.url, events: [event] },
      { 'Idempotency-Key': 'once' },
    )
    expect([replay.status, replay.headers.get('idempotency-replay'), replay.body]).toEqual([
      201,
      'true',
      created.body,
    ])

    await expect.poll(() => there.received.length, { timeout: 10_000, interval: 10 }).toBe(2)
    await second.process.line(/^\{"type":"attempt"/)
    const [before, after] = there.received as [ReceivedDelivery, ReceivedDelivery]
    expect(headerOf(after.headers, 'BeeL-Event-Id')).toBe(headerOf(before.headers, 'BeeL-Event-Id'))
    expect(after.body.equals(before.body)).toBe(true)
    const secret = textAt(created, '/data/secret')
    expect([isSignedBy(before, secret), isSignedBy(after, secret)]).toEqual([true, true])
    const log = (await second.call(`GET /v1/webhooks/${id}/deliveries`)).body
    expect(log).toMatchObject({
      data: [
        {
          attempt_number: 2,
          http_status: 200,
          success: true,
          id: headerOf(after.headers, 'BeeL-Delivery-Id'),
        },
        {
          attempt_number: 1,
          http_status: 503,
          success: false,
          id: headerOf(before.headers, 'BeeL-Delivery-Id'),
        },
      ],
    })

    await second.control('POST', '/events', { provider: 'beel', type: event })
    await expect.poll(() => there.received.length, { timeout: 10_000, interval: 10 }).toBe(3)
    expect(isSignedBy(there.received[2] as ReceivedDelivery, secret)).toBe(true)
  })

  it('has a virtual clock go on from where it was moved to, though nothing happened there', async () => {
    const first = await start('beel', 'virtual')
    const { now } = (await first.control('POST', '/clock/advance', { by: '3d' })) as { now: string }
    await kill(first.process)
    const second = await start('beel', 'virtual')
    expect(await second.control('GET', '/clock')).toEqual({ mode: 'virtual', now })
  })

  it('waits for the time that the retry was due', async () => {
    const there = await startReceiver({ respond: [503, 200] })
    receiver = there
    const first = await start('tsanet', 'virtual')
    await first.call('POST /v1/webhooks', { callbackUrl: there.url })
    await first.control('POST', '/events', { provider: 'tsanet', type: 'note.created' })
    await first.process.line(/^\{"type":"attempt"/)
    await kill(first.process)

    const second = await start('tsanet', 'virtual')
    expect(await second.control('POST', '/settle', {})).toMatchObject({
      settled: true,
      inFlight: 0,
      pending: 1,
    })
    expect(there.received).toHaveLength(1)
    expect(await second.control('POST', '/clock/advance', { by: '10s' })).toMatchObject({ attempts: 1 })
    expect(there.received).toHaveLength(2)
  })
})

it('records an attempt that was cut off, and makes another at once, at no cost to the schedule', async () => {
  const there = await startReceiver({ respond: ['timeout', 503] })
  receiver = there
  const first = await start('tsanet', 'real')
  await first.call('POST /v1/webhooks', { callbackUrl: there.url })
  await first.control('POST', '/events', { provider: 'tsanet', type: 'note.created' })
  await expect.poll(() => there.received.length, { timeout: 8_000, interval: 10 }).toBe(1)
  await kill(first.process)

  // On a clock that stands still only what is due at once is made.
  const second = await start('tsanet', 'virtual')
  await second.control('POST', '/settle', {})
  expect(there.received).toHaveLength(2)
  await second.control('POST', '/clock/advance', { until: 'settled' })
  const { deliveries } = (await second.control('GET', '/deliveries')) as { deliveries: { id: string }[] }
  const delivery = (await second.control('GET', `/deliveries/${deliveries[0]?.id}`)) as {
    status: string
    attempts: { number: number; sentAt: string; outcome: { kind: string; status: number | null } }[]
  }
  const { attempts } = delivery
  expect(attempts.map(({ number, outcome }) => `${number} ${outcome.kind} ${outcome.status}`)).toEqual([
    '1 interrupted null',
    '2 responded 503',
    '3 responded 503',
    '4 responded 503',
    '5 responded 503',
  ])
  expect(delivery.status).toBe('exhausted')
  const times = attempts.slice(1).map(({ sentAt }) => Date.parse(sentAt) / 1_000)
  expect(times.slice(1).map((time, i) => Math.round(time - (times[i] ?? 0)))).toEqual([10, 60, 300])
  const ids = there.received.map(({ body }) => body.toString())
  expect(new Set(ids).size).toBe(1)
})

describe('what is wrong at the start', () => {
  it('a second process on the same file: exit code 3, and the first goes on', async () => {
    const first = await start('tsanet', 'real')
    const second = await finished('start', '--port', '0', '--db', db)
    expect(second).toEqual({
      code: 3,
      out: '',
      err: `Failed to open the state in ${db}: process ${first.process.child.pid} is using it. Stop that one, choose another file with --db, or keep nothing with --memory.`,
    })
    expect((await first.call('POST /v1/webhooks', { callbackUrl: 'https://example.com/x' })).status).toBe(200)
  })

  it('a file damaged in the middle: exit code 3, file and line, nothing touched, and mended it starts again', async () => {
    const first = await start('tsanet', 'real')
    for (let i = 0; i < 5; i++)
      await first.call('POST /v1/webhooks', { callbackUrl: `https://example.com/${i}` })
    await kill(first.process)
    const journal = join(folder, (await readdir(folder)).find((name) => name.includes('journal')) ?? '')
    const whole = await readFile(journal, 'utf8')
    const lines = whole.split('\n')
    await writeFile(journal, lines.with(2, `${lines[2]?.slice(0, 40)}#`).join('\n'))
    const before = await bytesOf(folder)
    const refused = await finished('start', '--port', '0', '--db', db)
    expect(refused).toEqual({
      code: 3,
      out: '',
      err: `${journal}:3: Failed to read the state: this line is damaged. Nothing was changed. Choose one:\n  --repair goes on with 4 webhooks, and copies the files to db.json.damaged-1\n  mkdir damaged && mv ${db}* damaged/\n  --reset begins anew`,
    })
    expect(withoutLock(await bytesOf(folder))).toEqual(withoutLock(before))

    await writeFile(journal, whole)
    const mended = await start('tsanet', 'real')
    expect((await mended.call('GET /v1/webhooks')).body).toHaveLength(5)
  })

  it('a torn last line: it says so, and goes on', async () => {
    const first = await start('tsanet', 'real')
    for (let i = 0; i < 3; i++)
      await first.call('POST /v1/webhooks', { callbackUrl: `https://example.com/${i}` })
    await kill(first.process)
    const journal = join(folder, (await readdir(folder)).find((name) => name.includes('journal')) ?? '')
    const whole = await readFile(journal, 'utf8')
    await writeFile(journal, `${whole}1a2b3c4d 4 [{"table":"webho`)
    const second = await start('tsanet', 'real')
    expect((await second.call('GET /v1/webhooks')).body).toHaveLength(3)
    expect(second.ready.notices).toEqual([
      `Dropped line 5 of ${journal}: it is torn, because the process ended while writing it. Nothing that was acknowledged is lost.`,
    ])
  })

  it.each([
    ['not JSON', 'hello\n', ':1: Failed to read the state: it is not JSON.'],
    ["someone else's JSON", '{"a":1}\n', ':1: Failed to read the state: it is no state of hookproof.'],
  ])('a file that is %s: exit code 3, and it is left as it is', async (_, text, told) => {
    await writeFile(db, text)
    const { code, out, err } = await finished('start', '--port', '0', '--db', db)
    expect([code, out]).toEqual([3, ''])
    expect(err).toBe(
      `${db}${told} Nothing was changed, and there is nothing to save. Choose one:\n  mkdir damaged && mv ${db}* damaged/\n  --reset begins anew`,
    )
    expect(await readdir(folder)).toEqual(['db.json'])
    expect(await readFile(db, 'utf8')).toBe(text)
  })

  it.each([
    ['a folder', 'db.json', 'it is a folder, not a file'],
    ['below a file', 'file/db.json', 'a part of its path is a file, not a folder (EEXIST)'],
  ])('a state that is %s: exit code 3', async (_, path, reason) => {
    await mkdir(db)
    await writeFile(join(folder, 'file'), 'x')
    const file = join(folder, path)
    const { err, ...rest } = await finished('start', '--port', '0', '--db', file)
    // Which of its two codes the system gives depends on node's version.
    expect({ ...rest, err: err.replace('ENOTDIR', 'EEXIST') }).toEqual({
      code: 3,
      out: '',
      err: `Failed to open the state in ${file}: ${reason}. Choose another file with --db, or keep nothing with --memory.`,
    })
    expect((await readdir(folder)).sort()).toEqual(['db.json', 'file'])
  })

  it('a busy port: exit code 3, and no state is made, changed or reset', async () => {
    receiver = await startReceiver()
    const busy = {
      code: 3,
      out: '',
      err: `Failed to listen on 127.0.0.1:${receiver.port}: the port is in use. Stop what is running there, or choose another port with --port (0 takes any free one).`,
    }
    const port = String(receiver.port)
    expect(await finished('start', '--port', port, '--forward-to', receiver.url)).toEqual(busy)
    expect(await readdir(folder)).toEqual([])

    const first = await start('tsanet', 'real')
    await first.call('POST /v1/webhooks', { callbackUrl: 'https://example.com/x' })
    await kill(first.process)
    const before = await bytesOf(folder)
    for (const more of [['--reset'], ['--forward-to', receiver.url]])
      expect(await finished('start', '--port', port, '--db', db, ...more)).toEqual(busy)
    expect(await bytesOf(folder)).toEqual(before)
    const second = await start('tsanet', 'real')
    expect((await second.call('GET /v1/webhooks')).body).toHaveLength(1)
  })

  it('a broken document: exit code 2 with file and line', async () => {
    const spec = join(folder, 'acme.yaml')
    const head = 'openapi: 3.1.0\njsonSchemaDialect: https://json-schema.org/draft/2020-12/schema\n'
    const cases: readonly (readonly [text: string, line: number])[] = [
      [`${head}info: {title: a, version: "1"}\npaths: [\n`, 5],
      [`${head}info: {title: a, version: "1"}\nx-mock-signatur: {}\npaths: {}\n`, 4],
      [`${head}info: {title: a}\npaths: {}\n`, 3],
    ]
    for (const [text, line] of cases) {
      await writeFile(spec, text)
      const { code, out, err } = await finished('start', '--port', '0', '--spec', spec)
      expect([code, out], err).toEqual([2, ''])
      expect(err).toMatch(new RegExp(`^(\\./)?(.*/)?acme\\.yaml:${line}:\\d+`))
    }
    expect(await readdir(folder)).toEqual(['acme.yaml'])
  })

  it.each([
    [['start', '--prot', '1']],
    [['start', '--port', 'many']],
    [['start', '--clock', 'fast']],
    [['start', '--provider', 'nobody']],
    [['start', '--spec', 'missing.yaml']],
    [['start', '--forward', 'nonsense']],
    [['start', '--ca', 'missing.pem']],
    [['strat']],
    [['trigger']],
  ])('%s: exit code 2, and nothing is made', async (args) => {
    const { code, out, err } = await finished(...args)
    expect([code, out], err).toEqual([2, ''])
    expect(err).toMatch(/^\S[\s\S]{20,600}$/)
    expect(await readdir(folder)).toEqual([])
  })
})

/** A killed process leaves the record of who held the lock. */
function withoutLock(files: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes('.lock/')))
}
