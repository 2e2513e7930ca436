import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import { isJsonObject, type Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { type ApiOptions, callApi, textAt } from '../support/api-call.ts'

let mock: Mock
let receivers: Receiver[]
beforeAll(async () => {
  mock = await startMock({ clock: { kind: 'virtual' } })
})
afterAll(() => mock.close(0))
beforeEach(() => {
  receivers = []
})
afterEach(async () => {
  expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
  await mock.reset()
  for (const receiver of receivers) await receiver.close()
})

async function receive(...respond: (number | string)[]): Promise<Receiver> {
  const receiver = await startReceiver({ respond })
  receivers.push(receiver)
  return receiver
}

/** The body of an answer, with its status checked. */
function caller(provider: string) {
  return async (route: string, status: number, body?: unknown, options?: ApiOptions) => {
    const answer = await callApi(mock, provider, route, body, options)
    expect(answer.status, `${route}: ${JSON.stringify(answer.body)}`).toBe(status)
    return answer
  }
}

function header(receiver: Receiver, at: number, name: string): string | undefined {
  return headerOf(receiver.received[at]?.headers ?? [], name)
}

const hmac = (secret: string, body: Buffer | string) =>
  createHmac('sha256', secret).update(body).digest('hex')

describe('companybelgium', () => {
  const call = caller('companybelgium')
  const data = async (route: string, body?: unknown) => {
    const answer = await call(route, 200, body)
    if (!isJsonObject(answer.body)) throw new Error('no envelope')
    expect(Object.keys(answer.body)).toEqual(['success', 'data', 'error', 'timestamp', 'meta'])
    expect(answer.body).toMatchObject({ success: true, error: null, meta: null })
    expect(textAt(answer, '/timestamp')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    return answer.body.data
  }
  const create = async (url: string, entityNumbers: readonly string[] = ['0403.170.701']) => {
    const answer = await call('POST /webhook', 201, { name: 'Prod listener', url, entityNumbers })
    return { id: textAt(answer, '/data/id'), secret: textAt(answer, '/data/hmacSecret'), answer }
  }
  const trigger = (payload?: Json) => mock.trigger('companybelgium', 'enterprise.updated', payload)
  const isSignedBy = (receiver: Receiver, at: number, secret: string) =>
    header(receiver, at, 'X-CompanyBelgium-Signature') ===
    `sha256=${hmac(secret, receiver.received[at]?.body ?? '')}`

  it('shows the secret and no entities on creation, neither in the plural list nor in the singular read', async () => {
    const { id, secret, answer } = await create('https://example.be/hooks/bce')
    const webhook = { id, name: 'Prod listener', url: 'https://example.be/hooks/bce', disabled: false }
    expect(answer.body).toMatchObject({ data: { ...webhook, hmacSecret: secret } })
    expect(Object.keys((answer.body as { data: object }).data)).toEqual([
      'id',
      'name',
      'url',
      'hmacSecret',
      'disabled',
    ])
    expect(id).toMatch(/^wh_[0-9a-z]+$/)
    expect(secret).toMatch(/^whsec_[0-9a-f]{64}$/)
    expect(await data('GET /webhooks')).toEqual([webhook])
    expect(await data(`GET /webhook/${id}`)).toEqual(webhook)
  })

  it('updates with PUT what is given and leaves the rest', async () => {
    const { id } = await create('https://example.be/a')
    const read = () => data(`GET /webhook/${id}`)
    const put = async (change: Json) => {
      const answered = (await data(`PUT /webhook/${id}`, change)) as object
      expect(await read()).toMatchObject(answered)
      return answered
    }
    const webhook = { id, name: 'Prod listener', url: 'https://example.be/a', disabled: false }
    expect(await put({ disabled: true })).toEqual({ id, name: 'Prod listener', disabled: true })
    expect(await put({ name: 'paused' })).toEqual({ id, name: 'paused', disabled: true })
    expect(await read()).toMatchObject({ url: 'https://example.be/a' })
    await put({ url: 'https://example.be/b' })
    const changed = { ...webhook, name: 'paused', url: 'https://example.be/b', disabled: true }
    expect(await read()).toEqual(changed)
    await put({})
    expect(await read()).toEqual(changed)
    // Its id and its secret are nobody's to set.
    await put({ id: 'wh_other', hmacSecret: 'mine', disabled: false })
    expect(await data('GET /webhooks')).toEqual([{ ...webhook, name: 'paused', url: 'https://example.be/b' }])
  })

  it('signs the next attempt with the new secret once it is rotated', async () => {
    const receiver = await receive(503, 200)
    const { id, secret } = await create(receiver.url)
    await trigger()
    await mock.settle()
    const rotated = (await data(`PATCH /webhook/${id}/hmac-secret`)) as { id: string; hmacSecret: string }
    expect(Object.keys(rotated)).toEqual(['id', 'hmacSecret'])
    await mock.clock.advance({ until: 'settled' })
    expect([isSignedBy(receiver, 0, secret), isSignedBy(receiver, 0, rotated.hmacSecret)]).toEqual([
      true,
      false,
    ])
    expect([isSignedBy(receiver, 1, secret), isSignedBy(receiver, 1, rotated.hmacSecret)]).toEqual([
      false,
      true,
    ])
  })

  it('tells whether a test was delivered, logs it, tests a disabled webhook, too, and drops retries with it', async () => {
    const receiver = await receive(200, 500, 204)
    const { id, secret } = await create(receiver.url, [])
    const test = async () =>
      (await data(`POST /webhook/${id}/trigger`)) as { delivered: boolean; eventId: string }
    const first = await test()
    const failed = await test()
    await data(`PUT /webhook/${id}`, { disabled: true })
    const third = await test()
    expect([first.delivered, failed.delivered, third.delivered]).toEqual([true, false, true])
    expect((await mock.clock.advance('48h')).attempts).toBe(0)
    const sent = receiver.received.map(({ body }) => JSON.parse(body.toString()))
    expect(sent[1]).toEqual({
      eventId: failed.eventId,
      type: 'webhook.test',
      entityNumber: null,
      occurredAt: expect.any(String),
      data: { changed: [] },
    })
    expect(isSignedBy(receiver, 1, secret)).toBe(true)
    expect(await data(`GET /webhook/${id}/events`)).toMatchObject([
      { eventId: third.eventId, status: 'delivered', responseCode: 204 },
      { eventId: failed.eventId, status: 'failed', responseCode: 500 },
      { eventId: first.eventId, status: 'delivered', responseCode: 200 },
    ])
  })

  it('keeps entity numbers with their dots, adds and removes what really changes, by a DELETE with a body', async () => {
    const receiver = await receive()
    const { id } = await create(receiver.url, ['0403170701', '0403.170.701'])
    const route = `/webhook/${id}/subscriptions`
    const numbers = (...entityNumbers: string[]) => ({ entityNumbers })
    expect(await data(`GET ${route}`)).toEqual(['0403.170.701'])
    expect(await data(`POST ${route}`, numbers('0738916702', '0403.170.701', '0738.916.702'))).toEqual({
      added: 1,
    })
    expect(await data(`POST ${route}`, numbers('2.123.456.789'))).toEqual({ added: 1 })
    expect(await data(`GET ${route}`)).toEqual(['0403.170.701', '0738.916.702', '2.123.456.789'])
    expect(await data(`DELETE ${route}`, numbers('0403170701', '0999.999.999'))).toEqual({ removed: 1 })
    expect(await data(`GET ${route}`)).toEqual(['0738.916.702', '2.123.456.789'])
    expect((await trigger()).skipped).toHaveLength(1)
    expect((await trigger({ entityNumber: '0738.916.702' })).deliveries).toHaveLength(1)
    await mock.settle()
    expect(receiver.received).toHaveLength(1)
  })

  it('logs the last 100 of 105 attempts, the newest first, in whole seconds', async () => {
    const receiver = await receive()
    const { id } = await create(receiver.url)
    const events: string[] = []
    for (let i = 0; i < 105; i++) {
      events.push((await trigger()).event.providerId)
      await mock.clock.advance('1s')
    }
    const log = (await data(`GET /webhook/${id}/events`)) as { eventId: string; at: string }[]
    expect(log.map(({ eventId }) => eventId)).toEqual(events.slice(5).reverse())
    expect(log.every(({ at }) => /T\d\d:\d\d:\d\dZ$/.test(at))).toBe(true)
    expect(log.map(({ at }) => at)).toEqual(
      log
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    )
  })

  it('logs a retry that is due as retrying, and calls it failed once it is over', async () => {
    const receiver = await receive(503, 'reset', 200)
    const { id } = await create(receiver.url)
    await trigger()
    const states = async () =>
      ((await data(`GET /webhook/${id}/events`)) as { status: string; responseCode: number | null }[]).map(
        ({ status, responseCode }) => `${status} ${responseCode}`,
      )
    await mock.settle()
    expect(await states()).toEqual(['retrying 503'])
    await mock.clock.advance({ until: 'next-attempt' })
    expect(await states()).toEqual(['retrying null', 'failed 503'])
    await mock.clock.advance({ until: 'next-attempt' })
    expect(await states()).toEqual(['delivered 200', 'failed null', 'failed 503'])
  })

  it('forgets subscriptions, log and what was pending when a webhook is deleted', async () => {
    const receiver = await receive(503)
    const { id } = await create(receiver.url)
    const { event } = await trigger()
    await mock.settle()
    expect(await data(`DELETE /webhook/${id}`)).toEqual({ deleted: true })
    expect(
      (await mock.deliveries({ event: event.id })).map(({ status, reason }) => [status, reason]),
    ).toEqual([['cancelled', 'the webhook was deleted']])
    expect((await mock.clock.advance('48h')).attempts).toBe(0)
    for (const below of ['', '/events', '/subscriptions']) await call(`GET /webhook/${id}${below}`, 404)
    await call(`DELETE /webhook/${id}`, 404)
    expect(await data('GET /webhooks')).toEqual([])
    expect((await trigger()).deliveries).toEqual([])
  })

  it('drops the pending retry of a webhook that is disabled, and sends it nothing until it is enabled', async () => {
    const receiver = await receive(503, 200)
    const { id } = await create(receiver.url)
    const { event } = await trigger()
    await mock.settle()
    await data(`PUT /webhook/${id}`, { disabled: true })
    expect((await mock.deliveries({ event: event.id }))[0]).toMatchObject({
      status: 'cancelled',
      reason: 'the webhook was switched off',
    })
    expect((await trigger()).deliveries).toEqual([])
    await data(`PUT /webhook/${id}`, { disabled: false })
    await trigger()
    await mock.clock.advance('48h')
    expect(receiver.received).toHaveLength(2)
  })
})

describe('beel', () => {
  const call = caller('beel')
  const create = async (url: string, events: readonly string[] = ['invoice.emitted']) => {
    const answer = await call('POST /v1/webhooks', 201, { url, events })
    return { id: textAt(answer, '/data/id'), secret: textAt(answer, '/data/secret') }
  }
  const trigger = () => mock.trigger('beel', 'invoice.emitted')
  const read = async (id: string) =>
    (await call(`GET /v1/webhooks/${id}`, 200)).body as { data: Record<string, Json> }
  interface Entry {
    readonly id: string
    readonly attempt_number: number
    readonly http_status: number | null
    readonly webhook_event_id: string
    readonly payload: string
    readonly request_headers: Record<string, string>
  }
  const log = async (id: string) =>
    ((await call(`GET /v1/webhooks/${id}/deliveries`, 200)).body as never as { data: Entry[] }).data

  it('shows the secret on creation and rotation alone', async () => {
    const receiver = await receive()
    const { id, secret } = await create(receiver.url)
    expect(secret).toMatch(/^whsec_[0-9a-f]{64}$/)
    const shown = [
      await call('GET /v1/webhooks', 200),
      await call(`GET /v1/webhooks/${id}`, 200),
      await call(`PATCH /v1/webhooks/${id}`, 200, { active: true, secret: 'whsec_mine' }),
    ]
    for (const { body } of shown) expect(JSON.stringify(body)).not.toMatch(/whsec_|"secret"/)
    const rotated = textAt(await call(`POST /v1/webhooks/${id}/secret`, 200), '/data/secret')
    expect(rotated).not.toBe(secret)
    await trigger()
    await mock.settle()
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header(receiver, 0, 'BeeL-Signature') ?? '') ?? []
    const body = receiver.received[0]?.body.toString() ?? ''
    expect(v1).toBe(hmac(rotated, `${t}.${body}`))
    expect(v1).not.toBe(hmac(secret, `${t}.${body}`))
  })

  it('lists by pages, counted from 1', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.push((await create(`https://example.es/${i}`)).id)
    const page = async (query: string) => {
      const { data } = (await call(`GET /v1/webhooks${query}`, 200)).body as never as {
        data: { webhooks: { id: string }[]; pagination: Json }
      }
      return [data.webhooks.map(({ id }) => id), data.pagination]
    }
    const facts = (
      current_page: number,
      items_per_page: number,
      total_pages: number,
      has_next: boolean,
      has_previous: boolean,
    ) => ({
      current_page,
      total_pages,
      total_items: 5,
      items_per_page,
      has_next,
      has_previous,
    })
    expect(await page('')).toEqual([ids, facts(1, 20, 1, false, false)])
    expect(await page('?limit=2')).toEqual([ids.slice(0, 2), facts(1, 2, 3, true, false)])
    expect(await page('?limit=2&page=2')).toEqual([ids.slice(2, 4), facts(2, 2, 3, true, true)])
    expect(await page('?limit=2&page=3')).toEqual([ids.slice(4), facts(3, 2, 3, false, true)])
    expect(await page('?limit=2&page=9')).toEqual([[], facts(9, 2, 3, false, true)])
  })

  it('changes with PATCH what is given, and sends nothing to an inactive webhook', async () => {
    const receiver = await receive(503, 200)
    const { id } = await create(receiver.url)
    const { data: before } = await read(id)
    const { event } = await trigger()
    await mock.settle()
    const patched = await call(`PATCH /v1/webhooks/${id}`, 200, { active: false })
    expect(patched.body).toMatchObject({ data: { ...before, active: false } })
    expect((await mock.deliveries({ event: event.id }))[0]).toMatchObject({ status: 'cancelled' })
    const { deliveries, skipped } = await trigger()
    expect([deliveries, skipped.length]).toEqual([[], 1])
    expect((await mock.clock.advance('24h')).attempts).toBe(0)
    await call(`PATCH /v1/webhooks/${id}`, 200, { events: ['invoice.cancelled'], active: true })
    expect((await trigger()).deliveries).toEqual([])
    await mock.trigger('beel', 'invoice.cancelled')
    await mock.settle()
    expect(receiver.received.map((one) => headerOf(one.headers, 'BeeL-Event'))).toEqual([
      'invoice.emitted',
      'invoice.cancelled',
    ])
    await call(`DELETE /v1/webhooks/${id}`, 204)
    await call(`GET /v1/webhooks/${id}`, 404)
  })

  it('remembers the last success, not the last failure', async () => {
    const receiver = await receive(400, 503, 200, 400)
    const { id } = await create(receiver.url)
    const lastUsed = async () => (await read(id)).data.last_used_at
    await trigger()
    await mock.settle()
    expect(await lastUsed()).toBeNull()
    await trigger()
    await mock.clock.advance('5s')
    const success = new Date(mock.clock.now()).toISOString().replace(/\.\d+/, '')
    expect(await lastUsed()).toBe(success)
    await mock.clock.advance('1h')
    await trigger()
    await mock.settle()
    expect([receiver.received.length, await lastUsed()]).toEqual([4, success])
  })

  it.each([
    ['4xx', 400, 1],
    ['409', 409, 1],
    ['429', 429, 1],
    ['a redirect', 302, 1],
    ['5xx', 500, 5],
    ['a reset', 'reset', 5],
  ])('tries %s %s: %s attempts in all', async (_, answer, attempts) => {
    const receiver = await receive(answer)
    const { id } = await create(receiver.url)
    const { event } = await trigger()
    await mock.clock.advance({ until: 'settled' })
    expect(receiver.received).toHaveLength(attempts)
    const [delivery] = await mock.deliveries({ event: event.id })
    expect(delivery).toMatchObject({ status: 'exhausted' })
    const sent = (delivery?.attempts ?? []).map(({ sentAt }) => Date.parse(sentAt))
    expect(sent).toHaveLength(attempts)
    const pauses = sent.slice(1).map((at, i) => (at - (sent[i] ?? 0)) / 1_000)
    expect(pauses).toEqual([5, 10, 20, 40].slice(0, attempts - 1))
    expect((await log(id)).map((entry) => entry.attempt_number)).toEqual(
      sent.map((_at, i) => i + 1).reverse(),
    )
  })

  it('counts on where a delivery is retried by hand, with the same event and another delivery id', async () => {
    const receiver = await receive(503, 400, 200, 200)
    const { id } = await create(receiver.url)
    const { event } = await trigger()
    await mock.clock.advance({ until: 'settled' })
    const [second, first] = await log(id)
    expect([first?.attempt_number, second?.attempt_number]).toEqual([1, 2])
    const retry = async (entry: Entry | undefined) =>
      (await call(`POST /v1/webhooks/${id}/deliveries/${entry?.id}/retry`, 200)).body as never as {
        data: Entry
      }
    const { data: third } = await retry(first)
    expect(third).toMatchObject({
      attempt_number: 3,
      http_status: 200,
      webhook_event_id: event.providerId,
      success: true,
    })
    // One that succeeded may be sent again, too.
    expect((await retry(third)).data.attempt_number).toBe(4)
    const entries = await log(id)
    expect(entries.map((entry) => entry.attempt_number)).toEqual([4, 3, 2, 1])
    const arrived = receiver.received.toReversed()
    expect(entries.map((entry) => entry.id)).toEqual(
      arrived.map((one) => headerOf(one.headers, 'BeeL-Delivery-Id')),
    )
    expect(new Set(arrived.map((one) => headerOf(one.headers, 'BeeL-Event-Id')))).toEqual(
      new Set([event.providerId]),
    )
    expect(entries.map((entry) => entry.payload)).toEqual(arrived.map(({ body }) => body.toString()))
    expect(entries[0]?.request_headers).toMatchObject({
      'BeeL-Event': 'invoice.emitted',
      'Idempotency-Key': event.providerId,
    })
    await call(`POST /v1/webhooks/${id}/deliveries/${event.providerId}/retry`, 404)
  })
})

