import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { DeliveryView, EventView } from '../../../src/api/views.ts'
import { advanceRequest } from '../../../src/cli/commands/advance.ts'
import { controlClient } from '../../../src/cli/control-client.ts'
import { fakeControl } from './fake-control.ts'
import { run } from './fake-io.ts'

const event: EventView = {
  id: 'evt_1',
  providerId: 'n-1',
  provider: 'acme',
  account: 'main',
  type: 'note.created',
  occurredAt: '2026-10-12T14:32:15.000Z',
  body: '{}',
  bodyEncoding: 'utf8',
}
const attempt = (status: number): DeliveryView['attempts'][number] => ({
  id: 'att_1',
  providerId: 'a-1',
  number: 1,
  sequence: 1,
  sentAt: event.occurredAt,
  signedAt: event.occurredAt,
  request: {
    method: 'POST',
    url: 'http://127.0.0.1:3000/',
    sentTo: 'http://127.0.0.1:3000/',
    headers: [],
    body: '{}',
    bodyEncoding: 'utf8',
  },
  signature: null,
  outcome: {
    kind: 'responded',
    status,
    headers: [],
    body: '',
    bodyEncoding: 'utf8',
    truncated: false,
    error: null,
    code: null,
    hint: null,
  },
  durationMs: 12,
  faults: [],
})
const delivery = (parts: Partial<DeliveryView> = {}): DeliveryView => ({
  id: 'del_1',
  provider: 'acme',
  account: 'main',
  event,
  webhook: { id: 'whk_1', providerId: '7', url: 'http://127.0.0.1:3000/' },
  cause: 'event',
  status: 'pending',
  reason: null,
  attempts: [],
  nextAttemptAt: null,
  resendOf: null,
  createdAt: event.occurredAt,
  settledAt: null,
  ...parts,
})
const emission = { event, deliveries: [delivery()], skipped: [] }

describe('trigger', () => {
  it('sends what was asked for and prints the event and its deliveries', async () => {
    await using control = await fakeControl({ 'POST /events': { status: 202, body: emission } })
    const line = [
      'trigger',
      'acme',
      'note.created',
      '--server',
      control.url,
      '--payload',
      '-',
      '--override',
      'note.status=OPEN',
    ]
    const rest = [
      '--override',
      'note.count=3',
      '--remove',
      'a.b',
      '--account',
      'other',
      '--id',
      'n-9',
      '--raw',
    ]
    const result = await run([...line, ...rest], {}, '{"note":{"id":1}}')
    expect(control.calls).toEqual([
      {
        method: 'POST',
        path: '/_mock/events',
        body: {
          provider: 'acme',
          type: 'note.created',
          account: 'other',
          payload: { note: { id: 1, status: 'OPEN', count: 3 } },
          remove: ['/a/b'],
          id: 'n-9',
          raw: true,
        },
      },
    ])
    expect(result).toEqual({
      code: 0,
      out: '-->  note.created [evt_1]\n     to http://127.0.0.1:3000/ [del_1]',
      err: '',
    })
  })

  it('says why nothing is delivered, and that is no failure', async () => {
    const skipped = [
      {
        webhook: { id: 'w', providerId: '1', url: 'u' },
        reason: 'watches 0123.456.789, the event is for 0403.170.701',
      },
    ]
    await using control = await fakeControl({
      'POST /events': { status: 202, body: { event, deliveries: [], skipped } },
    })
    const line = ['trigger', 'acme', 'note.created', '--server', control.url]
    const out =
      '-->  note.created [evt_1]\n-x-  no delivery: 1 webhook watches 0123.456.789, the event is for 0403.170.701'
    expect(await run([...line, '--wait', '1s'])).toEqual({ code: 1, out, err: '' })
    expect(await run(line)).toEqual({ code: 0, out, err: '' })
  })

  it('has failed where it was to wait and there is no webhook', async () => {
    const skipped = [{ webhook: null, reason: 'no webhook is registered with acme for this account' }]
    await using control = await fakeControl({
      'POST /events': { status: 202, body: { event, deliveries: [], skipped } },
    })
    expect(await run(['trigger', 'acme', 'note.created', '--wait', '1s', '--server', control.url])).toEqual({
      code: 1,
      out: '-->  note.created [evt_1]\n-x-  no delivery: no webhook is registered with acme for this account',
      err: '',
    })
  })

  it.each([
    [
      'succeeded',
      [attempt(200)],
      0,
      '<--  [200] POST http://127.0.0.1:3000/ (12ms) attempt 1\n     delivered [del_1]',
    ],
    [
      'exhausted',
      [attempt(503)],
      1,
      '<--  [503] POST http://127.0.0.1:3000/ (12ms) attempt 1\n     given up [del_1]',
    ],
    [
      'pending',
      [attempt(503)],
      1,
      '<--  [503] POST http://127.0.0.1:3000/ (12ms) attempt 1\n     still pending [del_1]\n     waited 2s; hookproof deliveries shows how they go on',
    ],
  ] as const)('waits, and ends with %s', async (status, attempts, code, text) => {
    await using control = await fakeControl({
      'POST /events': { status: 202, body: emission },
      'GET /deliveries': { body: { deliveries: [delivery({ status, attempts })], next: null } },
    })
    const result = await run(['trigger', 'acme', 'note.created', '--wait', '2s'], {
      HOOKPROOF_URL: control.url,
    })
    expect(control.calls[1]?.path).toBe('/_mock/deliveries?event=evt_1&limit=1000&wait=2s')
    expect(result).toEqual({ code, out: `-->  note.created [evt_1]\n${text}`, err: '' })
  })

  it('triggers several, and prints each as a line of JSON', async () => {
    await using control = await fakeControl({ 'POST /events': { status: 202, body: emission } })
    const { out } = await run([
      'trigger',
      'acme',
      'note.created',
      '--count',
      '2',
      '--format',
      'json',
      '--server',
      control.url,
    ])
    expect(out.split('\n').map((line) => JSON.parse(line))).toEqual([emission, emission])
  })

  it.each([
    [
      ['--payload', '{"a":'],
      /^Failed to read --payload: it is not JSON \(.*\)\. Write JSON such as '\{"name":"value"\}', @FILE, or - for stdin\.$/,
    ],
    [['--payload', '@/nowhere.json'], /^Failed to read --payload @\/nowhere\.json: there is no such file\.$/],
    [
      ['--override', 'nonsense'],
      /^Failed to read --override: "nonsense" is not path=value\. Write it as note\.status=OPEN\.$/,
    ],
    [
      ['--secret', 's'],
      /^Failed to read --secret: it goes with --to only\. Add --to URL, or leave it out: the mock knows the secrets of its webhooks\.$/,
    ],
    [
      ['--to', '3000', '--wait', '1s'],
      /^Failed to read --wait: with --to the answer is always waited for\. Leave it out\.$/,
    ],
  ])('refuses %j', async (flags, message) => {
    const { code, err } = await run(['trigger', 'acme', 'note.created', ...flags])
    expect(err).toMatch(message)
    expect(code).toBe(2)
  })
})

