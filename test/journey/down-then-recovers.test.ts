import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { CLIENT_NAMES, clientOf } from '../support/provider-clients.ts'

let mock: Mock
let receiver: Receiver

beforeEach(async () => {
  mock = await startMock({ clock: { kind: 'virtual' } })
  receiver = await startReceiver({ respond: [503, 503, 200] })
})
afterEach(async () => {
  vi.useRealTimers()
  await mock.close()
  await receiver.close()
})

describe.each(CLIENT_NAMES)('%s', (provider) => {
  it('delivers on the third attempt to a receiver that answers 503 twice', async () => {
    const client = await clientOf(mock, provider)
    const { id } = await client.create(receiver.url)
    const { event } = await mock.trigger(provider, client.event)
    await mock.settle()
    expect(receiver.received).toHaveLength(1)
    expect(await mock.clock.advance({ until: 'settled' })).toMatchObject({ attempts: 2 })

    expect(receiver.received).toHaveLength(3)
    const bodies = new Set(receiver.received.map(({ body }) => body.toString()))
    expect([...bodies]).toEqual([event.body])

    const [delivery] = await mock.deliveries({ event: event.id })
    expect(delivery).toMatchObject({ status: 'succeeded', nextAttemptAt: null })
    const answer = await fetch(`${mock.origin}/_mock/deliveries/${delivery?.id}`)
    const shown = (await answer.json()) as {
      attempts: { number: number; sentAt: string; outcome: { status: number } }[]
    }
    expect(delivery).toEqual(shown)
    expect(shown.attempts.map(({ number, outcome }) => [number, outcome.status])).toEqual([
      [1, 503],
      [2, 503],
      [3, 200],
    ])

    const log = await client.log?.(id)
    if (log === undefined) return
    expect(log.map(({ code }) => code)).toEqual([200, 503, 503])
    expect(new Set(log.map((line) => line.event))).toEqual(new Set([event.providerId]))
    const sent = shown.attempts.map(({ sentAt }) => Math.floor(Date.parse(sentAt) / 1_000)).reverse()
    expect(log.map(({ at }) => Math.floor(Date.parse(at) / 1_000))).toEqual(sent)
  })
})

it('signs each attempt afresh, with the same event id', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const client = await clientOf(mock, 'beel')
  await client.create(receiver.url)
  await mock.trigger('beel', client.event)
  await mock.settle()
  for (const pause of [5_000, 10_000]) {
    vi.setSystemTime(Date.now() + pause)
    await mock.clock.advance({ until: 'next-attempt' })
  }
  const header = (name: string) => receiver.received.map(({ headers }) => headerOf(headers, name))
  expect(new Set(header('BeeL-Event-Id')).size).toBe(1)
  expect(new Set(header('Idempotency-Key'))).toEqual(new Set(header('BeeL-Event-Id')))
  expect(new Set(header('BeeL-Delivery-Id')).size).toBe(3)
  const stamps = header('BeeL-Signature').map((value) =>
    Number(/^t=(\d+),v1=[0-9a-f]{64}$/.exec(value ?? '')?.[1]),
  )
  expect([stamps[1] ?? 0, stamps[2] ?? 0].map((stamp, i) => stamp - (stamps[i] ?? 0))).toEqual([5, 10])
})
