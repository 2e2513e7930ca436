import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assertKeepsTheContract } from '../../src/assert/contract.ts'
import { type IsolatedMock, type Mock, startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { callApi } from '../support/api-call.ts'

const ACME = fileURLToPath(new URL('../support/acme.yaml', import.meta.url))
const TESTS = 8

let mock: Mock
beforeAll(async () => {
  mock = await startMock({
    specs: [ACME],
    providers: ['tsanet'],
    clock: 'virtual',
    strict: true,
    attemptTimeoutMs: 10_000,
  })
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

describe('tests at the same time on one mock', () => {
  it('take with them the faults that name their account alone, and no others', async () => {
    const { name } = await mock.account('acme')
    mock.use({ plane: 'api', on: { account: name }, do: 503 })
    mock.use({ plane: 'api', on: { account: name, provider: 'acme' }, do: 503 })
    mock.use({ plane: 'api', on: { account: 'default' }, do: 500 })
    mock.use({ plane: 'api', on: { account: 'default', provider: 'acme' }, do: 500 })
    await mock.reset({ provider: 'acme', account: name })
    await mock.reset({ provider: 'acme', account: 'default' })
    expect(mock.faults.list().map(({ fault }) => fault.on)).toEqual([{ account: 'default' }])
  })

  it('see and change nothing of each other', async () => {
    const story = async (number: number) => {
      await using mine = await mock.isolated()
      await using receiver = await startReceiver()
      const hook = await mine.register('acme', { url: receiver.url })
      expect(hook.account).toBe(mine.accountName)
      for (let i = 0; i < number; i++) {
        const { event } = await mine.trigger('acme', 'note.created', { note: `${number}` })
        expect(await mine.delivered(event, { status: 'succeeded' })).toHaveLength(1)
      }
      await callApi(mine, 'acme', `GET /hooks/${hook.providerId}`)
      if (number % 2 === 0) await callApi(mine, 'acme', 'GET /nothing')
      expect(await mine.deliveries()).toHaveLength(number)
      expect(receiver.received.map(({ body }) => JSON.parse(`${body}`).note)).toEqual(
        Array.from({ length: number }, () => `${number}`),
      )
      expect(mine.requests()).toHaveLength(number % 2 === 0 ? 2 : 1)
      expect(mine.violations().map(({ location }) => location)).toEqual(number % 2 === 0 ? ['path'] : [])
      if (number % 2 === 1) assertKeepsTheContract(mine)
      else expect(() => assertKeepsTheContract(mine)).toThrow('GET /nothing')
      if (number === 3) {
        await mine.reset()
        expect([await mine.deliveries(), mine.requests(), mine.violations()]).toEqual([[], [], []])
      }
      return mine.accountName
    }
    const names = await Promise.all(Array.from({ length: TESTS }, (_, i) => story(i + 1)))
    expect(new Set(names).size).toBe(TESTS)
    expect([await mock.deliveries(), mock.requests()]).toEqual([[], []])
  })

  it('have the same account with each provider, which its reset does not take away', async () => {
    const mine = await mock.isolated()
    const before = [await mine.credentials('acme'), await mine.credentials('tsanet')]
    await callApi(mine, 'acme', 'POST /hooks', { url: 'http://127.0.0.1:9' })
    await mine.reset()
    expect([await mine.credentials('acme'), await mine.credentials('tsanet')]).toEqual(before)
    expect((await callApi(mine, 'acme', 'POST /hooks', { url: 'http://127.0.0.1:9' })).status).toBe(201)
    expect(mine.requests()).toMatchObject([{ account: mine.accountName, status: 201 }])
  })

  it('reset and close without a trace for others', async () => {
    await using receiver = await startReceiver()
    const [mine, other] = [await mock.isolated(), await mock.isolated()]
    const count = async (one: Mock | IsolatedMock) => [
      (await one.deliveries()).length,
      one.requests().length,
      one.faults.list().length,
    ]
    for (const one of [mine, other]) {
      await one.register('acme', { url: receiver.url })
      await one.trigger('acme', 'note.created')
      await callApi(one, 'acme', 'GET /hooks/1')
      one.use({ plane: 'api', on: { operation: 'deleteHook' }, do: 503 })
    }
    await mock.settle()
    await mine.reset()
    expect(await count(mine)).toEqual([0, 0, 0])
    expect(await count(other)).toEqual([1, 1, 1])
    await other.close()
    expect(await count(mock)).toEqual([0, 0, 0])
    expect((await fetch(mock.origin)).status).toBe(200)
  })

  it('have faults of their own', async () => {
    const [mine, other] = [await mock.isolated(), await mock.isolated()]
    mine.use({ plane: 'api', on: { operation: 'readHook' }, do: 503 })
    expect((await callApi(other, 'acme', 'GET /hooks/1')).status).toBe(404)
    expect((await callApi(mine, 'acme', 'GET /hooks/1')).status).toBe(503)
    expect([mine.faults.list().length, other.faults.list().length]).toEqual([1, 0])
    other.faults.clear()
    expect((await callApi(mine, 'acme', 'GET /hooks/1')).status).toBe(503)
    mine.faults.clear()
    expect((await callApi(mine, 'acme', 'GET /hooks/1')).status).toBe(404)
  })

  it('may not name an account of others', async () => {
    const [mine, other] = [await mock.isolated(), await mock.isolated()]
    const url = 'http://127.0.0.1:9'
    const calls: (() => unknown)[] = ['default', other.accountName].flatMap((account) => [
      () => mine.register('acme', { url, account }),
      () => mine.trigger('acme', 'note.created', {}, { account }),
      () => mine.deliveries({ account }),
      () => mine.requests({ account }),
      () => mine.violations({ account }),
      () => mine.credentials('acme', account),
      () => mine.use({ plane: 'api', on: { operation: 'readHook', account }, do: 503 }),
      () => mine.faults.clear({ account: account as IsolatedMock['accountName'] }),
      () => mine.reset({ account }),
    ])
    for (const call of calls)
      await expect((async () => call())()).rejects.toMatchObject({
        kind: 'input',
        message: expect.stringMatching(
          /^Failed to use the account "[\w-]+": an isolated mock has an account of its own, "account-\w+"\./,
        ),
      })
    expect((await mock.summary()).webhooks).toBe(0)
  })

  it('may not change a webhook of others, nor send its deliveries again', async () => {
    const [mine, other] = [await mock.isolated(), await mock.isolated()]
    const { id } = await other.register('acme', { url: 'http://127.0.0.1:9' })
    const { deliveries } = await other.trigger('acme', 'note.created')
    const message = expect.stringMatching(/^Failed to use the account/)
    await expect(mine.setSecret(id, 'theirs')).rejects.toMatchObject({ message })
    await expect(mine.resend(deliveries[0]?.id ?? '')).rejects.toMatchObject({ message })
    expect(await other.resend(deliveries[0]?.id ?? '')).toMatchObject({ resendOf: deliveries[0]?.id })
  })

  it('may use the accounts that they made, and reset them too', async () => {
    const mine = await mock.isolated()
    const { name: account } = await mine.account('acme')
    await mine.register('acme', { url: 'http://127.0.0.1:9', account })
    await mine.trigger('acme', 'note.created', {}, { account })
    expect(await mine.deliveries({ account })).toHaveLength(1)
    await mine.close()
    expect(await mock.deliveries({ account })).toEqual([])
  })

  it('may not put back the state of all', async () => {
    const mine = await mock.isolated()
    await expect(mine.restore(await mine.snapshot())).rejects.toMatchObject({
      summary: 'Failed to restore the state: the mock is shared.',
    })
    await expect(mine.reload()).rejects.toMatchObject({
      summary: 'Failed to read the documents again: the mock is shared.',
    })
  })

  it('are kept apart by the control API as well', async () => {
    const call = async (path: string, body?: unknown) => {
      const init = {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }
      return (
        await fetch(`${mock.origin}/_mock${path}`, body === undefined ? {} : init)
      ).json() as Promise<never>
    }
    const made: { account: string; credentials: Record<string, string> } = await call('/accounts', {
      provider: 'acme',
    })
    const { account, credentials } = made
    await callApi(mock, 'acme', 'POST /hooks?x=1', { url: 'http://127.0.0.1:9' }, { credentials })
    await callApi(mock, 'acme', 'GET /hoooks')
    const lists = async (name: string) => {
      const requests: { requests: [] } = await call(`/requests?account=${name}`)
      const violations: { violations: { location: string }[] } = await call(`/violations?account=${name}`)
      return [requests.requests.length, violations.violations.map(({ location }) => location)]
    }
    expect([await lists(account), await lists('default')]).toEqual([
      [1, ['query/x']],
      [1, ['path']],
    ])
    await call('/reset', { provider: 'acme', account })
    expect([await lists(account), await lists('default')]).toEqual([
      [0, []],
      [1, ['path']],
    ])
    expect((await callApi(mock, 'acme', 'GET /hooks/1', undefined, { credentials })).status).toBe(404)
  })
})