describe('what a server answers', () => {
  it.each([
    [
      'There is no provider "x". Did you mean "y"?',
      'Failed to trigger t: There is no provider "x". Did you mean "y"?',
    ],
    [
      'Bad. Send raw: true to send it all the same.',
      'Failed to trigger t: Bad. Send it all the same with --raw.',
    ],
    ['Bad', 'Failed to trigger t: Bad.'],
  ])('tells %j of a trigger as the command line has it', async (detail, err) => {
    await using control = await fakeControl({ 'POST /events': { status: 422, body: { detail } } })
    expect((await run(['trigger', 'acme', 't', '--server', control.url])).err).toBe(err)
  })

  it.each([['deliveries'], ['wait']])(
    '%s refuses an address in the environment that is none, at once',
    async (name) => {
      expect(await run([name], { HOOKPROOF_URL: 'foo' })).toEqual({
        code: 2,
        out: '',
        err: 'Failed to read HOOKPROOF_URL: "foo" is not a URL. Write it as http://127.0.0.1:4010, or name the mock with --server.',
      })
    },
  )

  it.each([
    [['deliveries'], 'GET /deliveries'],
    [['deliveries', 'show', 'del_1'], 'GET /deliveries/del_1'],
    [['deliveries', 'resend', 'del_1'], 'POST /deliveries/del_1/resend'],
    [['advance', '1s'], 'POST /clock/advance'],
    [['trigger', 'acme', 'note.created'], 'POST /events'],
  ])('%j says that another program answers there', async (line, route) => {
    for (const body of [{}, [], 7, null]) {
      await using control = await fakeControl({ [route]: { body } })
      const err = `Failed to reach ${control.url}: what answers there (200) is not hookproof. Name the running one with --server.`
      expect(await run([...line, '--server', control.url])).toEqual({ code: 3, out: '', err })
    }
  })

  it.each(['?', '#', '/?a=b', '/base#top'])('refuses a server with %s at its end', async (end) => {
    const url = `http://127.0.0.1:4010${end}`
    const err = `"${url}" has a query or a fragment. Write it as http://127.0.0.1:4010.`
    expect(await run(['deliveries', '--server', url])).toEqual({
      code: 2,
      out: '',
      err: `Failed to read --server: ${err}`,
    })
    expect(await run(['deliveries'], { HOOKPROOF_URL: url })).toMatchObject({
      code: 2,
      err: `Failed to read HOOKPROOF_URL: ${err}`,
    })
  })

  it('says that no TLS is spoken there', async () => {
    await using control = await fakeControl({})
    const server = control.url.replace('http:', 'https:')
    const err = `Failed to reach ${server}: it does not use TLS. A mock is served over plain HTTP: write ${control.url}.`
    expect(await run(['deliveries', '--server', server])).toEqual({ code: 3, out: '', err })
    expect(await run(['wait', '--timeout', '10ms', '--server', server])).toEqual({
      code: 3,
      out: '',
      err: err.replace('TLS. A', 'TLS (waited 10ms). A'),
    })
  })

  it('does not wait for ever for a server that never answers', async () => {
    const server = createServer(() => undefined)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = controlClient(url, {}, 40)
    for (const call of [client.get('list', '/deliveries', []), client.post('reset', '/reset', {}, [])])
      await expect(call).rejects.toMatchObject({
        kind: 'environment',
        message: `Failed to reach ${url}: it took the request and did not answer within 40ms. Look at its output, or start it again.`,
      })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it('waits longer where it is to', async () => {
    const server = createServer((_, response) => void setTimeout(() => response.end('{"ok":true}'), 60))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = controlClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {}, 20)
    expect(await client.get('wait', '/deliveries', [], {}, 5_000)).toEqual({ ok: true })
    expect(await client.post('advance', '/clock/advance', {}, [], Number.POSITIVE_INFINITY)).toEqual({
      ok: true,
    })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it('says what the control API refuses, in its words', async () => {
    await using control = await fakeControl({
      'POST /events': {
        status: 422,
        body: { title: 'x', detail: 'Failed to find the event type "x" of acme. Did you mean "y"?' },
      },
      'POST /reset': { status: 400, body: { title: 'Bad request' } },
      'GET /deliveries/del_9': { status: 404, body: { detail: 'There is no delivery "del_9".' } },
      'GET /deliveries': { status: 500, body: { detail: 'Something broke.' } },
    })
    const server = ['--server', control.url]
    expect(await run(['trigger', 'acme', 'x', ...server])).toEqual({
      code: 2,
      out: '',
      err: 'Failed to find the event type "x" of acme. Did you mean "y"?',
    })
    expect(await run(['reset', ...server])).toEqual({
      code: 2,
      out: '',
      err: 'Failed to reset: Bad request.',
    })
    expect(await run(['deliveries', 'show', 'del_9', ...server])).toEqual({
      code: 2,
      out: '',
      err: 'Failed to show del_9: There is no delivery "del_9".',
    })
    expect((await run(['deliveries', ...server])).code).toBe(5)
  })

  it('says that nothing, or something else, answers there', async () => {
    const hint = 'with hookproof start, or name it with --server.'
    expect(await run(['reset', '--server', 'http://127.0.0.1:1'])).toEqual({
      code: 3,
      out: '',
      err: `Failed to reach http://127.0.0.1:1: nothing listens there. Start one ${hint}`,
    })
    await using control = await fakeControl({ 'POST /reset': { body: '<html>' } })
    expect(await run(['reset', '--server', control.url])).toEqual({
      code: 3,
      out: '',
      err: `Failed to reach ${control.url}: what answers there (200) is not hookproof. Name the running one with --server.`,
    })
  })
})

describe('deliveries', () => {
  it('lists with its filters, and says when there are more', async () => {
    await using control = await fakeControl({
      'GET /deliveries': { body: { deliveries: [delivery()], next: 'c' } },
    })
    const flags = ['--provider', 'acme', '--status', 'exhausted', '--limit', '1', '--server', control.url]
    const { out } = await run(['deliveries', ...flags])
    expect(control.calls[0]?.path).toBe('/_mock/deliveries?provider=acme&status=exhausted&limit=1')
    expect(out.split('\n').slice(1)).toEqual([
      expect.stringMatching(
        / {2}del_1 {5}pending {2}0 {9}- {5}acme note\.created {2}http:\/\/127\.0\.0\.1:3000\/$/,
      ),
      'There are more than 1. Show more with --limit.',
    ])
    await run(['deliveries', '--event', 'evt_1', '--server', control.url])
    expect(control.calls[1]?.path).toBe('/_mock/deliveries?event=evt_1&limit=100')
    const json = await run(['deliveries', 'list', '--format', 'json', '--server', control.url])
    expect(JSON.parse(json.out)).toEqual(delivery())
  })

  it('shows curl commands and resends', async () => {
    await using control = await fakeControl({
      'GET /deliveries/del_1': { body: delivery({ attempts: [attempt(503)] }) },
      'POST /deliveries/del_1/resend': { status: 202, body: delivery({ id: 'del_2' }) },
    })
    const server = ['--server', control.url]
    expect((await run(['deliveries', 'show', 'del_1', '--curl', ...server])).out).toMatch(
      /^curl -sS -i -X POST 'http:\/\/127\.0\.0\.1:3000\/'/,
    )
    expect((await run(['deliveries', 'resend', 'del_1', ...server])).out).toBe(
      'del_2 sends note.created evt_1 to http://127.0.0.1:3000/ again.',
    )
  })

  it.each([
    [
      ['del_1'],
      'Failed to read the command line: deliveries has no "del_1". Write hookproof deliveries show del_1.',
    ],
    [
      ['--event', 'note.created'],
      'Failed to read --event: "note.created" is no id of an event. Write it as evt_…, as trigger and start print it.',
    ],
    [['shwo', 'x'], 'Failed to read the command line: deliveries has no "shwo". Did you mean "show"?'],
    ...['', '\ud800', '../events', '%'].map((id): [string[], string] => [
      ['resend', id],
      'Failed to read the command line: deliveries resend needs the id of a delivery. hookproof deliveries lists them.',
    ]),
    [
      ['show'],
      'Failed to read the command line: deliveries show needs the id of a delivery. hookproof deliveries lists them.',
    ],
    [['--status', 'exausted'], 'Failed to read --status: "exausted" is not known. Did you mean "exhausted"?'],
    [['--limit', '0'], 'Failed to read --limit: "0" is not an integer from 1 to 1000.'],
  ])('refuses %j', async (args, err) => {
    expect(await run(['deliveries', ...args])).toEqual({ code: 2, out: '', err })
  })
})

describe('advance, reset, wait', () => {
  it.each([
    ['6m10s', { by: '6m10s' }],
    ['next', { until: 'next-attempt' }],
    ['settled', { until: 'settled' }],
  ])('advances by %s', (how, body) => {
    expect(advanceRequest(how)).toEqual(body)
  })
  it('tells the time after it', async () => {
    await using control = await fakeControl({
      'POST /clock/advance': { body: { now: '2026-10-12T14:38:25.000Z', attempts: 1 } },
    })
    expect(await run(['advance', '6m', '--server', control.url])).toEqual({
      code: 0,
      out: 'It is now 2026-10-12T14:38:25.000Z; 1 attempt ran.',
      err: '',
    })
    expect(await run(['advance', 'setled'])).toEqual({
      code: 2,
      out: '',
      err: 'Failed to advance the clock: "setled" is neither a duration nor a known word. Write 250ms, 10s, 6m, next or settled. Did you mean "settled"?',
    })
  })
  it('resets what is named', async () => {
    await using control = await fakeControl({ 'POST /reset': { body: {} } })
    expect(
      (await run(['reset', '--provider', 'acme', '--account', 'other', '--server', control.url])).out,
    ).toBe('Reset acme, account other.')
    expect(control.calls[0]?.body).toEqual({ provider: 'acme', account: 'other' })
  })
  it.each([[{ body: {} }], [{ status: 404, body: { detail: 'no' } }]])(
    'waits for a mock where something else answers: %j',
    async (answer) => {
      await using control = await fakeControl({ 'GET /health': answer })
      expect(await run(['wait', '--timeout', '60ms', '--server', control.url])).toMatchObject({
        code: 3,
        out: '',
        err: expect.stringContaining('is not hookproof (waited 60ms).'),
      })
    },
  )

  it('waits until health answers, and no longer than it may', async () => {
    let asked = 0
    const health = { status: 'ok', version: '0.1.0', providers: ['acme', 'northwind'] }
    await using control = await fakeControl({
      'GET /health': () => (++asked < 2 ? { status: 503, body: {} } : { body: health }),
    })
    expect(await run(['wait', '--server', control.url])).toEqual({
      code: 0,
      out: `Ready: ${control.url} with acme, northwind.`,
      err: '',
    })
    expect(asked).toBe(2)
    expect(await run(['wait', '--timeout', '10ms', '--server', 'http://127.0.0.1:1'])).toEqual({
      code: 3,
      out: '',
      err: 'Failed to reach http://127.0.0.1:1: nothing listens there (waited 10ms). Start one with hookproof start, or name it with --server.',
    })
  })
})