describe('donutwork', () => {
  const call = caller('donutwork')
  const LIST = '/2026-02-01/webhooks.json'
  const PAID = 'RecurringPayments.charge.paid'
  const FAILED = 'RecurringPayments.charge.failed'
  const create = (fields: Record<string, Json>) =>
    call(`POST ${LIST}`, 201, {
      webhook: {
        name: 'Billing Events',
        url: 'https://example.com/webhooks/billing',
        events: PAID,
        ...fields,
      },
    })

  it('takes one event as a text, answers bare, and shows the token only then', async () => {
    const created = await create({ description: 'Receive invoice and payment updates' })
    const id = textAt(created, '/id')
    const token = textAt(created, '/token')
    expect(created.body).toEqual({
      id,
      name: 'Billing Events',
      description: 'Receive invoice and payment updates',
      url: 'https://example.com/webhooks/billing',
      events: [PAID],
      token,
    })
    expect(token).toMatch(/^\S{20,}$/)
    const redacted = { ...(created.body as object), token: 'redacted' }
    expect((await call(`GET /2026-02-01/webhooks/${id}.json`, 200)).body).toEqual(redacted)
    expect((await call(`GET ${LIST}`, 200)).body).toEqual({
      entities: 'Webhook',
      count: 1,
      per_page: 100,
      pages: { current: 1, max: 1 },
      elements: [redacted],
    })
    expect((await call('GET /2026-02-01/webhooks/types.json', 200)).body).toEqual([PAID, FAILED])
  })

  it('pages with size and page, taking numbers out of range for the nearest', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.push(textAt(await create({ name: `n${i}` }), '/id'))
    const page = async (query: string) => {
      const body = (await call(`GET ${LIST}${query}`, 200)).body as never as Record<string, Json> & {
        elements: { id: string }[]
      }
      return [body.elements.map(({ id }) => id), body.count, body.per_page, body.pages]
    }
    expect(await page('?size=2')).toEqual([ids.slice(0, 2), 5, 2, { current: 1, max: 3 }])
    expect(await page('?size=2&page=3')).toEqual([ids.slice(4), 5, 2, { current: 3, max: 3 }])
    expect(await page('?size=2&page=4')).toEqual([[], 5, 2, { current: 4, max: 3 }])
    expect(await page('?size=0&page=0')).toEqual([ids.slice(0, 1), 5, 1, { current: 1, max: 5 }])
    expect(await page('?size=1000')).toEqual([ids, 5, 100, { current: 1, max: 1 }])
  })

  it('deletes with its two texts, by path or by query', async () => {
    const byPath = textAt(await create({}), '/id')
    const byQuery = textAt(await create({}), '/id')
    expect((await call(`DELETE /2026-02-01/webhooks/${byPath}.json`, 200)).body).toEqual({
      id: byPath,
      deleted: true,
    })
    expect((await call(`DELETE ${LIST}?webhookId=${byQuery}`, 200)).body).toEqual({
      id: byQuery,
      deleted: true,
    })
    expect((await call(`GET /2026-02-01/webhooks/${byPath}.json`, 404)).body).toEqual({
      error: 'Webhook not found.',
    })
    expect((await call(`DELETE /2026-02-01/webhooks/${byPath}.json`, 404)).body).toEqual({
      error: 'Webhook not found. Unable to delete unknown resource',
    })
  })

  it('sends the token as a bearer, and only the events that were asked for', async () => {
    const receiver = await receive()
    const token = textAt(await create({ url: receiver.url, events: [FAILED] }), '/token')
    await mock.trigger('donutwork', PAID)
    await mock.trigger('donutwork', FAILED)
    await mock.settle()
    expect(receiver.received.map(({ body }) => JSON.parse(body.toString()).event)).toEqual([FAILED])
    expect(header(receiver, 0, 'Authorization')).toBe(`Bearer ${token}`)
  })
})

