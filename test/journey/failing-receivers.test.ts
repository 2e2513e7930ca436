import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import { respond } from '../../src/fault/receiver-catalogue.ts'
import { type Mock, type MockOptions, startMock } from '../../src/mock/start-mock.ts'
import type { AnswerWord } from '../../src/receiver/answer.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { callApi, textAt } from '../support/api-call.ts'
import { attemptsAt } from '../support/attempts.ts'

const ACME = new URL('../support/acme.yaml', import.meta.url).pathname
const NOTE = 'note.created'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function start(options: MockOptions): Promise<Mock> {
  const mock = await startMock({ clock: { kind: 'virtual' }, seed: '7', ...options })
  open.push(mock)
  return mock
}

const acme = async (environment: string) => (await start({ specs: [ACME] })).isolated({ environment })

async function receiver(...respond: AnswerWord[]): Promise<Receiver> {
  const started = await startReceiver({ respond })
  open.push(started)
  return started
}

/** Seconds between the attempts at one webhook, and what became of the delivery. */
async function outcomeOf(mock: Mock, url: string) {
  const hook = await mock.register('acme', { url })
  const { event } = await mock.trigger('acme', NOTE)
  await mock.clock.advance({ until: 'settled' })
  const times = (await attemptsAt(mock, hook.id)).map(({ sentAtMs }) => sentAtMs / 1_000)
  const [delivery] = await mock.deliveries({ event: event.id })
  return {
    delays: times.slice(1).map((time, i) => Math.round((time - (times[i] ?? 0)) * 1_000) / 1_000),
    status: delivery?.status,
    reason: delivery?.reason,
  }
}

describe('a schedule', () => {
  it.each([
    ['jittered', 8, 12],
    ['spread', 0, 10],
    ['added', 10, 13],
  ])('%s keeps between its bounds, and not to one value', async (environment, least, most) => {
    const down = await receiver(503)
    const { delays } = await outcomeOf(await acme(environment), down.url)
    expect(delays).toHaveLength(4)
    expect(new Set(delays).size).toBe(4)
    for (const delay of delays) expect(delay).toSatisfy((value: number) => value >= least && value <= most)
  })

  it('ends with its window', async () => {
    const down = await receiver(503)
    expect(await outcomeOf(await acme('windowed'), down.url)).toEqual({
      delays: [1, 60, 60, 60, 60],
      status: 'exhausted',
      reason: 'the next attempt would be later than 5m after the first',
    })
  })

  it.each([
    ['plain', [10, 60]],
    ['honouring', [120, 60]],
    ['clamping', [30, 60]],
  ])('%s makes of a Retry-After of two minutes: %j', async (environment, expected) => {
    const busy = await receiver('503:2m', 503)
    expect((await outcomeOf(await acme(environment), busy.url)).delays).toEqual(expected)
  })

  it('ends when a receiver asks to be left alone for ever', async () => {
    const forEver = '9'.repeat(30)
    const busy = await receiver(respond(503, { headers: { 'Retry-After': forEver } }))
    const mock = await acme('honouring')
    await mock.register('acme', { url: busy.url })
    await mock.trigger('acme', NOTE)
    expect(await mock.settle()).toMatchObject({ pending: 0, nextAttemptAt: null })
    const answer = await fetch(`${mock.origin}/_mock/deliveries`)
    const reason = 'the next attempt would be after 9999-12-31T23:59:59.999Z, where the clock ends'
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { deliveries: [{ status: 'exhausted', reason }] },
    ])
  })

  it.each<[AnswerWord, string, number]>([
    [404, 'the receiver answered 404, which this provider does not retry', 0],
    ['reset', 'PLACE closed the connection before it had answered, which this provider does not retry', 0],
    ['429:1s', 'the schedule is used up after 3 attempts', 2],
    ['timeout', 'the schedule is used up after 3 attempts', 2],
  ])('goes on after %s where the provider does', async (answer, reason, retries) => {
    const there = await receiver(answer)
    const result = await outcomeOf(await acme('picky'), there.url)
    const place = new URL(there.url).host
    expect([result.reason, result.delays.length]).toEqual([reason.replace('PLACE', place), retries])
  })

  it('holds later events up where the provider delivers in order', async () => {
    const there = await receiver(503, 503, 200)
    const mock = await start({ specs: [ACME.replace('.yaml', '@ordered.yaml')] })
    const other = await receiver()
    await mock.register('acme', { url: there.url })
    await mock.register('acme', { url: other.url })
    for (let i = 0; i < 3; i++) await mock.trigger('acme', NOTE)
    await mock.settle()
    expect([there.received.length, other.received.length]).toEqual([1, 3])
    await mock.clock.advance({ until: 'settled' })
    const ids = there.received.map(({ body }) => (JSON.parse(body.toString()) as { id: string }).id)
    expect(ids).toEqual(['1', '1', '1', '2', '3'])
  })
})

