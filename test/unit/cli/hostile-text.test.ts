import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processIo } from '../../../src/cli/io.ts'
import { runCli } from '../../../src/cli/program.ts'
import { deliveryView } from '../report/run-results.ts'
import { fakeControl } from './fake-control.ts'

// What others wrote reaches a terminal as text only: no command, feed line or message lets an escape sequence through.

/** Clears the screen, renames the window, colours (C0 and C1), rubs out, returns, breaks the line, reverses the order. */
const EVIL = 'x\u001b[2J\u001b]0;y\u0007\u009b31m\u007f\b\r\n\u0085\u202eb\u2066c\u200f\u061cz'

/** What a terminal would obey, but for the colours that the report itself uses and the end of a line. */
const OBEYED = /(?!\t|\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OWN = /\u001b\[(?:1|22|3[1236]|39|90)m|\r\u001b\[K/g

/** The same value, with every text in it made hostile but those that choose what is shown. */
function hostile<T>(value: T): T {
  const walk = (part: unknown, key = ''): unknown => {
    if (typeof part === 'string') return PLAIN_FIELDS.has(key) || key.endsWith('At') ? part : `${part}${EVIL}`
    if (Array.isArray(part)) return part.map((one) => walk(one, key))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, walk(one, name)]))
  }
  return walk(value) as T
}

const PLAIN_FIELDS: ReadonlySet<string> = new Set(['status', 'kind', 'url', 'sentTo', 'bodyEncoding', 'now'])

const asFields = JSON.stringify(EVIL).slice(1, -1)

