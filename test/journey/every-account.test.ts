import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import { type Mock, type MockOptions, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { callApi } from '../support/api-call.ts'

const CB = 'companybelgium'
const UPDATED = 'enterprise.updated'

let mock: Mock
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
  mock = await start()
})
afterEach(async () => {
  await mock.close(0)
  await receiver.close()
})

function start(options: MockOptions = {}): Promise<Mock> {
  return startMock({ providers: [CB], clock: { kind: 'virtual' }, ...options })
}

const watch = (account?: string, number = '0403.170.701', at: Pick<Mock, 'register'> = mock) =>
  at.register(CB, {
    url: receiver.url,
    fields: { entityNumbers: [number] },
    ...(account !== undefined && { account }),
  })

const logOf = async (account: string, id: string) => {
  const { status, body } = await callApi(mock, CB, `GET /webhook/${id}/events`, undefined, { account })
  return status === 200
    ? (body as { data: { eventId: string }[] }).data.map(({ eventId }) => eventId)
    : status
}

async function control(path: string, body?: Json): Promise<Json> {
  const answer = await fetch(`${mock.origin}/_mock${path}`, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'Content-Type': 'application/json' },
  })
  return (await answer.json()) as Json
}

describe('an event for every account', () => {
  it('is one event with one id, and each account sees only its own delivery of it', async () => {
    const [mine, theirs] = [await watch(), await watch('other')]
    await watch('other', '0738.916.702')
    const { event, deliveries, skipped } = await mock.trigger(CB, UPDATED, undefined, { account: '*' })
    await mock.delivered(event, { status: 'succeeded' })
    expect(deliveries.map(({ account, webhook }) => [account, webhook.id])).toEqual([
      ['default', mine.id],
      ['other', theirs.id],
    ])
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'watches 0738.916.702, the event is for 0403.170.701',
    ])
    expect(receiver.received.map(({ body }) => JSON.parse(body.toString()).eventId)).toEqual([
      event.providerId,
      event.providerId,
    ])
    expect(await logOf('default', mine.providerId)).toEqual([event.providerId])
    expect(await logOf('other', theirs.providerId)).toEqual([event.providerId])
    expect(await logOf('default', theirs.providerId)).toBe(404)
    expect((await mock.deliveries({ account: 'other' })).map(({ webhook }) => webhook.id)).toEqual([
      theirs.id,
    ])
  })

  it('is triggered by POST /_mock/events too, and listed once, for each account as well', async () => {
    await watch()
    await watch('other')
    const { event } = (await control('/events', { provider: CB, type: UPDATED, account: '*' })) as {
      event: { id: string }
    }
    expect(event).toMatchObject({ account: '*' })
    for (const query of ['', '?account=other', `?provider=${CB}&account=default`])
      expect(await control(`/events${query}`)).toMatchObject({ events: [{ id: event.id, account: '*' }] })
    expect(await control('/events?provider=companybelgium&account=default&type=webhook.test')).toMatchObject({
      events: [],
    })
    const { deliveries } = (await control(`/deliveries?event=${event.id}&wait=5s`)) as {
      deliveries: { account: string; status: string }[]
    }
    expect(deliveries.map(({ account, status }) => [account, status])).toEqual([
      ['other', 'succeeded'],
      ['default', 'succeeded'],
    ])
  })

  it('keeps the others when one account is reset', async () => {
    const [mine, theirs] = [await watch(), await watch('other')]
    const { event } = await mock.trigger(CB, UPDATED, undefined, { account: '*' })
    await mock.settle()
    await mock.reset({ provider: CB, account: 'default' })
    expect(await logOf('default', mine.providerId)).toBe(404)
    expect(await logOf('other', theirs.providerId)).toEqual([event.providerId])
    expect(await mock.deliveries({ event: event.id })).toHaveLength(1)
  })

  it('goes on after a restart, for each account', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hookproof-every-account-'))
    try {
      await mock.close()
      await receiver.close()
      receiver = await startReceiver({ respond: [503, 503, 200] })
      mock = await start({ db: join(folder, 'db.json') })
      await watch()
      await watch('other')
      const { event } = await mock.trigger(CB, UPDATED, undefined, { account: '*' })
      await mock.settle()
      await mock.close()
      mock = await start({ db: join(folder, 'db.json') })
      await mock.clock.advance({ until: 'settled' })
      expect(
        (await mock.deliveries({ event: event.id })).map(({ account, status }) => [account, status]),
      ).toEqual([
        ['other', 'succeeded'],
        ['default', 'succeeded'],
      ])
    } finally {
      await mock.close(0)
      await rm(folder, { recursive: true })
    }
  })

  it('says that nobody has a webhook where that is so', async () => {
    expect((await mock.trigger(CB, UPDATED, undefined, { account: '*' })).skipped).toEqual([
      { webhook: null, reason: 'no webhook is registered with companybelgium for any account' },
    ])
  })
})

describe('an event for one account', () => {
  it('reaches no other, and says who would get it', async () => {
    await watch('other')
    await watch('other')
    await watch('other', '0738.916.702')
    const { deliveries, skipped } = await mock.trigger(CB, UPDATED)
    expect(deliveries).toEqual([])
    expect(skipped).toEqual([
      { webhook: null, reason: 'no webhook is registered with companybelgium for this account' },
      {
        webhook: null,
        reason:
          '2 webhooks of another account (other) watch for it; to reach every account, trigger it with the account "*"',
      },
    ])
    const { name } = await mock.account(CB)
    await watch(name)
    const [, told] = (await mock.trigger(CB, UPDATED)).skipped
    expect(told?.reason).toContain(`3 webhooks of other accounts (other, ${name}) watch for it`)
  })

  it('does not speak of others where the account was made for a test of its own', async () => {
    await watch()
    const { name } = await mock.account(CB)
    await watch(name)
    const { deliveries, skipped } = await mock.trigger(CB, UPDATED, undefined, { account: name })
    expect([deliveries.map(({ account }) => account), skipped]).toEqual([[name], []])
  })
})

describe('an isolated mock', () => {
  it('reaches every account of its own, and no other', async () => {
    const own = await mock.isolated()
    const { name } = await own.account(CB)
    await watch()
    await watch(undefined, undefined, own)
    await watch(name, undefined, own)
    const { event, deliveries, skipped } = await own.trigger(CB, UPDATED, undefined, { account: '*' })
    expect(deliveries.map(({ account }) => account)).toEqual([own.accountName, name])
    expect(skipped).toEqual([])
    expect(await own.delivered(event, { status: 'succeeded' })).toHaveLength(2)
    expect(await mock.deliveries({ account: 'default' })).toEqual([])
  })

  it('is not bothered by what others trigger for one account', async () => {
    const own = await mock.isolated()
    await watch(undefined, undefined, own)
    await watch()
    await mock.trigger(CB, UPDATED)
    expect(await own.deliveries()).toEqual([])
    const { deliveries, skipped } = await own.trigger(CB, UPDATED)
    expect([deliveries.length, skipped]).toEqual([1, []])
  })
})