describe('a webhook that keeps failing', () => {
  const read = async (mock: Mock, id: string) => callApi(mock, 'acme', `GET /hooks/${id}`)
  const patch = async (mock: Mock, id: string, change: object) =>
    callApi(mock, 'acme', `PATCH /hooks/${id}`, change)
  const fail = async (mock: Mock, times: number) => {
    for (let i = 0; i < times; i++) await mock.trigger('acme', NOTE)
    await mock.settle()
  }
  const statuses = async (mock: Mock) => (await mock.deliveries()).map(({ status }) => status).reverse()

  it('is switched off after three in a row, and on again by its owner, with a clean slate', async () => {
    const there = await receiver(503, 503, 200, 503, 503, 503, 503)
    const mock = await acme('disabling')
    const { providerId: id } = await mock.register('acme', { url: there.url })
    for (let i = 0; i < 5; i++) await fail(mock, 1)
    expect((await read(mock, id)).body).toMatchObject({ active: true })
    await fail(mock, 1)
    expect((await read(mock, id)).body).toMatchObject({ active: false })
    const { deliveries, skipped } = await mock.trigger('acme', NOTE)
    expect([deliveries, skipped.length]).toEqual([[], 1])

    expect((await patch(mock, id, { active: true })).body).toMatchObject({ active: true })
    await fail(mock, 1)
    expect((await read(mock, id)).body).toMatchObject({ active: true })
    await fail(mock, 2)
    expect((await read(mock, id)).body).toMatchObject({ active: false })
  })

  it('stays on until they have failed for long enough', async () => {
    const there = await receiver(503)
    const mock = await acme('lasting')
    const { providerId: id } = await mock.register('acme', { url: there.url })
    await fail(mock, 5)
    await mock.clock.advance('59m')
    await fail(mock, 1)
    expect((await read(mock, id)).body).toMatchObject({ active: true })
    await mock.clock.advance('1m')
    await fail(mock, 1)
    expect((await read(mock, id)).body).toMatchObject({ active: false })
  })

  it('is gone after a 410 where the provider deletes it, and what was pending is cancelled', async () => {
    const there = await receiver(503, 410)
    const mock = await acme('leaving')
    const { providerId: id } = await mock.register('acme', { url: there.url })
    await fail(mock, 1)
    await fail(mock, 1)
    expect((await read(mock, id)).status).toBe(404)
    expect(await statuses(mock)).toEqual(['cancelled', 'cancelled'])
    expect(await mock.clock.advance({ until: 'settled' })).toEqual({ attempts: 0 })
    expect(there.received).toHaveLength(2)
  })

  it.each([
    ['switched off', 'PATCH', 'the webhook was switched off'],
    ['deleted', 'DELETE', 'the webhook was deleted'],
  ])('gets nothing more once it is %s', async (_, method, reason) => {
    const there = await receiver(503)
    const mock = await acme('plain')
    const { providerId: id } = await mock.register('acme', { url: there.url })
    await fail(mock, 1)
    await callApi(mock, 'acme', `${method} /hooks/${id}`, method === 'PATCH' ? { active: false } : undefined)
    expect(await mock.clock.advance({ until: 'settled' })).toEqual({ attempts: 0 })
    expect(await mock.deliveries()).toMatchObject([
      { status: 'cancelled', reason, attempts: [{ number: 1 }] },
    ])
  })
})

