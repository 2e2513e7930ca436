import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadContract } from '../../../src/contract/contract.ts'
import { loadControlOperations } from '../../../src/control/router.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { type Mock, startMock } from '../../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../../src/receiver/receiver.ts'
import { callApi } from '../../support/api-call.ts'

const ACME = fileURLToPath(new URL('../../support/acme.yaml', import.meta.url))

let mock: Mock
let receiver: Receiver
beforeAll(async () => {
  mock = await startMock({ specs: [ACME], clock: 'virtual', attemptTimeoutMs: 10_000 })
  receiver = await startReceiver()
})
afterAll(() => Promise.all([mock.close(), receiver.close()]))
beforeEach(() => mock.reset())

/** The message without what differs from run to run. */
const told = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    ({ name, message }: Error) =>
      `${name}: ${message}`
        .replaceAll(/evt_\w+/g, 'EVT')
        .replaceAll(receiver.url, 'RECEIVER')
        .replaceAll(/\d+ms$/gm, 'Nms'),
  )

describe('mock.delivered', () => {
  it.each([
    [
      { note: { a: [1, Number.POSITIVE_INFINITY] } },
      '/note/a/1: Infinity cannot be written in JSON. Pass a finite',
    ],
    [Number.NaN, 'the payload: NaN cannot be written in JSON. Pass a finite'],
    [{ a: 10n as unknown as number }, '/a: 10 cannot be written in JSON. Pass a finite'],
  ])('refuses a payload that JSON cannot write: %#', async (payload, reason) => {
    await expect(mock.trigger('acme', 'note.created', payload, { raw: true })).rejects.toThrow(
      `Failed to trigger: ${reason} number, or a string.`,
    )
  })

  it('refuses a payload that contains itself', async () => {
    const payload: Record<string, unknown> = {}
    payload.a = payload
    await expect(mock.trigger('acme', 'note.created', payload as JsonObject, { raw: true })).rejects.toThrow(
      'Failed to trigger: the payload: it is nested too deeply. 1000 levels are the most.',
    )
  })

  it('answers the settled deliveries, of an event, a trigger or an id', async () => {
    await mock.register('acme', { url: receiver.url })
    const emission = await mock.trigger('acme', 'note.created')
    for (const reference of [emission, emission.event, emission.event.id])
      expect(await mock.delivered(reference, { status: 'succeeded' })).toMatchObject([
        { status: 'succeeded', attempts: [{ number: 1, outcome: { status: 200 } }] },
      ])
  })

  it('waits while the clock is moved', async () => {
    await using failing = await startReceiver({ respond: [503, 200] })
    await mock.register('acme', { url: failing.url })
    const { event } = await mock.trigger('acme', 'note.created')
    const delivered = mock.delivered(event)
    await mock.settle()
    await mock.clock.advance('10s')
    expect(await delivered).toMatchObject([{ status: 'succeeded', attempts: [{ number: 1 }, { number: 2 }] }])
  })

  it('shows the attempts of what is not settled in time, and how to go on', async () => {
    await using failing = await startReceiver({ respond: [503] })
    await mock.register('acme', { url: failing.url })
    const { event } = await mock.trigger('acme', 'note.created')
    await mock.settle()
    expect((await told(mock.delivered(event, { timeout: '20ms' }))).replaceAll(failing.url, 'FAILING')).toBe(
      [
        'AssertionError: note.created [EVT] was not settled within Nms:',
        'note.created [EVT] to FAILING: pending',
        '  attempt 1  +0s   [503]      Nms',
        '  attempt 2  +10s  [to come]',
        "The clock is virtual, and the next attempt is due in 10s: mock.clock.advance('10s').",
      ]
        .join('\n')
        .replace('within Nms', 'within 20ms'),
    )
  })

  it('shows the attempts of what came to another end', async () => {
    await mock.register('acme', { url: 'https://example.be/hooks' })
    const { event } = await mock.trigger('acme', 'note.created')
    expect(await told(mock.delivered(event, { status: 'succeeded' }))).toMatch(
      /^AssertionError: note\.created \[EVT\] was to end as succeeded:\nnote\.created \[EVT\] to https:\/\/example\.be\/hooks: blocked.*\n {2}attempt 1 {2}\+0s {2}\[blocked: example\.be is not loopback\] {2}Nms$/,
    )
    expect(await mock.delivered(event, { status: 'blocked' })).toHaveLength(1)
  })

  it('fails for an event that nobody watches for, where a status is wanted', async () => {
    const { event } = await mock.trigger('acme', 'note.created')
    expect(await mock.delivered(event)).toEqual([])
    expect(await told(mock.delivered(event, { status: 'succeeded' }))).toBe(
      'AssertionError: note.created [EVT] has no delivery: no webhook of its account watches for it.',
    )
    expect(await told(mock.delivered('evt_none'))).toBe(
      'MockError: Failed to find the event "EVT". Pass what mock.trigger answered.',
    )
    expect(await told(mock.delivered(event, { timeout: 'soon' }))).toMatch(/^MockError: .*soon/)
  })
})

