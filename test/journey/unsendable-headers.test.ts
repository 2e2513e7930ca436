import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { run } from '../unit/cli/fake-io.ts'

let mock: Mock
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  mock = await startMock({ providers: ['donutwork', 'tsanet', 'beel'], clock: 'virtual' })
})
afterAll(async () => {
  await mock.close()
  await receiver.close()
})
beforeEach(() => mock.reset())

const EVENT = 'RecurringPayments.charge.paid'

async function control(method: string, path: string, body?: unknown) {
  const response = await fetch(`${mock.origin}/_mock${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('a secret that is itself sent in a header, and that HTTP cannot carry,', () => {
  const cases = [
    ['a\nb', 'HTTP cannot carry the character U+000A in the header Authorization'],
    ['a\r\nX-Other: 1', 'HTTP cannot carry the character U+000D in the header Authorization'],
    ['\u0000', 'HTTP cannot carry the character U+0000 in the header Authorization'],
    ['日本', 'HTTP cannot carry the character U+65E5 in the header Authorization'],
    ['a ', 'HTTP drops white space at the ends of the header Authorization'],
  ] as const

  it.each(cases)('is refused at each registration: %j', async (secret, reason) => {
    const message = `Failed to register a webhook with donutwork: its secret cannot be sent: ${reason}.`
    const refused = await control('POST', '/webhooks', { provider: 'donutwork', url: receiver.url, secret })
    expect(refused).toMatchObject({ status: 422, body: { pointer: '/secret' } })
    expect(refused.body.detail).toMatch(message)
    await expect(mock.register('donutwork', { url: receiver.url, secret })).rejects.toMatchObject({
      kind: 'input',
      summary: message,
    })
    const register = [{ provider: 'donutwork', url: receiver.url, secret }]
    await expect(startMock({ providers: ['donutwork'], register })).rejects.toMatchObject({
      summary: message,
    })
    await expect(mock.reload({ register })).rejects.toMatchObject({ summary: message })
    expect(await mock.webhooks()).toEqual([])
  })

  it('is refused for a webhook that is already there', async () => {
    await mock.reload({ register: [{ provider: 'donutwork', url: receiver.url }] })
    const register = [{ provider: 'donutwork', url: receiver.url, secret: 'a\nb' }]
    await expect(mock.reload({ register })).rejects.toMatchObject({ kind: 'input' })
    await mock.reload({ register: [] })
  })

  it('has its delivery blocked where it was imported', async () => {
    await mock.register('donutwork', { url: receiver.url, secret: 'token' })
    const { body } = await control('GET', '/snapshot')
    const text = JSON.stringify(body).replaceAll('"secret":"token"', '"secret":"to\\nken"')
    expect((await control('PUT', '/snapshot', JSON.parse(text))).status).toBeLessThan(300)
    const { event } = await mock.trigger('donutwork', EVENT)
    await mock.settle()
    expect(await mock.deliveries({ event: event.id })).toMatchObject([
      {
        status: 'blocked',
        reason:
          'HTTP cannot carry the character U+000A in the header Authorization; correct the secret, the id or the header that it comes from',
        attempts: [{ request: { sentTo: null }, outcome: { kind: 'blocked' } }],
      },
    ])
  })

  it.each(cases.slice(0, 4))('is bad input of trigger --to: %j', async (secret, reason) => {
    const { code, err } = await run(['trigger', 'donutwork', EVENT, '--to', receiver.url, '--secret', secret])
    expect([code, err]).toEqual([
      2,
      `Failed to send ${EVENT}: ${reason}. Correct --secret, --id or --header.`,
    ])
  })
})

it('a secret that only signs may have any character', async () => {
  const hook = await mock.register('tsanet', { url: receiver.url, secret: 'a\n日本' })
  const { deliveries } = await mock.trigger('tsanet', 'note.created')
  await mock.settle()
  expect(await mock.deliveries({ webhook: hook.id })).toMatchObject([{ status: 'succeeded' }])
  expect(deliveries).toHaveLength(1)
})

it('a delivery of an event whose id HTTP cannot carry in a header is blocked', async () => {
  await mock.register('beel', { url: receiver.url })
  const { event } = await mock.trigger('beel', 'invoice.emitted', {}, { id: 'a\nb', raw: true })
  await mock.settle()
  expect(await mock.deliveries({ event: event.id })).toMatchObject([
    {
      status: 'blocked',
      reason: expect.stringMatching(/^HTTP cannot carry the character U\+000A in the header BeeL-Event-Id; /),
    },
  ])
})