let folder = ''
let control: Awaited<ReturnType<typeof fakeControl>>
let receiver: { url: string; close(): void }
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-hostile-'))
  const view = hostile(
    deliveryView({ status: 'exhausted', reason: 'gone', nextAttemptAt: null, resendOf: 'del_0' as never }),
  )
  const event = { ...hostile({ id: 'evt_1', providerId: '1', provider: 'tsanet', type: 'note.created' }) }
  const skipped = [{ webhook: 'whk_1', reason: `watches ${EVIL}` }]
  control = await fakeControl({
    'GET /health': { body: { status: 'ok', version: EVIL, providers: [EVIL] } },
    'GET /deliveries': { body: { deliveries: [view], next: EVIL } },
    'GET /deliveries/del_1': { body: view },
    'POST /deliveries/del_1/resend': { body: view },
    'POST /events': { status: 202, body: { event, deliveries: [view], skipped } },
    'POST /clock/advance': { body: { now: EVIL, attempts: 1 } },
    'POST /settle': { body: { settled: true, inFlight: 0, pending: 0, nextAttemptAt: null } },
    'POST /reset': { status: 422, body: { title: EVIL, detail: EVIL } },
  })
  receiver = await rawReceiver()
  await writeFile(join(folder, 'bad.yaml'), `version: 1\n"${asFields}": 1\nprovider: "${asFields}"\n`)
  await writeFile(
    join(folder, 'run.yaml'),
    [
      'version: 1',
      `name: "${asFields}"`,
      'provider: tsanet',
      'webhooks: { app: { url: $receiver } }',
      'steps:',
      `  - { trigger: { event: note.created, payload: { noteToken: "${asFields}" } }, as: note, title: "${asFields}" }`,
      '  - { settle: 5s }',
      `  - { expect: { received: { of: note, body: { noteToken: "${asFields}!" } } } }`,
    ].join('\n'),
  )
  await writeFile(
    join(folder, 'capture.json'),
    JSON.stringify({ method: 'POST', url: `/${EVIL}`, headers: { [`X-${EVIL}`]: EVIL }, body: EVIL }),
  )
  await writeFile(join(folder, 'body.json'), JSON.stringify({ noteToken: EVIL }))
})
afterAll(async () => {
  receiver.close()
  await control[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Answers whatever comes with a header and a body that a terminal would obey. */
async function rawReceiver() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () =>
      socket.end(Buffer.from(`HTTP/1.1 500 \u009b31m\r\nX-Evil: a\u009b31m\u0085\r\n\r\n${EVIL}`, 'utf8')),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() }
}

/** A process on a terminal of its own. */
function terminal() {
  const events = new EventEmitter()
  const stream = () => Object.assign(new PassThrough(), { isTTY: true, columns: 100 })
  const stdout = stream()
  const stderr = stream()
  let shown = ''
  for (const output of [stdout, stderr])
    output.setEncoding('utf8').on('data', (text: string) => {
      shown += text
    })
  const host = {
    stdout,
    stderr,
    stdin: new PassThrough().end(),
    env: {},
    on: events.on.bind(events),
    exit() {},
  }
  return {
    io: processIo(host as unknown as NodeJS.Process),
    stop: () => events.emit('SIGTERM'),
    shown: () => shown,
  }
}

function expectHarmless(shown: string): void {
  expect(shown).toMatch(/\\u001b|\\u009b|\\u202e/)
  expect(OBEYED.exec(shown.replaceAll(OWN, ''))).toBeNull()
}

const SERVER = () => ['--server', control.url]

const COMMANDS: readonly (readonly [name: string, argv: () => readonly string[]])[] = [
  ['an unknown command', () => [EVIL]],
  ['an unknown flag', () => ['start', `--${EVIL}`]],
  ['a bad value', () => ['start', '--port', EVIL]],
  ['a file that is not there', () => ['verify', '--provider', 'tsanet', '--contract-only', EVIL]],
  ['deliveries', () => ['deliveries', ...SERVER()]],
  ['deliveries show', () => ['deliveries', 'show', 'del_1', ...SERVER()]],
  ['deliveries show --curl', () => ['deliveries', 'show', 'del_1', '--curl', ...SERVER()]],
  ['deliveries show as JSON', () => ['deliveries', 'show', 'del_1', '--format', 'json', ...SERVER()]],
  ['deliveries resend', () => ['deliveries', 'resend', 'del_1', ...SERVER()]],
  ['advance', () => ['advance', '6m', ...SERVER()]],
  ['reset', () => ['reset', ...SERVER()]],
  ['wait', () => ['wait', ...SERVER()]],
  ['trigger', () => ['trigger', 'tsanet', 'note.created', '--wait', '1s', ...SERVER()]],
  ['trigger of an unknown event', () => ['trigger', 'tsanet', EVIL, ...SERVER()]],
  ['trigger --to', () => ['trigger', 'tsanet', 'note.created', '--to', receiver.url, '--secret', 's']],
  [
    'trigger --to with a payload',
    () => [
      'trigger',
      'tsanet',
      'note.created',
      '--payload',
      `@${join(folder, 'body.json')}`,
      '--to',
      receiver.url,
      '--secret',
      's',
      '--format',
      'json',
    ],
  ],
  ['verify', () => ['verify', '--provider', 'tsanet', '--secret', 's', join(folder, 'capture.json')]],
  ['validate of unknown fields', () => ['validate', join(folder, 'bad.yaml')]],
  ['run', () => ['run', join(folder, 'run.yaml')]],
  ['run as JSON', () => ['run', join(folder, 'run.yaml'), '--format', 'json']],
]

describe('hostile text', () => {
  it.each(COMMANDS)('in %s', async (_name, argv) => {
    const { io, shown } = terminal()
    await runCli(argv(), io)
    await new Promise(setImmediate)
    expectHarmless(shown())
    if (argv().includes('json'))
      for (const line of shown().trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  })

  it('in what listen receives', async () => {
    const { io, stop, shown } = terminal()
    const ended = runCli(['listen', '--port', '0', '--provider', 'tsanet', '--secret', 's'], io)
    await expect.poll(shown).toContain('Ready')
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(shown())?.[0] ?? ''
    await fetch(url, { method: 'POST', body: EVIL, headers: { 'X-Evil': 'a\u009b31m' } })
    await expect.poll(shown).toContain('[200]')
    stop()
    expect(await ended).toBe(0)
    expectHarmless(shown())
  })

  it('in the lines of start', async () => {
    const { io, stop, shown } = terminal()
    const ended = runCli(
      ['start', '--memory', '--port', '0', '--provider', 'tsanet', '--forward-to', receiver.url],
      io,
    )
    await expect.poll(shown, { timeout: 5_000 }).toContain('Ready')
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(shown())?.[0] ?? ''
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer tsanet_test' }
    const body = JSON.stringify({ [EVIL]: EVIL, url: EVIL, eventTypes: [EVIL] })
    await fetch(`${url}/tsanet/v1/webhooks`, { method: 'POST', headers, body })
    const event = { provider: 'tsanet', type: 'note.created', payload: { [EVIL]: EVIL }, id: EVIL, raw: true }
    await fetch(`${url}/_mock/events`, { method: 'POST', headers, body: JSON.stringify(event) })
    await expect.poll(shown, { timeout: 5_000 }).toContain('violation by')
    stop()
    expect(await ended).toBe(0)
    expectHarmless(shown())
  })

  it('that imitates our own colours stays text', async () => {
    const { io, shown } = terminal()
    io.out(io.style('good', 'ok \u001b[31m'))
    await new Promise(setImmediate)
    expect(shown()).toBe('\u001b[32mok \\u001b[31m\u001b[39m\n')
  })
})