describe('mock.resend and mock.setSecret', () => {
  it('send an old event again, signed with another secret', async () => {
    await using own = await startReceiver()
    const webhook = await mock.register('acme', { url: own.url })
    const emission = await mock.trigger('acme', 'note.created')
    const [first] = await mock.delivered(emission)
    expect(await mock.setSecret(webhook.id, 'another')).toMatchObject({ id: webhook.id, secret: 'another' })
    expect(await mock.webhooks()).toMatchObject([{ id: webhook.id, secret: 'another' }])
    const again = await mock.resend(first?.id ?? '')
    expect(again).toMatchObject({ resendOf: first?.id, event: { id: emission.event.id } })
    expect(await mock.delivered(emission)).toHaveLength(2)
    const [before, after] = own.received
    expect(after?.body).toEqual(before?.body)
    expect(after?.headers).not.toEqual(before?.headers)
  })

  it('are refused for what is not there', async () => {
    expect(await told(mock.resend('del_1'))).toBe(
      'MockError: Failed to find the delivery "del_1". Pass the id of a delivery of this mock.',
    )
    expect(await told(mock.setSecret('whk_1', 's'))).toBe(
      'MockError: Failed to find the webhook "whk_1". Pass the id of a webhook of this mock.',
    )
  })

  it("change nothing of another account's, where the mock is isolated", async () => {
    const webhook = await mock.register('acme', { url: receiver.url })
    const [delivery] = await mock.delivered(await mock.trigger('acme', 'note.created'))
    const own = await mock.isolated()
    const refused = /^MockError: Failed to use the account "default"/
    expect(await told(own.setSecret(webhook.id, 's'))).toMatch(refused)
    expect(await told(own.resend(delivery?.id ?? ''))).toMatch(refused)
    await own.close()
  })
})

describe('what a mock has seen', () => {
  it('is filtered by whose it is, and a copy', async () => {
    await callApi(mock, 'acme', 'POST /hooks', {})
    await callApi(mock, 'acme', 'GET /hooks/9', undefined, { account: 'other' })
    expect(mock.requests().map(({ operation }) => operation)).toEqual(['createHook', 'readHook'])
    expect(mock.requests({ account: 'other' }).map(({ operation }) => operation)).toEqual(['readHook'])
    expect(mock.requests({ status: 400 })).toHaveLength(1)
    ;(mock.requests() as unknown[]).length = 0
    expect(mock.requests()).toHaveLength(2)
  })

  it('has each violation with the request that it was found in', async () => {
    await callApi(mock, 'acme', 'POST /hooks', { url: 7 }, { headers: { 'X-Trace': 't' } })
    const [request] = mock.requests()
    const [violation] = mock.violations({ by: 'client' })
    expect(violation).toMatchObject({
      provider: 'acme',
      operation: 'createHook',
      location: 'body/url',
      rule: 'type',
      account: 'default',
      request: request?.id,
      attempt: null,
      sent: { method: 'POST', path: '/acme/hooks', truncated: false },
    })
    expect(violation?.sent?.body).toBe('{"url":7}')
    expect(violation?.sent?.headers).toMatchObject({ 'x-trace': 't', 'content-type': 'application/json' })
    expect(violation?.sent?.headers).not.toHaveProperty('authorization')
  })
})

