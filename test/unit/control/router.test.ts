import { EventEmitter, once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadControlOperations } from '../../../src/control/router.ts'
import { ROUTES } from '../../../src/control/routes.ts'
import { ClientGone, unlessGone } from '../../../src/control/wait.ts'
import { createClock } from '../../../src/core/clock.ts'
import { atPointer, type Json, type JsonObject } from '../../../src/core/json.ts'
import { tinyMock } from './tiny-mock.ts'

type Tiny = Awaited<ReturnType<typeof tinyMock>>
let mock: Tiny
const calls: unknown[] = []
const queue = {
  untilSettled: async (...args: unknown[]) => calls.push(args) > 0,
  settle: async () => ({ settled: true, inFlight: 0, pending: 1, nextAttemptAt: Date.UTC(2026, 0, 1) }),
  pause: (work: () => Promise<void>) => work(),
  recover: async () => 0,
  advance: async (target: unknown) => ({ attempts: calls.push(target) > 0 ? 2 : 0 }),
}

beforeAll(async () => {
  mock = await tinyMock(queue, createClock({ kind: 'virtual' }))
})
afterAll(() => mock.close())

describe('control.yaml', () => {
  it('declares each route, and no other', async () => {
    const declared = [...(await loadControlOperations()).values()].map(
      ({ id, method, path }) => `${id} ${method} ${path}`,
    )
    expect(ROUTES.map(({ operationId, method, path }) => `${operationId} ${method} ${path}`).sort()).toEqual(
      declared.sort(),
    )
  })
})

describe('a number that would not be sent as it is written', () => {
  it.each([
    [
      '9007199254740993',
      '9007199254740992',
      'Write a string. To send these very digits, sign the bytes of a body with "hookproof sign".',
    ],
    ['1.0', '1', 'Write 1, or "1.0" for a string.'],
  ])('is refused: %s', async (number, becomes, hint) => {
    const body = `{"provider":"tsanet","type":"note.created","raw":true,"payload":{"id":"1.0",\n"a":${number}}}`
    const { status, body: answer } = await mock.call('POST', '/events', body)
    expect([status, answer.detail]).toEqual([
      400,
      `The body cannot be kept as it is: in line 2, column 5, the number ${number} would become ${becomes}. ${hint}`,
    ])
  })
})

