import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../src/core/json.ts'
import type { Delivery } from '../../../../src/core/model.ts'
import type { AttemptToValidate } from '../../../../src/delivery/context.ts'
import type { FaultSubject } from '../../../../src/fault/fault.ts'
import { createStore } from '../../../../src/state/open.ts'
import { wireReceiver } from '../../../support/wire-receiver.ts'
import { HUB } from '../../signature/schemes.ts'
import { list, S } from '../policies.ts'
import { type SetUp, type SetUpOptions, setUp } from '../queue-setup.ts'
import { receiver } from '../receivers.ts'
import { registryOf } from './faults.ts'

function mockWith(faults: readonly JsonObject[], options: SetUpOptions = {}): Promise<SetUp> {
  const parts = {
    ...options.parts,
    faults: registryOf(...faults.map((one) => ({ plane: 'delivery', ...one }))),
  }
  return setUp({ signature: [HUB], ...options, parts })
}
const first = (deliveries: readonly Delivery[]) => deliveries[0] as Delivery

describe('faults in the queue', () => {
  it('are asked for once an attempt, with all that is known of it', async () => {
    const asked: FaultSubject[] = []
    const registry = registryOf()
    await using there = await receiver(503, 200)
    await using mock = await setUp({
      parts: {
        faults: {
          ...registry,
          match(plane, subject) {
            asked.push(subject)
            return registry.match(plane, subject)
          },
        },
      },
    })
    const webhook = await mock.webhook(there.url)
    const { event } = await mock.event([webhook])
    mock.queue.wake()
    await mock.queue.advance({ until: 'settled' })
    const subject = {
      provider: 'acme',
      account: 'main',
      event: { type: 'note.created', id: event.id, providerId: event.providerId },
      webhook: { id: webhook.id, providerId: webhook.providerId },
    }
    expect(asked).toEqual([
      { ...subject, attempt: 1 },
      { ...subject, attempt: 2 },
    ])
  })

  it('apply to the attempt that they name, and no other', async () => {
    await using there = await receiver(503, 503, 200)
    await using mock = await mockWith([{ on: { attempt: 2 }, do: 'bad-signature' }])
    const { deliveries } = await mock.event([await mock.webhook(there.url)])
    mock.queue.wake()
    await mock.queue.advance({ until: 'settled' })
    const attempts = await mock.attempts(first(deliveries))
    expect(attempts.map(({ faults }) => faults)).toEqual([[], ['bad-signature'], []])
    const signatures = there.arrived.map(({ headers }) => headers['x-hub-signature-256'])
    expect(signatures[0]).toBe(signatures[2])
    expect(signatures[1]).not.toBe(signatures[0])
  })

  it('keep what a fault changes from being validated as if the mock had sent it; answers are validated all the same', async () => {
    const validated: (readonly [faults: readonly string[], hasOutcome: boolean])[] = []
    const validate = ({ attempt }: AttemptToValidate) =>
      void validated.push([attempt.faults, attempt.outcome !== null])
    await using there = await receiver(503, 200)
    await using mock = await mockWith(
      [
        { on: { attempt: 1 }, do: 'missing-signature' },
        { on: { attempt: 2 }, do: 'duplicate' },
      ],
      { parts: { validate }, provider: { events: new Map([['note.created', EVENT_TYPE]]) as never } },
    )
    await mock.event([await mock.webhook(there.url)])
    mock.queue.wake()
    await mock.queue.advance({ until: 'settled' })
    expect(validated).toEqual([
      [['missing-signature'], true],
      [['duplicate'], false],
      [['duplicate'], true],
    ])
  })

  it('neither delay nor reorder what somebody waits for', async () => {
    await using there = await receiver(200)
    await using mock = await mockWith([{ do: 'delay' }, { do: 'reorder' }, { do: 'reserialise' }])
    const { deliveries } = await mock.event([await mock.webhook(there.url)])
    const { attempt } = await mock.queue.attemptNow(first(deliveries))
    expect(attempt).toMatchObject({ faults: ['reserialise'], outcome: { status: 200 } })
    const resent = await mock.queue.resendNow(first(deliveries))
    expect(resent.attempt.faults).toEqual(['reserialise'])
    expect(there.arrived).toHaveLength(2)
  })

  it('are counted once, though an attempt could not be kept at first', async () => {
    const store = await createStore({ warn: () => {} })
    let failures = 1
    const flaky: typeof store = {
      ...store,
      commit: (changes) =>
        changes.some((change) => change.table === 'attempts') && failures-- > 0
          ? Promise.reject(new Error('the disk is full'))
          : store.commit(changes),
    }
    await using there = await receiver(200)
    await using mock = await mockWith([{ do: ['reserialise', 'bad-signature'] }], { store: flaky })
    const { deliveries } = await mock.event([await mock.webhook(there.url)])
    mock.queue.wake()
    await expect.poll(() => there.arrived.length, { timeout: 4_000 }).toBe(1)
    await mock.queue.settle(1_000)
    expect((await mock.attempts(first(deliveries)))[0]?.faults).toEqual(['reserialise'])
  })

  it('leave what goes nowhere blocked', async () => {
    await using mock = await mockWith([{ do: 'truncate' }])
    const { deliveries } = await mock.event([await mock.webhook('http://example.test/hooks')])
    mock.queue.wake()
    await mock.queue.settle(2_000)
    expect(await mock.delivery(first(deliveries))).toMatchObject({ status: 'blocked' })
    expect((await mock.attempts(first(deliveries)))[0]?.outcome).toEqual({
      kind: 'blocked',
      error: 'example.test is not loopback',
      hint: 'add --allow-host example.test or --forward http://example.test=http://127.0.0.1:PORT',
    })
  })

  it('are cut off with the rest when the queue is drained', async () => {
    await using there = await wireReceiver()
    const mock = await mockWith([{ do: { 'slow-body': '1h' } }])
    await mock.event([await mock.webhook(there.url)])
    mock.queue.wake()
    await expect.poll(() => there.wires[0]?.hasHead).toBe(true)
    await mock.queue.drain(10)
    await expect.poll(() => there.wires[0]?.ended).not.toBe('not')
    await mock.store.close()
  })

  it('of a provider that keeps order: reorder lets the next one pass, delay does not', async () => {
    const policy = { inOrder: true, schedule: list([10 * S]) }
    const play = async (wanted: JsonObject) => {
      await using there = await receiver(200)
      await using mock = await mockWith([{ on: { nth: 1 }, ...wanted }], { policy })
      const webhook = await mock.webhook(there.url)
      for (const note of ['a', 'b', 'c']) {
        await mock.event([webhook], { body: `"${note}"` })
        mock.queue.wake()
        expect(await mock.queue.settle(2_000)).toMatchObject({ settled: true })
      }
      const before = there.arrived.map(({ body }) => body).join('')
      await mock.queue.advance({ until: 'settled' })
      return [before, there.arrived.map(({ body }) => body).join('')]
    }
    expect(await play({ do: { reorder: 2 } })).toEqual(['"b""c""a"', '"b""c""a"'])
    expect(await play({ do: 'delay' })).toEqual(['', '"a""b""c"'])
  })

  it('of a provider that keeps order: a retry that is delayed is waited for, too', async () => {
    await using there = await receiver(503, 200)
    const policy = { inOrder: true, schedule: list([10 * S]) }
    await using mock = await mockWith([{ on: { attempt: 2 }, do: 'delay' }], { policy })
    const webhook = await mock.webhook(there.url)
    for (const note of ['a', 'b']) await mock.event([webhook], { body: `"${note}"` })
    mock.queue.wake()
    await mock.queue.settle(2_000)
    await mock.queue.advance({ until: 'settled' })
    expect(there.arrived.map(({ body }) => body)).toEqual(['"a"', '"a"', '"b"'])
  })

  it('reorder among webhooks by each alone', async () => {
    await using one = await receiver(200)
    await using two = await receiver(200)
    await using mock = await mockWith([{ on: { nth: 1 }, do: 'reorder', key: 'webhook' }])
    const webhooks = [await mock.webhook(one.url), await mock.webhook(two.url)]
    for (const note of ['a', 'b']) {
      await mock.event(webhooks, { body: `"${note}"` })
      mock.queue.wake()
      await mock.queue.settle(2_000)
    }
    for (const { arrived } of [one, two]) expect(arrived.map(({ body }) => body)).toEqual(['"b"', '"a"'])
  })

  it('let a delivery that is held back be cancelled', async () => {
    await using there = await receiver(200)
    await using mock = await mockWith([{ on: { nth: 1 }, do: 'reorder' }])
    const webhook = await mock.webhook(there.url)
    const { deliveries } = await mock.event([webhook])
    mock.queue.wake()
    await mock.queue.settle(2_000)
    await mock.queue.cancel(webhook.id, 'the webhook was deleted')
    await mock.event([webhook])
    mock.queue.wake()
    await mock.queue.advance({ until: 'settled' })
    expect(await mock.delivery(first(deliveries))).toMatchObject({ status: 'cancelled', attempts: 0 })
    expect(there.arrived).toHaveLength(1)
  })

  it('a burst with the first one held back is the same every time', async () => {
    const play = async () => {
      await using there = await receiver(200)
      await using mock = await mockWith([
        { on: { nth: [1, 4] }, do: { reorder: 3 } },
        { do: 'wrong-secret', probability: 0.5 },
      ])
      const webhook = await mock.webhook(there.url)
      for (let i = 0; i < 9; i++) await mock.event([webhook], { body: String(i) })
      mock.queue.wake()
      await mock.queue.settle(4_000)
      await mock.queue.advance({ until: 'settled' })
      const deliveries = (await mock.store.deliveries({}, { limit: 100 })).items.toReversed()
      const faults = await Promise.all(deliveries.map(async (one) => (await mock.attempts(one))[0]?.faults))
      return {
        faults,
        count: there.arrived.length,
        signatures: there.arrived
          .map(({ body, headers }) => `${body} ${headers['x-hub-signature-256']}`)
          .toSorted(),
      }
    }
    const once = await play()
    expect(once.count).toBe(9)
    expect(await play()).toEqual(once)
  })
})

const EVENT_TYPE = { type: 'note.created', headers: [], signature: [HUB], schema: {} }
