import type { RequestListener } from 'node:http'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { LAST_INSTANT } from '../../../src/core/clock.ts'
import type { Attempt, Delivery } from '../../../src/core/model.ts'
import type { DeliveryId } from '../../../src/core/random.ts'
import { fromExport } from '../../../src/state/export.ts'
import { createStore } from '../../../src/state/open.ts'
import { put, type Store } from '../../../src/state/store.ts'
import { STRIPE_LIKE } from '../signature/schemes.ts'
import { aDelivery, anAttempt } from '../state/records.ts'
import { exponential, list, M, S } from './policies.ts'
import { setUp } from './queue-setup.ts'
import { type Answer, receiver } from './receivers.ts'

const [one] = [0] as const
const first = (deliveries: readonly Delivery[]): Delivery => deliveries[one] as Delivery
const kinds = (attempts: readonly Attempt[]) =>
  attempts.map(({ outcome }) => (outcome?.kind === 'responded' ? outcome.status : (outcome?.kind ?? null)))

/** The same, with an answer that comes some turns of the event loop later. */
const inAWhile =
  <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
  async (...args: A): Promise<R> => {
    const result = await work(...args)
    await sleep(5)
    return result
  }

describe('the delivery queue', () => {
  it('retries along the schedule, with the same event and a fresh signature each time', async () => {
    await using there = await receiver(503, 503, 200)
    await using mock = await setUp({ signature: [STRIPE_LIKE] })
    const webhook = await mock.webhook(there.url)
    const { deliveries, event } = await mock.event([webhook])
    mock.queue.wake()
    expect(await mock.queue.settle(2_000)).toMatchObject({
      settled: true,
      inFlight: 0,
      pending: 1,
      nextAttemptAt: mock.clock.now() + 10 * S,
    })
    expect(await mock.queue.advance({ by: 70 * S })).toEqual({ attempts: 2 })
    const attempts = await mock.attempts(first(deliveries))
    expect(kinds(attempts)).toEqual([503, 503, 200])
    expect(attempts.map(({ number, sequence }) => [number, sequence])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(attempts.map(({ sentAt }, i) => sentAt - (attempts[i - 1]?.sentAt ?? sentAt))).toEqual([
      0,
      10 * S,
      60 * S,
    ])
    expect(new Set(attempts.map((attempt) => attempt.event))).toEqual(new Set([event.id]))
    expect(await mock.delivery(first(deliveries))).toMatchObject({
      status: 'succeeded',
      attempts: 3,
      reason: null,
      nextAttemptAt: null,
      settledAt: mock.clock.now(),
    })
    expect((await mock.store.webhook(webhook.id))?.lastSucceededAt).toBe(mock.clock.now())
    expect(there.arrived.map(({ headers }) => headers['acme-signature'])).toEqual(
      attempts.map(({ request }) => request.headers.find(([name]) => name === 'Acme-Signature')?.[1]),
    )
    expect(attempts[0]?.signature?.content).toBe(`${Math.floor((attempts[0]?.signedAt ?? 0) / 1000)}.{"a":1}`)
    expect(there.arrived[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'The-Acme-API/1.2.0',
    })
    expect(mock.told.map(({ type }) => type)).toEqual(['attempt', 'attempt', 'attempt', 'settled'])
    expect(mock.told[0]).toMatchObject({ attemptLimit: 4, delivery: { status: 'pending' } })
  })

  it('gives up with the schedule, and moves an advance from one due time to the next', async () => {
    await using there = await receiver(500)
    await using mock = await setUp()
    const { deliveries } = await mock.event([await mock.webhook(there.url)])
    expect(await mock.queue.advance({ until: 'next-attempt' })).toEqual({ attempts: 2 })
    const start = mock.clock.now()
    expect(await mock.queue.advance({ until: 'settled' })).toEqual({ attempts: 2 })
    expect(mock.clock.now() - start).toBe(360 * S)
    expect(await mock.delivery(first(deliveries))).toMatchObject({
      status: 'exhausted',
      reason: 'the schedule is used up after 4 attempts',
    })
  })

  it('goes on in order after a delivery that was attempted before its turn', async () => {
    await using there = await receiver(500, 200)
    await using mock = await setUp({ policy: { inOrder: true } })
    const webhook = await mock.webhook(there.url)
    const { deliveries } = await mock.event([webhook, webhook, webhook])
    mock.queue.wake()
    await mock.queue.settle(2_000)
    await mock.queue.attemptNow(deliveries[1] as Delivery)
    await mock.queue.advance({ until: 'settled' })
    const settled = await Promise.all(deliveries.map(async (one) => (await mock.delivery(one)).status))
    expect(settled).toEqual(['succeeded', 'succeeded', 'succeeded'])
  })

  it('keeps the order where a delivery was attempted before its turn and failed', async () => {
    await using there = await receiver(500, 500, 200)
    await using mock = await setUp({ policy: { inOrder: true } })
    const webhook = await mock.webhook(there.url)
    const [, second] = await Promise.all(
      ['1', '2', '3'].map(async (body) => first((await mock.event([webhook], { body })).deliveries)),
    )
    await mock.queue.attemptNow(second as Delivery)
    mock.queue.wake()
    await mock.queue.settle(2_000)
    expect(there.arrived.map(({ body }) => body)).toEqual(['2', '1'])
    await mock.queue.advance({ by: 10 * S })
    expect(there.arrived.map(({ body }) => body)).toEqual(['2', '1', '1', '2', '3'])
  })

  it('moves a clock to the next attempt, beyond what falls due but waits for an earlier delivery', async () => {
    await using there = await receiver(500)
    await using mock = await setUp({ policy: { inOrder: true } })
    const webhook = await mock.webhook(there.url)
    const start = mock.clock.now()
    await mock.event([webhook])
    await mock.queue.advance({ by: 12 * S })
    const { deliveries } = await mock.event([webhook])
    await mock.queue.attemptNow(first(deliveries))
    expect((await mock.delivery(first(deliveries))).nextAttemptAt).toBe(start + 22 * S)
    expect(await mock.queue.advance({ until: 'next-attempt' })).toEqual({ attempts: 1 })
    expect(mock.clock.now()).toBe(start + 70 * S)
  })

  it('lets others have their turn while it finds what is due', async () => {
    const turns: number[] = []
    for (const count of [2_000, 16_000]) {
      // Nothing of an unknown provider is sent, so that finding it is all the work there is.
      await using mock = await setUp({ parts: { providers: new Map() } })
      const webhook = await mock.webhook('http://127.0.0.1:9/hooks')
      await mock.event(Array.from({ length: count }, () => webhook))
      let isOver = false
      let turn = 0
      const counted = (async () => {
        for (; !isOver; turn++) await nextTurn()
      })()
      mock.queue.wake()
      expect(await mock.queue.settle(10_000)).toMatchObject({ settled: true, pending: count })
      isOver = true
      await counted
      turns.push(turn)
    }
    expect(turns[1]).toBeGreaterThan(turns[0] ?? 0)
  })

  it('goes on in order where another state is put in the place of this one', async () => {
    await using there = await receiver(500, 200)
    await using mock = await setUp({ policy: { inOrder: true } })
    const webhook = await mock.webhook(there.url)
    const { deliveries } = await mock.event([webhook, webhook])
    mock.queue.wake()
    await mock.queue.settle(2_000)
    const [head] = deliveries as [Delivery]
    const records = await fromExport(await mock.store.exportState())
    const others = records.deliveries.filter(({ id }) => id !== head.id)
    await mock.queue.pause(() => mock.store.replaceAll({ ...records, attempts: [], deliveries: others }))
    await mock.queue.advance({ until: 'settled' })
    expect(await mock.delivery(deliveries[1] as Delivery)).toMatchObject({ status: 'succeeded' })
  })

  it('refuses to move a clock beyond its end, and moves nothing', async () => {
    await using mock = await setUp()
    const start = mock.clock.now()
    await expect(mock.queue.advance({ by: LAST_INSTANT - start + 1 })).rejects.toThrow(
      'it would be after 9999-12-31T23:59:59.999Z, where it ends. Advance it by at most ',
    )
    expect(mock.clock.now()).toBe(start)
    await mock.queue.advance({ by: LAST_INSTANT - start })
    expect(mock.clock.now()).toBe(LAST_INSTANT)
  })

  it('settles a delivery whose delays grow beyond the end of the clock', async () => {
    await using there = await receiver(500)
    const schedule = exponential(S, 1_000, { attempts: 9_999 })
    await using mock = await setUp({ policy: { schedule } })
    const { deliveries } = await mock.event([await mock.webhook(there.url)])
    expect(await mock.queue.advance({ until: 'settled' })).toEqual({ attempts: 5 })
    expect(await mock.delivery(first(deliveries))).toMatchObject({
      status: 'exhausted',
      reason: 'the next attempt would be after 9999-12-31T23:59:59.999Z, where the clock ends',
    })
  })

  it('makes no more attempts once the client of an advance has gone', async () => {
    const gone = new AbortController()
    await using there = await receiver(500)
    await using mock = await setUp({ policy: { schedule: list([60 * M], { repeatLast: true }) } })
    await mock.event([await mock.webhook(there.url)])
    const advanced = mock.queue.advance({ until: 'settled' }, gone.signal)
    while (there.arrived.length < 5) await nextTurn()
    gone.abort()
    await advanced
    const { length } = there.arrived
    await sleep(20)
    expect(there.arrived).toHaveLength(length)
  })

  it('ends an advance whose client has gone, though something is always due', async () => {
    const gone = new AbortController()
    await using there = await receiver(500)
    await using mock = await setUp({ policy: { schedule: list([0], { repeatLast: true }) } })
    await mock.event([await mock.webhook(there.url)])
    const advanced = mock.queue.advance({ until: 'settled' }, gone.signal)
    while (there.arrived.length < 5) await nextTurn()
    gone.abort()
    expect((await advanced).attempts).toBeGreaterThan(0)
  })

  it('moves nothing for a client that has gone before its turn', async () => {
    await using mock = await setUp()
    const start = mock.clock.now()
    await mock.queue.advance({ by: S }, AbortSignal.abort())
    expect(mock.clock.now()).toBe(start)
  })

  it('stops waiting for those that have gone, and forgets them', async () => {
    await using there = await receiver('hang')
    await using mock = await setUp({ clock: { kind: 'real' } })
    await mock.event([await mock.webhook(there.url)])
    const gone = new AbortController()
    const waits = [mock.queue.settle(60 * S, gone.signal), mock.queue.untilSettled({}, 60 * S, gone.signal)]
    gone.abort()
    expect(await Promise.all(waits)).toEqual([expect.objectContaining({ settled: false }), false])
  })

  it('refuses to move a clock that runs', async () => {
    await using mock = await setUp({ clock: { kind: 'real' } })
    await expect(mock.queue.advance({ by: 1 })).rejects.toThrow('Failed to advance the clock: it is real.')
  })

  it('runs the schedule on a fast clock by itself', async () => {
    await using there = await receiver(503, 200)
    await using mock = await setUp({ clock: { kind: 'scaled', factor: 1000 } })
    const { deliveries, event } = await mock.event([await mock.webhook(there.url)])
    mock.queue.wake()
    expect(await mock.queue.untilSettled({ event: event.id }, 2_000)).toBe(true)
    expect(kinds(await mock.attempts(first(deliveries)))).toEqual([503, 200])
  })

  it('does not let a receiver that hangs delay another', async () => {
    await using dead = await receiver('hang')
    await using good = await receiver(200)
    await using mock = await setUp({ parts: { http: { attemptTimeoutMs: 5_000 } } })
    const [a, b] = [await mock.webhook(dead.url), await mock.webhook(good.url)]
    for (let i = 0; i < 30; i++) await mock.event([a, b])
    mock.queue.wake()
    expect(await mock.queue.untilSettled({ webhook: b.id }, 3_000)).toBe(true)
    expect(dead.arrived.length).toBeLessThanOrEqual(8)
    expect(await mock.queue.untilSettled({ webhook: a.id }, 20)).toBe(false)
    expect(await mock.queue.settle(10)).toMatchObject({ settled: false, inFlight: 8, pending: 30 })
  })

  it('times out after a second at most on a clock that does not run', async () => {
    await using dead = await receiver('hang')
    await using mock = await setUp({ policy: { timeoutMs: 40 } })
    const { deliveries } = await mock.event([await mock.webhook(dead.url)])
    await mock.queue.advance({ by: 0 })
    expect((await mock.attempts(first(deliveries)))[0]?.outcome).toEqual({
      kind: 'timed-out',
      error: 'no answer within 40ms',
    })
  })

  it('blocks what is out of reach, after one visible attempt', async () => {
    await using mock = await setUp()
    const { deliveries } = await mock.event([
      await mock.webhook('https://example.be/hooks'),
      await mock.webhook('https://8.8.8.8/hooks'),
    ])
    await mock.queue.advance({ until: 'settled' })
    for (const [i, host] of ['example.be', '8.8.8.8'].entries()) {
      const delivery = deliveries[i] as Delivery
      expect(await mock.delivery(delivery)).toMatchObject({
        status: 'blocked',
        reason: `${host} is not loopback; add --allow-host ${host} or --forward https://${host}=http://127.0.0.1:PORT`,
      })
      expect(await mock.attempts(delivery)).toMatchObject([
        { number: 1, request: { sentTo: null }, outcome: { kind: 'blocked' } },
      ])
    }
  })

  it('signs and shows the registered URL where it forwards', async () => {
    await using there = await receiver(200)
    await using mock = await setUp({
      egress: { forward: [{ from: 'https://example.be', to: `http://127.0.0.1:${there.port}` }] },
      signature: [{ ...STRIPE_LIKE, content: '{url}' }],
    })
    const { deliveries } = await mock.event([await mock.webhook('https://example.be/hooks?x=1')])
    await mock.queue.advance({ by: 0 })
    expect((await mock.attempts(first(deliveries)))[0]).toMatchObject({
      request: { url: 'https://example.be/hooks?x=1', sentTo: `http://127.0.0.1:${there.port}/hooks?x=1` },
      signature: { content: 'https://example.be/hooks?x=1' },
    })
    expect(there.arrived[0]).toMatchObject({
      path: '/hooks?x=1',
      headers: { host: `127.0.0.1:${there.port}` },
    })
  })

  it('signs the next attempt with a rotated secret, and with retired ones while they last', async () => {
    await using there = await receiver(503)
    await using mock = await setUp({
      signature: [{ ...STRIPE_LIKE, content: '{body}', headers: { S: '{signatures}' } }],
    })
    const webhook = await mock.webhook(there.url)
    await mock.event([webhook])
    await mock.queue.advance({ by: 0 })
    const until = mock.clock.now() + 30 * S
    await mock.store.commit([
      put('webhooks', { ...webhook, secret: 'whsec_two', retiredSecrets: [{ secret: 'whsec_one', until }] }),
    ])
    await mock.queue.advance({ by: 10 * S })
    await mock.queue.advance({ by: 60 * S })
    const [before = '', between = '', after = ''] = there.arrived.map(({ headers }) => String(headers.s))
    expect(before).not.toBe(after)
    expect(between).toBe(`${after},${before}`)
  })

  it('attempts at once what is asked for, once, and tells the outcome', async () => {
    await using there = await receiver(503)
    await using mock = await setUp()
    const { deliveries } = await mock.event([await mock.webhook(there.url)], { cause: 'test' })
    mock.queue.wake()
    const { delivery, attempt } = await mock.queue.attemptNow(first(deliveries))
    expect(attempt.outcome).toMatchObject({ kind: 'responded', status: 503 })
    expect(delivery).toMatchObject({
      status: 'exhausted',
      reason: 'the receiver answered 503, and a test is sent once',
    })
    await mock.queue.settle(1_000)
    expect(there.arrived).toHaveLength(1)
  })

  it('joins an attempt that is under way already instead of making a second one', async () => {
    let answer = () => {}
    await using there = await receiver((_, response) => {
      answer = () => response.writeHead(200).end()
    })
    await using mock = await setUp()
    const { deliveries } = await mock.event([await mock.webhook(there.url)])
    mock.queue.wake()
    while (there.arrived.length === 0) await new Promise(setImmediate)
    const attempted = mock.queue.attemptNow(first(deliveries))
    for (let i = 0; i < 20; i++) await new Promise(setImmediate)
    answer()
    expect((await attempted).delivery).toMatchObject({ status: 'succeeded', attempts: 1 })
    expect(there.arrived).toHaveLength(1)
  })

  it('attempts a test even where all turns are taken or the webhook is switched off', async () => {
    let answers = 0
    await using there = await receiver((_, response) => void (++answers > 8 && response.end()))
    await using mock = await setUp()
    const webhook = await mock.webhook(there.url)
    for (let i = 0; i < 9; i++) await mock.event([webhook])
    mock.queue.wake()
    while (there.arrived.length < 8) await new Promise(setImmediate)
    await mock.store.commit([put('webhooks', { ...webhook, enabled: false })])
    const { deliveries } = await mock.event([webhook], { cause: 'test' })
    expect((await mock.queue.attemptNow(first(deliveries))).delivery.status).toBe('succeeded')
  })

  it('resends an old event as a new delivery, and goes on counting', async () => {
    await using there = await receiver(400, 200)
    await using mock = await setUp({ policy: { retryOn: ['5xx'] } })
    const { deliveries } = await mock.event([await mock.webhook(there.url)])
    await mock.queue.advance({ by: 0 })
    const again = await mock.queue.resend(await mock.delivery(first(deliveries)))
    expect(again).toMatchObject({
      cause: 'resend',
      resendOf: first(deliveries).id,
      status: 'pending',
      attempts: 0,
      delaysUsed: 0,
    })
    await mock.queue.settle(1_000)
    expect(await mock.delivery(again)).toMatchObject({ status: 'succeeded' })
    expect(await mock.attempts(again)).toMatchObject([{ number: 1, sequence: 2 }])
  })

  it('refuses to resend to a webhook that was deleted', async () => {
    await using mock = await setUp()
    const { deliveries } = await mock.event([await mock.webhook('http://127.0.0.1:1/', { deletedAt: 1 })])
    await expect(mock.queue.resend(first(deliveries))).rejects.toThrow(
      `Failed to resend delivery ${first(deliveries).id}: its webhook was deleted.`,
    )
  })

  it('cancels what is pending for a webhook, when told and when it finds the webhook gone', async () => {
    await using there = await receiver(503)
    await using mock = await setUp()
    const webhook = await mock.webhook(there.url)
    const { deliveries: told } = await mock.event([webhook])
    await mock.queue.advance({ by: 0 })
    await mock.queue.cancel(webhook.id, 'the webhook was deleted')
    expect(await mock.delivery(first(told))).toMatchObject({
      status: 'cancelled',
      reason: 'the webhook was deleted',
      attempts: 1,
      nextAttemptAt: null,
    })
    const { deliveries: found } = await mock.event([await mock.webhook(there.url, { enabled: false })])
    await mock.queue.advance({ until: 'settled' })
    expect(await mock.delivery(first(found))).toMatchObject({
      status: 'cancelled',
      reason: 'the webhook is switched off',
      attempts: 0,
    })
    expect(there.arrived).toHaveLength(1)
    expect(mock.told.filter(({ type }) => type === 'settled')).toHaveLength(2)
  })

  describe.each<[string, (inner: Store) => Partial<Store>]>([
    ['hand out what is due', ({ claimDue }) => ({ claimDue: inAWhile(claimDue) })],
    ['tell what is due next', ({ nextDueAt }) => ({ nextDueAt: inAWhile(nextDueAt) })],
  ])('with retries that follow at once, and a store that takes long to %s', (_, slow) => {
    const later: RequestListener = (_request, response) =>
      void setTimeout(() => response.writeHead(503).end(), 20)

    it.each<[string, Answer]>([
      ['at once', 503],
      ['later', later],
    ])('is not settled before the last one, where the receiver answers %s', async (_, answer) => {
      await using there = await receiver(answer)
      const inner = await createStore({ warn: () => {} })
      await using mock = await setUp({
        store: { ...inner, ...slow(inner) },
        policy: { schedule: list([0, 0, 0]) },
      })
      const { deliveries } = await mock.event([await mock.webhook(there.url)])
      mock.queue.wake()
      const settled = { settled: true, inFlight: 0, pending: 0, nextAttemptAt: null }
      expect(await mock.queue.settle(5_000)).toEqual(settled)
      expect(kinds(await mock.attempts(first(deliveries)))).toEqual([503, 503, 503, 503])
    })

    it('makes them though nobody waits for them', async () => {
      await using there = await receiver(503)
      const inner = await createStore({ warn: () => {} })
      await using mock = await setUp({
        store: { ...inner, ...slow(inner) },
        policy: { schedule: list([0, 0, 0]) },
      })
      await mock.event([await mock.webhook(there.url)])
      mock.queue.wake()
      expect(await mock.queue.untilSettled({}, 2_000)).toBe(true)
      expect(there.arrived).toHaveLength(4)
    })
  })

  it('is drained for so long only, and leaves what it cut off to the next start', async () => {
    await using there = await receiver('hang')
    await using mock = await setUp({ parts: { http: { attemptTimeoutMs: 60_000 } } })
    const { deliveries } = await mock.event([await mock.webhook(there.url)])
    mock.queue.wake()
    await expect.poll(() => there.arrived.length).toBe(1)
    const begun = performance.now()
    await mock.queue.drain(40)
    expect(performance.now() - begun).toSatisfy((took: number) => took >= 39 && took < 5_000)
    expect(kinds(await mock.attempts(first(deliveries)))).toEqual([null])
    expect(await mock.delivery(first(deliveries))).toMatchObject({ status: 'pending', attempts: 1 })
  })

  it('leaves cancelled what was cancelled just as its attempt was made', async () => {
    await using there = await receiver(200)
    const inner = await createStore({ warn: () => {} })
    let meanwhile = async () => {}
    const store: Store = {
      ...inner,
      lastSequence: async (event, webhook) => {
        const count = await inner.lastSequence(event, webhook)
        await meanwhile()
        return count
      },
    }
    await using mock = await setUp({ store })
    const webhook = await mock.webhook(there.url)
    const { deliveries } = await mock.event([webhook])
    meanwhile = () => mock.queue.cancel(webhook.id, 'the webhook was deleted')
    mock.queue.wake()
    expect(await mock.queue.settle(2_000)).toMatchObject({ settled: true, pending: 0, nextAttemptAt: null })
    expect(await mock.delivery(first(deliveries))).toMatchObject({
      status: 'cancelled',
      reason: 'the webhook was deleted',
      attempts: 1,
    })
    expect(kinds(await mock.attempts(first(deliveries)))).toEqual([200])
    expect(mock.told.filter(({ type }) => type === 'settled')).toHaveLength(1)
  })

  it('cancels a delivery whose webhook is deleted while it is under way', async () => {
    await using mock = await setUp()
    let answer = () => {}
    await using there = await receiver((_, response) => {
      answer = () => response.writeHead(503).end()
    })
    const webhook = await mock.webhook(there.url)
    const { deliveries } = await mock.event([webhook])
    mock.queue.wake()
    while (there.arrived.length === 0) await new Promise(setImmediate)
    await mock.store.commit([put('webhooks', { ...webhook, deletedAt: mock.clock.now() })])
    await mock.queue.cancel(webhook.id, 'the webhook was deleted')
    answer()
    await mock.queue.settle(1_000)
    expect(await mock.delivery(first(deliveries))).toMatchObject({ status: 'cancelled', attempts: 1 })
    expect(kinds(await mock.attempts(first(deliveries)))).toEqual([503])
  })

  it('switches a webhook off as the provider does, and cancels what it had', async () => {
    await using there = await receiver(410)
    await using mock = await setUp({
      policy: { disable: { after: null, window: null, statuses: [410], how: 'disable' } },
      parts: { limits: { perWebhook: 1, overall: 1 } },
    })
    const webhook = await mock.webhook(there.url)
    const { deliveries: a } = await mock.event([webhook])
    const { deliveries: b } = await mock.event([webhook])
    await mock.queue.advance({ until: 'settled' })
    const reason =
      'the webhook is switched off: the receiver answered 410, at which this provider switches a webhook off'
    expect(await mock.delivery(first(a))).toMatchObject({ status: 'cancelled', reason, attempts: 1 })
    expect(await mock.delivery(first(b))).toMatchObject({ status: 'cancelled', reason, attempts: 0 })
    expect(await mock.store.webhook(webhook.id)).toMatchObject({ enabled: false })
  })

  it('delivers in order where the provider does: later ones wait for the retries of earlier ones', async () => {
    await using there = await receiver(503, 200)
    await using mock = await setUp({ policy: { inOrder: true } })
    const webhook = await mock.webhook(there.url)
    for (const body of ['1', '2', '3']) await mock.event([webhook], { body })
    await mock.queue.advance({ by: 5 * S })
    expect(there.arrived.map(({ body }) => body)).toEqual(['1'])
    await mock.queue.advance({ by: 5 * S })
    expect(there.arrived.map(({ body }) => body)).toEqual(['1', '1', '2', '3'])
  })

  it('records an attempt that was cut off as interrupted, and tries again at once', async () => {
    const store = await createStore({ warn: () => {} })
    await using dead = await receiver('hang', 200)
    const before = await setUp({ store })
    const { deliveries } = await before.event([await before.webhook(dead.url)])
    before.queue.wake()
    while (dead.arrived.length === 0) await new Promise(setImmediate)
    await before.queue.drain(0)
    expect(kinds(await before.attempts(first(deliveries)))).toEqual([null])
    await using after = await setUp({ store })
    expect(await after.queue.recover()).toBe(1)
    await after.queue.advance({ by: 0 })
    expect(kinds(await after.attempts(first(deliveries)))).toEqual(['interrupted', 200])
    expect(await after.delivery(first(deliveries))).toMatchObject({
      status: 'succeeded',
      attempts: 2,
      delaysUsed: 0,
    })
  })

  it('lets others have their turn while it makes good what was cut off', async () => {
    const store = await createStore({ warn: () => {} })
    const count = 20_000
    const cutOff = (n: number) => anAttempt(`att_${n}`, { delivery: `del_${n}` as DeliveryId, outcome: null })
    await store.commit(
      Array.from({ length: count }, (_, n) => [
        put('deliveries', aDelivery(`del_${n}`)),
        put('attempts', cutOff(n)),
      ]).flat(),
    )
    let turns = 0
    const look = () => {
      turns += 1
      immediate = setImmediate(look)
    }
    let immediate = setImmediate(look)
    await using mock = await setUp({ store })
    turns = 0
    expect(await mock.queue.recover()).toBe(count)
    clearImmediate(immediate)
    expect(turns).toBeGreaterThan(1)
    expect(await store.unfinishedAttempts()).toEqual([])
  })

  it('leaves a delivery pending when it cannot be kept, says so once, and goes on later', async () => {
    const store = await createStore({ warn: () => {} })
    let isFull = true
    const commits: number[] = []
    const full: Store = {
      ...store,
      commit: (changes) => {
        commits.push(changes.length)
        return isFull ? Promise.reject(new Error('ENOSPC: no space left on device.')) : store.commit(changes)
      },
    }
    await using there = await receiver(200)
    isFull = false
    await using mock = await setUp({ store: full })
    const { deliveries } = await mock.event([await mock.webhook(there.url)])
    isFull = true
    commits.length = 0
    mock.queue.wake()
    await mock.queue.settle(200)
    expect(commits).toHaveLength(1)
    expect(there.arrived).toHaveLength(0)
    expect(mock.told).toEqual([
      {
        type: 'notice',
        text: `Failed to keep an attempt of delivery ${first(deliveries).id}: ENOSPC: no space left on device. Trying again every second.`,
      },
    ])
    isFull = false
    expect(await mock.queue.untilSettled({}, 3_000)).toBe(true)
    expect(there.arrived).toHaveLength(1)
  })

  it('drops the answer of an attempt that was cleared away while it was under way', async () => {
    let answer = () => {}
    await using there = await receiver((_, response) => {
      answer = () => response.writeHead(200).end()
    })
    await using mock = await setUp()
    const { event } = await mock.event([await mock.webhook(there.url)])
    mock.queue.wake()
    while (there.arrived.length === 0) await new Promise(setImmediate)
    await mock.queue.pause(() => mock.store.clear())
    answer()
    expect(await mock.queue.settle(1_000)).toMatchObject({ settled: true, pending: 0 })
    expect(await mock.store.summary()).toMatchObject({ webhooks: 0, deliveries: 0, attempts: 0 })
    expect(await mock.store.event(event.id)).toBeUndefined()
    expect(mock.told).toEqual([])
  })

  it('validates an attempt before it is sent and once it is answered', async () => {
    await using there = await receiver(200)
    const seen: (string | null)[] = []
    await using mock = await setUp({
      provider: {
        events: new Map([
          [
            'note.created',
            {
              type: 'note.created',
              headers: [
                { name: 'X-Id', required: true, schema: { 'x-mock-value': 'event.id' } },
                { name: 'X-Kind', required: true, schema: { const: 'note' } },
                { name: 'user-agent', required: false, schema: { const: 'Acme/1' } },
              ],
              signature: [],
            } as never,
          ],
        ]),
      },
      parts: { validate: ({ attempt }) => void seen.push(attempt.outcome?.kind ?? null) },
    })
    const { event } = await mock.event([await mock.webhook(there.url)])
    await mock.queue.advance({ by: 0 })
    expect(seen).toEqual([null, 'responded'])
    expect(there.arrived[0]?.headers).toMatchObject({
      'x-id': event.providerId,
      'x-kind': 'note',
      'user-agent': 'Acme/1',
    })
  })

  it('moves a clock over many deliveries', async () => {
    await using there = await receiver(200)
    await using mock = await setUp({ policy: { schedule: list([M]) } })
    const webhook = await mock.webhook(there.url)
    const { deliveries } = await mock.event(Array<typeof webhook>(2_000).fill(webhook))
    const now = mock.clock.now()
    await mock.store.commit(
      deliveries.map((delivery, i) => put('deliveries', { ...delivery, nextAttemptAt: now + i * 1_296_000 })),
    )
    expect(await mock.queue.advance({ by: 30 * 86_400_000 })).toEqual({ attempts: 2_000 })
  })
})