describe('strict', () => {
  const exchange = async (one: Mock) => {
    await callApi(one, 'acme', 'POST /hooks?verbos=1', { url: receiver.url, colour: 'red' })
    await callApi(one, 'acme', 'GET /hoooks', undefined, { account: 'other' })
    await callApi(one, 'acme', 'PUT /hooks')
  }
  const FOUND = [
    ['createHook', 'query/verbos', 'undeclared', 'default'],
    ['createHook', 'body/colour', 'undeclared', 'default'],
    [null, 'path', 'route', 'other'],
    [null, 'path', 'method', 'default'],
  ]

  it('makes violations of what no document declares', async () => {
    await using strict = await startMock({ specs: [ACME], strict: true })
    await exchange(strict)
    const found = strict.violations().map((one) => [one.operation, one.location, one.rule, one.account])
    expect(found).toEqual(FOUND)
    expect(strict.requests().every(({ undeclared }) => undeclared === undefined)).toBe(true)
  })

  it('makes one of another version of an API, which stands beside it', async () => {
    await using strict = await startMock({ providers: ['companybelgium'], strict: true })
    const [first] = strict.providers
    const path = `/${first?.id}/api/v1/webhook`
    const answer = await fetch(`${strict.origin}${path}?x=1`, {
      headers: await strict.credentials('companybelgium'),
    })
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { success: false, error: 'Endpoint not found: GET /api/v1/webhook' },
    ])
    expect(strict.violations()).toMatchObject([
      {
        ...{ by: 'client', provider: 'companybelgium', account: 'default', operation: null },
        ...{ location: 'path', rule: 'route', message: `GET ${path}: no such route` },
      },
    ])
    expect(strict.requests()).toMatchObject([{ path: `${path}?x=1`, status: 404, violations: [{}] }])
    expect(JSON.stringify(strict.violations())).not.toContain('test_secret')
  })

  it('is needed for that: without it, it is noted with the request', async () => {
    await exchange(mock)
    expect(mock.violations()).toEqual([])
    const noted = mock
      .requests()
      .flatMap(({ account, undeclared = [] }) =>
        undeclared.map((one) => [one.operation, one.location, one.rule, account]),
      )
    expect(noted).toEqual(FOUND)
  })
})

describe('a snapshot', () => {
  it('is put back as it was', async () => {
    await mock.register('acme', { url: receiver.url })
    const before = await mock.snapshot()
    await mock.register('acme', { url: `${receiver.url}/2` })
    await mock.trigger('acme', 'note.created')
    await callApi(mock, 'acme', 'GET /hooks/9')
    await mock.settle()
    await mock.restore(before)
    expect(await mock.snapshot()).toEqual(before)
    expect([await mock.deliveries(), mock.requests()]).toEqual([[], []])
  })

  it('of another mock changes nothing', async () => {
    await mock.register('acme', { url: receiver.url })
    const before = (await mock.snapshot()) as JsonObject
    await expect(mock.restore({})).rejects.toThrow()
    const text = JSON.stringify(before).replaceAll('"provider":"acme"', '"provider":"acne"')
    await expect(mock.restore(JSON.parse(text))).rejects.toMatchObject({
      name: 'MockError',
      summary: 'Failed to restore the state: there is no provider "acne" here.',
      hint: 'Did you mean "acme"?',
      location: { file: 'snapshot', pointer: '/tables/webhooks/0/provider' },
    })
    expect(await mock.snapshot()).toEqual(before)
  })
})

describe('an event that nobody gets', () => {
  const none = [{ webhook: null, reason: 'no webhook is registered with acme for this account' }]

  it('is skipped with the reason, by mock.trigger', async () => {
    expect((await mock.trigger('acme', 'note.created')).skipped).toEqual(none)
  })

  it('is skipped with the reason, by POST /_mock/events as its document says', async () => {
    const answer = await fetch(`${mock.origin}/_mock/events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"provider":"acme","type":"note.created"}',
    })
    const text = await answer.text()
    const body = JSON.parse(text)
    expect(body).toMatchObject({ deliveries: [], skipped: none })
    const operation = (await loadControlOperations()).get('createEvent')
    if (operation === undefined) throw new Error('no createEvent')
    const message = {
      status: 202,
      headers: { 'content-type': 'application/json' },
      body,
      bodyLength: text.length,
    }
    expect((await loadContract()).response(operation, message)).toEqual([])
  })
})