describe('tsanet', () => {
  const call = caller('tsanet')
  const BOTH = ['collaboration-request.created', 'note.created']
  const create = (body: object) => call('POST /v1/webhooks', 200, body)

  it('answers creation with 200 and the secret, and lists it bare, without', async () => {
    const created = await create({ callbackUrl: 'https://api.example.com/webhooks/tsanet' })
    const { secret, ...rest } = created.body as never as Record<string, Json>
    expect(rest).toEqual({
      id: 1,
      callbackUrl: 'https://api.example.com/webhooks/tsanet',
      eventTypes: BOTH,
      active: true,
      createdAt: expect.any(String),
    })
    expect(secret).toMatch(/^[0-9a-f]{64}$/)
    expect((await call('GET /v1/webhooks', 200)).body).toEqual([
      { ...rest, callbackAuthType: 'NONE', updatedAt: rest.createdAt },
    ])
    expect((await call('DELETE /v1/webhooks/1', 204)).body).toBeUndefined()
    expect((await call('GET /v1/webhooks', 200)).body).toEqual([])
    // An id is never given twice.
    expect((await create({ callbackUrl: 'https://api.example.com/x' })).body).toMatchObject({ id: 2 })
  })

  it('sends both events where none were named, and Basic beside the signature where it was asked for', async () => {
    const receiver = await receive()
    const callbackAuth = { type: 'BASIC', username: 'tsänet', password: 'correct: horse' }
    const created = await create({ callbackUrl: receiver.url, callbackAuth })
    await create({ callbackUrl: `${receiver.url}/plain`, eventTypes: ['note.created'] })
    expect(JSON.stringify((await call('GET /v1/webhooks', 200)).body)).not.toMatch(/horse|"callbackAuth"/)
    for (const type of BOTH) {
      await mock.trigger('tsanet', type)
      await mock.settle()
    }
    const arrived = receiver.received.map(({ path, body, headers }) => ({
      path,
      type: JSON.parse(body.toString()).eventType,
      basic: headerOf(headers, 'Authorization'),
    }))
    const basic = `Basic ${Buffer.from('tsänet:correct: horse').toString('base64')}`
    expect(arrived).toHaveLength(3)
    expect(arrived).toEqual(
      expect.arrayContaining([
        { path: '/', type: 'collaboration-request.created', basic },
        { path: '/', type: 'note.created', basic },
        { path: '/plain', type: 'note.created', basic: undefined },
      ]),
    )
    expect(header(receiver, 0, 'X-Hub-Signature-256')).toBe(
      `sha256=${hmac(textAt(created, '/secret'), receiver.received[0]?.body ?? '')}`,
    )
  })

  it('tries four times, 0, 10, 60 and 300 s apart, and logs them in pages that count from 0', async () => {
    const receiver = await receive(503)
    await create({ callbackUrl: receiver.url })
    const start = mock.clock.now()
    const { event } = await mock.trigger('tsanet', 'note.created')
    await mock.clock.advance({ until: 'settled' })
    expect(mock.clock.now() - start).toBe(370_000)
    expect(receiver.received).toHaveLength(4)
    const page = async (query: string) => {
      const { content, ...facts } = (await call(`GET /v1/webhooks/1/deliveries${query}`, 200))
        .body as never as {
        content: { attemptNumber: number; cloudEventId: string; createdAt: string }[]
      }
      expect(new Set(content.map(({ cloudEventId }) => cloudEventId)).size).toBeLessThan(2)
      return [
        content.map(({ attemptNumber, createdAt }) => [
          attemptNumber,
          (Date.parse(createdAt) - start) / 1_000,
        ]),
        facts,
      ]
    }
    const all = [[4, 370], [3, 70], [2, 10], [1, 0]] // biome-ignore format: pairs
    const facts = (number: number, size: number, totalPages: number) => ({
      totalElements: 4,
      totalPages,
      size,
      number,
    })
    expect(await page('')).toEqual([all, facts(0, 20, 1)])
    expect(await page('?size=3')).toEqual([all.slice(0, 3), facts(0, 3, 2)])
    expect(await page('?size=3&page=1')).toEqual([all.slice(3), facts(1, 3, 2)])
    expect(await page('?page=7')).toEqual([[], facts(7, 20, 1)])
    expect(await page('?size=5000')).toEqual([all, facts(0, 100, 1)])
    expect((await call('GET /v1/webhooks', 200)).body).toMatchObject([{ active: true }])
    expect((await mock.deliveries({ event: event.id }))[0]).toMatchObject({ status: 'exhausted' })
  })

  it.each([
    ['application/problem+json', 'application/problem+json'],
    ['application/problem+json, application/json', 'application/json'],
    ['application/json, application/problem+json', 'application/json'],
    ['application/problem+json, */*', 'application/json'],
    ['*/*', 'application/json'],
    ['text/html', 'application/json'],
  ])('labels a success for Accept: %s as %s', async (accept, label) => {
    const { headers } = await call('GET /v1/webhooks', 200, undefined, { headers: { Accept: accept } })
    expect(headers.get('content-type')).toBe(label)
  })
})