describe('who may call', () => {
  it.each(['evil.example', '127.0.0.1.evil.example:80'])(
    'a Host of %s may only ask for health',
    async (host) => {
      const refused = await mock.call('GET', '/providers', undefined, { host })
      expect(refused.status).toBe(403)
      expect(refused.headers['content-type']).toBe('application/problem+json')
      expect(refused.body).toMatchObject({ type: 'urn:hookproof:problem:forbidden-host', field: 'Host' })
      expect((await mock.call('GET', '/health', undefined, { host })).body).toEqual({
        status: 'ok',
        version: '1.2.3',
        providers: ['tsanet'],
      })
    },
  )

  it('a --server-name may call', async () => {
    expect((await mock.call('GET', '/providers', undefined, { host: 'mock:4010' })).status).toBe(200)
  })

  it('a page of another origin may not write, and nothing is written', async () => {
    const body = { provider: 'tsanet' }
    const refused = await mock.call('POST', '/accounts', body, { origin: 'http://evil.example' })
    expect(refused.status).toBe(403)
    expect(refused.body.detail).toMatch(/^A page of http:\/\/evil\.example may not write here\. /)
    expect((await mock.call('POST', '/accounts', body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(await mock.parts.store.accounts()).toEqual([])
    expect((await mock.call('POST', '/accounts', body, { origin: mock.origin() })).status).toBe(201)
  })
})

describe('routes', () => {
  it('that there are none are answered with those that there are', async () => {
    const { status, body } = await mock.call('GET', '/delivery')
    expect(status).toBe(404)
    expect(body.detail).toBe('There is no GET /_mock/delivery; see "routes" for what there is.')
    expect(body.routes).toContain('GET /_mock/deliveries/{id}')
  })

  it('with another method say which they take', async () => {
    const { status, headers, body } = await mock.call('DELETE', '/events')
    expect(status).toBe(405)
    expect(headers.allow).toBe('GET, POST, HEAD')
    expect(body.detail).toBe('/_mock/events does not take DELETE, only GET, POST, HEAD.')
  })

  it.each(['/events/evt_0', '/deliveries/del_0'])('to unknown ids are 404: %s', async (path) => {
    expect((await mock.call('GET', path)).status).toBe(404)
    expect((await mock.call('HEAD', path)).text).toBe('')
  })

  it.each(['/events/%zz', '//', '/x%2e', '/events/a%2Fb?x'])('cannot be broken by %s', async (path) => {
    expect((await mock.call('GET', path)).status).toBeOneOf([400, 404])
  })
})

describe('bad input', () => {
  it.each([
    ['/deliveries?limit=0', 'limit', 'limit must be >= 1.'],
    ['/deliveries?limit=1001', 'limit', 'limit must be <= 1000.'],
    ['/deliveries?limit=ten', 'limit', 'limit must be integer.'],
    ['/deliveries?limit=', 'limit', 'limit must be integer.'],
    ['/deliveries?wait=soon', 'wait', 'wait must match pattern "^(0|(\\d+(\\.\\d+)?(ms|s|m|h|d))+)$".'],
    ['/deliveries?wait=2h', 'wait', 'wait must be at most 1h.'],
    [
      '/deliveries?status=done',
      'status',
      'status must be equal to one of the allowed values: pending, succeeded, exhausted, cancelled, blocked.',
    ],
    [
      '/deliveries?provder=x',
      'provder',
      'query parameter "provder" is not declared. Did you mean "provider"?',
    ],
    ['/events?provider=tsanett', 'provider', 'Failed to find the provider "tsanett". Did you mean "tsanet"?'],
    ['/webhooks?cursor=x', 'cursor', '"x" is the cursor of no page of this list; begin again without one.'],
    [
      '/events?cursor=x',
      'cursor',
      'Failed to read the list of events: "x" is no cursor of it. Use what an earlier page of the same list answered as "next", unchanged; or leave it out.',
    ],
  ])('in the query names the parameter: %s', async (path, field, detail) => {
    const { status, body } = await mock.call('GET', path)
    expect([status, body.field, body.detail]).toEqual([400, field, detail])
  })

  it.each([
    ['/events', { provider: 'tsanet' }, '/type', 'type is missing.'],
    ['/events', { provider: 'tsanet', type: 1 }, '/type', 'type must be string.'],
    [
      '/events',
      { provider: 'tsanet', type: 'x', payloads: {} },
      '/payloads',
      '"payloads" is not a known property. Did you mean "payload"?',
    ],
    [
      '/events',
      { provider: 'tsane', type: 'x' },
      '/provider',
      'Failed to find the provider "tsane". Did you mean "tsanet"?',
    ],
    [
      '/events',
      { provider: 'tsanet', type: 'note.created', account: 'othr' },
      '/account',
      'Failed to find the account "othr" of tsanet. Did you mean "other"?',
    ],
    [
      '/events',
      { provider: 'tsanet', type: 'note.creatd' },
      '/type',
      'Failed to find the event type "note.creatd" of tsanet. Did you mean "note.created"?',
    ],
    [
      '/reset',
      { account: 'default' },
      '/account',
      'Account names belong to a provider: name the provider as well.',
    ],
    ['/settle', { timeout: '2h' }, '/timeout', 'timeout must be at most 1h.'],
    ['/clock/advance', {}, '', 'The body must NOT have fewer than 1 properties.'],
    ['/events', [], '', 'The body must be object.'],
  ])('in the body names the place: %s %j', async (path, sent, pointer, detail) => {
    const { status, body } = await mock.call('POST', path, sent)
    expect([status, body.pointer, body.detail]).toEqual([422, pointer, detail])
  })

  it('without a body says so', async () => {
    expect((await mock.call('POST', '/events')).body).toMatchObject({
      status: 422,
      detail: 'The body is missing.',
    })
  })

  it('that is not JSON is 400', async () => {
    const { status, body } = await mock.call('POST', '/events', '{"a":')
    expect([status, body.title]).toEqual([400, 'The body is not JSON'])
    expect(body.detail).toMatch(/^The body cannot be read: it is not valid JSON: .*JSON/)
  })

  it('of another content type is 415', async () => {
    const { status, body } = await mock.call('POST', '/events', '{}', { 'content-type': 'text/plain' })
    expect([status, body.field, body.detail]).toEqual([
      415,
      'Content-Type',
      'The body must be JSON; send Content-Type: application/json.',
    ])
  })

  it('over 1 MiB is 413', async () => {
    const { status, body } = await mock.call('POST', '/events', `"${'x'.repeat(1024 * 1024)}"`)
    expect([status, body.detail]).toEqual([413, 'The body is larger than 1 MiB.'])
    expect((await mock.call('POST', '/events', `"${'x'.repeat(1024 * 1024 - 2)}"`)).status).toBe(422)
  })

  it('of more than 20,000 values is refused before it is parsed', async () => {
    const payload = Array(20_000).fill([])
    const { status, body } = await mock.call('POST', '/events', { provider: 'tsanet', payload })
    expect([status, body.title, body.detail]).toEqual([
      400,
      'Bad request',
      'The body cannot be read: it has more than 20,000 values.',
    ])
  })

  it('of more than 1,000 levels cannot be read', async () => {
    const { status, body } = await mock.call('POST', '/events', `${'['.repeat(1_001)}${']'.repeat(1_001)}`)
    expect([status, body.title, body.detail]).toEqual([
      400,
      'Bad request',
      'The body cannot be read: it is nested more than 1000 levels deep.',
    ])
  })
})

describe('a round', () => {
  it('registers, emits and lists', async () => {
    const fields = { eventTypes: ['note.created'] }
    const made = await mock.call('POST', '/webhooks', {
      provider: 'tsanet',
      url: 'http://127.0.0.1:9/h',
      secret: 's3',
      fields,
    })
    expect([made.status, made.body.secret, made.body.url]).toEqual([201, 's3', 'http://127.0.0.1:9/h'])
    expect((await mock.call('GET', '/webhooks')).body).toEqual({ webhooks: [made.body], next: null })

    const emitted = await mock.call('POST', '/events', { provider: 'tsanet', type: 'note.created' })
    expect(emitted.status).toBe(202)
    const { event, deliveries } = emitted.body as never as {
      event: { id: string }
      deliveries: { id: string }[]
    }
    expect(deliveries).toHaveLength(1)
    expect((await mock.call('GET', `/events/${event.id}`)).body).toEqual(event)
    expect((await mock.call('GET', '/events?limit=1')).body).toEqual({ events: [event], next: null })
    expect((await mock.call('GET', `/deliveries?event=${event.id}&status=pending`)).body).toEqual({
      deliveries,
      next: null,
    })
    expect((await mock.call('GET', `/deliveries/${deliveries[0]?.id}`)).body).toEqual(deliveries[0])

    await mock.call('GET', `/deliveries?event=${event.id}&status=succeeded&wait=1s`)
    expect(calls.pop()).toEqual([{ event: event.id, status: undefined }, 1000, expect.any(AbortSignal)])
  })

  it('pages through lists', async () => {
    for (const url of ['http://127.0.0.1:9/2', 'http://127.0.0.1:9/3'])
      await mock.call('POST', '/webhooks', { provider: 'tsanet', url })
    const first = (await mock.call('GET', '/webhooks?limit=2')).body as never as {
      webhooks: { url: string }[]
      next: string
    }
    const second = (await mock.call('GET', `/webhooks?limit=2&cursor=${first.next}`))
      .body as never as typeof first
    expect([...first.webhooks, ...second.webhooks].map(({ url }) => new URL(url).pathname)).toEqual([
      '/3',
      '/2',
      '/h',
    ])
    expect(second.next).toBeNull()
  })

  it('refuses a body that breaks the schema of the event, unless it is raw', async () => {
    const broken = { provider: 'tsanet', type: 'note.created', payload: { noteToken: 5 } }
    const { status, body } = await mock.call('POST', '/events', broken)
    expect(status).toBe(422)
    expect(body.pointer).toMatch(/^\/payload\//)
    expect(body.detail).toContain('Send raw: true to send it all the same.')
  })

  it('knows the clock, advances and settles', async () => {
    expect((await mock.call('GET', '/clock')).body.mode).toBe('virtual')
    expect((await mock.call('POST', '/clock/advance', { by: '6m10s' })).body.attempts).toBe(2)
    expect(calls.pop()).toEqual({ by: 370_000 })
    await mock.call('POST', '/clock/advance', { until: 'settled' })
    expect(calls.pop()).toEqual({ until: 'settled' })
    const settled = { settled: true, inFlight: 0, pending: 1, nextAttemptAt: '2026-01-01T00:00:00.000Z' }
    expect((await mock.call('POST', '/settle')).body).toEqual(settled)
  })

  it('resets what the request names', async () => {
    expect((await mock.call('POST', '/reset')).body).toEqual({ provider: null, account: null })
    await mock.call('POST', '/reset', { provider: 'tsanet', account: 'other' })
    expect(mock.resets).toEqual([undefined, { provider: 'tsanet', account: 'other' }])
  })

  it('lists requests and violations', async () => {
    const violation = {
      by: 'client',
      provider: 'tsanet',
      operation: 'x',
      location: 'body/a',
      rule: 'type',
      message: 'm',
    } as const
    mock.parts.requestLog.addRequest({
      id: 'r1',
      at: 0,
      provider: 'tsanet',
      account: null,
      operation: 'x',
      method: 'GET',
      path: '/p',
      status: 200,
      durationMs: 1.5,
      violations: [violation],
    })
    const sent = { method: 'GET', path: '/p', headers: {}, truncated: false }
    const source = { account: 'other', request: 'r1', attempt: null }
    const body = { encoding: 'utf8', text: '{}' } as const
    mock.parts.requestLog.addViolations([violation], { ...source, sent: { ...sent, body } })
    expect((await mock.call('GET', '/requests?operation=x')).body).toMatchObject({
      next: null,
      dropped: 0,
      requests: [{ id: 'r1' }],
    })
    expect((await mock.call('GET', '/requests?operation=y')).body.requests).toEqual([])
    expect((await mock.call('GET', '/violations?by=client')).body.violations).toEqual([
      { ...violation, ...source, sent: { ...sent, body: '{}', bodyEncoding: 'utf8' } },
    ])
    expect((await mock.call('GET', '/violations?account=default')).body.violations).toEqual([])
    expect((await mock.call('GET', '/violations?account=other&operation=x')).body.violations).toHaveLength(1)
    expect((await mock.call('GET', '/violations?by=mock')).body.violations).toEqual([])
  })
})

describe('a snapshot', () => {
  it('brings back what was there', async () => {
    const { body: before } = await mock.call('GET', '/snapshot')
    const { body: webhooks } = await mock.call('GET', '/webhooks')
    await mock.parts.store.clear()
    expect((await mock.call('GET', '/webhooks')).body.webhooks).toEqual([])
    expect((await mock.call('PUT', '/snapshot', before)).body).toMatchObject({ webhooks: 3, events: 1 })
    expect((await mock.call('GET', '/webhooks')).body).toEqual(webhooks)
    expect((await mock.call('GET', '/snapshot')).body).toEqual(before)
  })

  it('of another provider, or one that is none, changes nothing', async () => {
    const { body: before } = await mock.call('GET', '/snapshot')
    const stranger = structuredClone(before) as never as { tables: { webhooks: { provider: string }[] } }
    for (const webhook of stranger.tables.webhooks) webhook.provider = 'tsanett'
    const refused = await mock.call('PUT', '/snapshot', stranger)
    expect([refused.status, refused.body.pointer, refused.body.detail]).toEqual([
      422,
      '/tables/webhooks/0/provider',
      'Failed to restore the state: there is no provider "tsanett" here. Did you mean "tsanet"?',
    ])
    expect((await mock.call('PUT', '/snapshot', { ...before, tables: {} })).status).toBe(422)
    expect((await mock.call('PUT', '/snapshot', {})).status).toBe(422)
    const other = (await mock.call('PUT', '/snapshot', { ...before, format: 'other' })).body
    expect([other.pointer, other.detail]).toEqual([
      '/format',
      'Failed to restore the state: it must be equal to constant "hookproof-state". ' +
        'Give it back as the snapshot was read. Nothing was changed.',
    ])
    expect((await mock.call('GET', '/snapshot')).body).toEqual(before)
  })
})

describe('what goes wrong inside', () => {
  it('is a 500 without details for the client, and a notice for the person at the keyboard', async () => {
    const broken = await tinyMock({ settle: async () => Promise.reject(new Error('secret detail')) })
    const notices: unknown[] = []
    broken.parts.feed.subscribe((entry) => notices.push(entry))
    const { status, text, body } = await broken.call('POST', '/settle')
    await broken.close()
    expect([status, body.detail]).toEqual([500, 'This is a fault of hookproof, not of the request.'])
    expect(text).not.toContain('secret')
    expect(notices).toEqual([
      { type: 'notice', text: 'POST /_mock/settle failed inside hookproof: secret detail' },
    ])
  })
})

describe('a client that leaves', () => {
  it('ends its wait, whatever was waited for', async () => {
    const leave = new AbortController()
    const waiting = unlessGone(new Promise(() => {}), leave.signal)
    leave.abort()
    await expect(waiting).rejects.toThrow(ClientGone)
    await expect(unlessGone(Promise.resolve(1), leave.signal)).rejects.toThrow(ClientGone)
    await expect(unlessGone(Promise.resolve(1), new AbortController().signal)).resolves.toBe(1)
  })
})

describe('the work of a client that leaves', () => {
  it.each([
    ['POST', '/clock/advance', '{"until":"settled"}'],
    ['POST', '/settle', '{"timeout":"1h"}'],
    ['GET', '/deliveries?wait=1h', null],
  ])('is to end: %s %s', async (method, path, body) => {
    const work = new EventEmitter()
    const begin = (...args: unknown[]) => {
      const gone = args.at(-1) as AbortSignal
      gone.addEventListener('abort', () => work.emit('end'))
      work.emit('begin')
      return new Promise(() => {})
    }
    const clock = createClock({ kind: 'virtual' })
    const busy = await tinyMock({ advance: begin, settle: begin, untilSettled: begin }, clock)
    const leave = new AbortController()
    const [begun, ended] = [once(work, 'begin'), once(work, 'end')]
    const headers = { 'Content-Type': 'application/json' }
    const call = fetch(`${busy.origin()}/_mock${path}`, {
      method,
      signal: leave.signal,
      ...(body !== null && { body, headers }),
    })
    await begun
    leave.abort()
    await expect(call).rejects.toThrow('aborted')
    await ended
    await busy.close()
  })
})

describe('the stream', () => {
  it('tells what happens from now on, until the client leaves', async () => {
    const leave = new AbortController()
    const response = await fetch(`${mock.origin()}/_mock/stream`, { signal: leave.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    await reader?.read()
    mock.parts.feed.publish({ type: 'notice', text: 'hello\nyou' })
    expect((await reader?.read())?.value).toBe(
      'id: run-1\nevent: notice\ndata: {"type":"notice","text":"hello\\nyou"}\n\n',
    )
    leave.abort()
  })
})

describe('a page of large entries', () => {
  it('has fewer than asked for, and the others follow', async () => {
    const payload = { text: 'x'.repeat(900_000) }
    const event = { provider: 'tsanet', type: 'note.created', payload, raw: true }
    const made: Json[] = []
    for (let i = 0; i < 12; i++) {
      const { body } = await mock.call('POST', '/events', event)
      made.unshift(atPointer(body, '/event/id') ?? null)
    }
    const seen: Json[] = []
    const sizes: number[] = []
    for (let cursor = ''; sizes.length < 20; ) {
      const { body } = await mock.call('GET', `/events?limit=10${cursor}`)
      const events = body.events as JsonObject[]
      sizes.push(events.length)
      seen.push(...events.map(({ id = null }) => id))
      if (body.next === null) break
      cursor = `&cursor=${body.next}`
    }
    expect(sizes.slice(0, 2)).toEqual([5, 5])
    expect(seen.slice(0, 12)).toEqual(made)
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('has the request of several violations once', async () => {
    const violation = { by: 'client', provider: 'tsanet', operation: 'x', location: 'body' } as const
    const body = { encoding: 'utf8', text: 'y'.repeat(60_000) } as const
    const sent = { method: 'POST', path: '/x', headers: {}, truncated: false, body }
    mock.parts.requestLog.addViolations(Array(100).fill({ ...violation, rule: 'type', message: 'm' }), {
      account: null,
      request: 'r-many',
      attempt: null,
      sent,
    })
    const answer = await mock.call('GET', '/violations?limit=100&operation=x')
    const violations = answer.body.violations as JsonObject[]
    expect(violations.map((one) => one.sent !== null)).toEqual([true, ...Array(99).fill(false)])
    expect(violations.every(({ request }) => request === 'r-many')).toBe(true)
  })
})