describe('a rotated secret', () => {
  it('signs the next attempt, with the old one beside it for as long as both count', async () => {
    const there = await receiver(503, 503, 200)
    const mock = await acme('plain')
    const created = await callApi(mock, 'acme', 'POST /hooks', { url: there.url })
    const [id, first] = [textAt(created, '/id'), textAt(created, '/secret')]
    const rotate = async () => textAt(await callApi(mock, 'acme', `POST /hooks/${id}/secret`), '/secret')
    await mock.trigger('acme', NOTE)
    await mock.settle()
    const second = await rotate()
    await mock.clock.advance('10s')
    const third = await rotate()
    await mock.clock.advance('1m')
    await mock.clock.advance('1h')
    await mock.trigger('acme', NOTE)
    await mock.settle()
    const signedBy = there.received.map(({ headers, body }) =>
      (headerOf(headers, 'X-Signature') ?? '').split(',').map((item) => {
        const by = [first, second, third].findIndex(
          (secret) => item === `v1=${createHmac('sha256', secret).update(body).digest('hex')}`,
        )
        return ['first', 'second', 'third'][by]
      }),
    )
    expect(signedBy).toEqual([['first'], ['second', 'first'], ['third', 'second', 'first'], ['third']])
    expect(mock.violations()).toEqual([])
  })
})

describe('BeeL', () => {
  const EVENT = 'invoice.emitted'
  const create = async (mock: Mock, url: string) =>
    textAt(await callApi(mock, 'beel', 'POST /v1/webhooks', { url, events: [EVENT] }), '/data/id')

  it('shows when a webhook was last used: at a success, not at a failure', async () => {
    const there = await receiver(503, 200)
    const mock = await start({ providers: ['beel'] })
    const id = await create(mock, there.url)
    const used = async () => {
      const { body } = await callApi(mock, 'beel', `GET /v1/webhooks/${id}`)
      return (body as { data: { last_used_at: string | null } }).data.last_used_at
    }
    await mock.trigger('beel', EVENT)
    await mock.settle()
    expect(await used()).toBeNull()
    await mock.clock.advance('5s')
    expect(Date.parse((await used()) ?? '')).toBe(Math.floor(mock.clock.now() / 1000) * 1000)
  })

  it('counts on where a delivery is sent again by hand', async () => {
    const there = await receiver(503, 200)
    const mock = await start({ providers: ['beel'] })
    const id = await create(mock, there.url)
    const { event } = await mock.trigger('beel', EVENT)
    await mock.clock.advance({ until: 'settled' })
    const log = await callApi(mock, 'beel', `GET /v1/webhooks/${id}/deliveries`)
    const again = await callApi(
      mock,
      'beel',
      `POST /v1/webhooks/${id}/deliveries/${textAt(log, '/data/0/id')}/retry`,
    )
    expect(again.status).toBe(200)
    const [resent, first] = await mock.deliveries({ event: event.id })
    expect([resent?.resendOf, resent?.attempts.length, first?.attempts.length]).toEqual([first?.id, 1, 2])
    const attempts = await attemptsAt(mock, resent?.webhook.id ?? '')
    expect(attempts.map(({ number, sequence }) => [number, sequence])).toEqual([
      [1, 1],
      [2, 2],
      [1, 3],
    ])
  })

  it.each([
    ['beel', 'sandbox', [5, 10, 20, 40]],
    ['beel@autumn-2026', 'live', [60, 600, 3_600, 6 * 3_600, 24 * 3_600, 36 * 3_600]],
    ['beel@autumn-2026', 'sandbox', [60, 600]],
  ])('of %s, %s tries again after %j seconds', async (provider, environment, expected) => {
    const down = await receiver(503)
    const mock = await (await start({ providers: [provider] })).isolated({ environment })
    const hook = await mock.register('beel', { url: down.url })
    await mock.trigger('beel', [...(mock.providers[0]?.events.keys() ?? [])][0] ?? '')
    await mock.clock.advance({ until: 'settled' })
    const times = (await attemptsAt(mock, hook.id)).map(({ sentAtMs }) => sentAtMs / 1_000)
    expect(times.slice(1).map((time, i) => time - (times[i] ?? 0))).toEqual(expected)
  })
})
