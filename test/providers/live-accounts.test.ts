import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'

// Accounts that are made at run time in another environment than the first one.

describe.each([
  ['beel', 'invoice.emitted'],
  ['beel@autumn-2026', 'invoice.issued'],
])('%s', (id, type) => {
  let mock: Mock
  let receiver: Receiver

  beforeAll(async () => {
    receiver = await startReceiver({ respond: [200] })
    mock = await startMock({ providers: [id], clock: 'virtual' })
  })
  afterAll(async () => {
    await mock.close()
    await receiver.close()
  })
  beforeEach(() => mock.reset())

  it('gives an account made in live a key of live, and its events livemode', async () => {
    const answer = await fetch(`${mock.origin}/_mock/accounts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ provider: id, environment: 'live' }),
    })
    const { account, credentials, login } = (await answer.json()) as Record<string, string>
    expect(credentials).toEqual({ Authorization: expect.stringMatching(/^Bearer beel_sk_live_\w+$/) })
    expect(login).toEqual({
      client_id: expect.stringMatching(/^beel_client_live_\w+$/),
      code: expect.stringMatching(/^beel_code_live_\w+$/),
    })
    expect(await livemodes(mock, String(account))).toEqual([true])
  })

  it('gives an isolated mock in live a key of live, and its events livemode', async () => {
    const isolated = await mock.isolated({ environment: 'live' })
    const { Authorization } = await isolated.credentials(id)
    expect(Authorization).toMatch(/^Bearer beel_sk_live_/)
    expect(await livemodes(isolated)).toEqual([true])
    expect(await livemodes(isolated, '*')).toEqual([true, true])
  })

  it('keeps an event for every account to one environment', async () => {
    await mock.register(id, { url: receiver.url, account: 'live' })
    await mock.register(id, { url: receiver.url })
    await mock.register(id, { url: receiver.url, account: 'other' })
    const { deliveries, skipped } = await mock.trigger(id, type, undefined, { account: '*' })
    expect(deliveries.map(({ account }) => account)).toEqual(['default', 'other'])
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'belongs to an account (live) in live, the event is of sandbox; trigger it with the account "live"',
    ])
  })

  /** Of what arrives where an event is triggered for this account. */
  async function livemodes(target: Mock, account?: string): Promise<readonly unknown[]> {
    const before = receiver.received.length
    const chosen = account === undefined ? {} : { account }
    await target.register(id, { url: receiver.url, ...(account !== '*' && chosen) })
    await target.trigger(id, type, undefined, chosen)
    await target.settle()
    const bodies = receiver.received.slice(before).map(({ body }) => JSON.parse(body.toString()))
    return bodies.map(({ livemode }) => livemode as unknown)
  }
})
