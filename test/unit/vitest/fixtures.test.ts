import { fileURLToPath } from 'node:url'
import { afterAll, describe } from 'vitest'
import type { Mock, MockOptions } from '../../../src/mock/start-mock.ts'
import type { ReceiverOptions } from '../../../src/receiver/receiver.ts'
import { test as base, expect } from '../../../src/vitest.ts'
import { callApi } from '../../support/api-call.ts'

const ACME = fileURLToPath(new URL('../../support/acme.yaml', import.meta.url))
const options: MockOptions = { specs: [ACME], clock: 'virtual', attemptTimeoutMs: 10_000 }

/** What a failed matcher says, without what differs from run to run. */
async function told(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'nothing'
  } catch (error) {
    return (error as Error).message.replaceAll(/evt_[a-z0-9]{20}/g, 'EVT').replaceAll(/\d+ms$/gm, 'Nms')
  }
}

describe('a mock for each test', () => {
  const receiverOptions: ReceiverOptions = { respond: [503, 200] }
  const test = base.extend({ mockOptions: options, receiverOptions })
  const seen: Mock[] = []

  test('matchers read as sentences', async ({ mock, receiver }) => {
    seen.push(mock)
    await mock.register('acme', { url: receiver.url })
    const { event } = await mock.trigger('acme', 'note.created', { note: 'hi' })
    await expect(event).toHaveAttempts(1)
    await expect(event).not.toHaveBeenDelivered()
    await mock.clock.advance('10s')
    await expect(event).toHaveBeenDelivered()
    await expect(event).toHaveAttempts(2)
    await expect(event).not.toHaveAttempts(1)
    expect(receiver).toHaveReceived(2)
    expect(receiver).toHaveReceived({ body: { note: 'hi' }, count: 2 })
    expect(receiver).not.toHaveReceived({ body: { note: 'ho' } })
    expect(mock).toKeepTheContract()
  })

  test('a failed matcher shows the attempts', async ({ mock, receiver }) => {
    seen.push(mock)
    await mock.register('acme', { url: receiver.url })
    const { event } = await mock.trigger('acme', 'note.created')
    expect(await told(() => expect(event).toHaveAttempts(2))).toBe(
      `EVT was to have 2 attempts, and has had 1:\nnote.created [EVT] to ${receiver.url}: pending\n  attempt 1  +0s   [503]      Nms\n  attempt 2  +10s  [to come]`,
    )
    await mock.clock.advance('10s')
    expect(await told(() => expect(event).not.toHaveBeenDelivered())).toBe(
      `EVT was not to be delivered, and was:\nnote.created [EVT] to ${receiver.url}: succeeded\n  attempt 1  +0s   [503]  Nms\n  attempt 2  +10s  [200]  Nms`,
    )
    expect(await told(() => expect(receiver).toHaveReceived(3))).toMatch(
      /^The receiver was to receive 3 requests, and received 2 requests:/,
    )
  })

  test('the contract is broken by what is not declared, too', async ({ mock }) => {
    await callApi(mock, 'acme', 'GET /hooks/9?x=1')
    expect(await told(() => expect(mock).toKeepTheContract())).toMatch(
      /^The contract was broken once:\n.*query\/x/,
    )
    expect(mock).toKeepTheContract({ strict: false })
    expect(mock).not.toKeepTheContract({ by: 'client' })
  })

  test('each test has had its own, and the ones before are closed', async ({ mock }) => {
    expect(new Set([...seen, mock]).size).toBe(seen.length + 1)
    for (const { origin } of seen) await expect(fetch(origin)).rejects.toThrow()
  })

  describe('with other options', () => {
    test.override({ mockOptions: { providers: ['tsanet'] }, receiverOptions: { respond: [418] } })
    test('they hold for the tests of the group', async ({ mock, receiver }) => {
      expect(mock.providers.map(({ id }) => id)).toEqual(['tsanet'])
      expect((await fetch(receiver.url)).status).toBe(418)
    })
  })
})

describe('one mock for a file', () => {
  const test = base.extend({ mockOptions: options, mockSharing: 'file' })
  const origins: string[] = []
  const accounts: unknown[] = []

  for (const name of ['the first', 'the second'])
    test.concurrent(`${name} test has accounts of its own`, async ({ mock, receiver, expect: check }) => {
      origins.push(mock.origin)
      accounts.push(await mock.credentials('acme'))
      await mock.register('acme', { url: receiver.url })
      const { event } = await mock.trigger('acme', 'note.created', { note: name })
      await check(event).toHaveBeenDelivered()
      check(receiver).toHaveReceived(1)
      check(await mock.deliveries()).toHaveLength(1)
    })

  afterAll(() => {
    expect(new Set(origins).size).toBe(1)
    expect(new Set(accounts.map((one) => JSON.stringify(one))).size).toBe(2)
  })
})
