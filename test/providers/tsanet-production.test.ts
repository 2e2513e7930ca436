import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { type ApiOptions, callApi, textAt } from '../support/api-call.ts'

// "Must be accessible via HTTPS in production": the production host beside the beta one.

const PRODUCTION = 'tsanet@production'
const PROBLEM = { Accept: 'application/json, application/problem+json' }

let mock: Mock
let strict: Mock
beforeAll(async () => {
  mock = await startMock({ providers: ['tsanet', PRODUCTION], clock: 'virtual' })
  strict = await startMock({ providers: [PRODUCTION], strictUrls: true })
})
afterAll(async () => {
  await mock.close(0)
  await strict.close(0)
})
afterEach(async () => {
  for (const one of [mock, strict]) {
    expect(one.violations().filter(({ by }) => by === 'mock')).toEqual([])
    await one.reset()
  }
})

async function register(
  callbackUrl: string,
  status: number,
  { at = mock, provider = PRODUCTION, ...options }: ApiOptions & { at?: Mock; provider?: string } = {},
) {
  const answer = await callApi(at, provider, 'POST /v1/webhooks', { callbackUrl }, options)
  expect(answer.status, JSON.stringify(answer.body)).toBe(status)
  return answer
}

describe('production', () => {
  it('demands HTTPS of the callback URL, in both error modes, where the beta environment does not', async () => {
    const http = 'http://hooks.example.com/in'
    const { body } = await register(http, 400, { headers: PROBLEM })
    expect(body).toMatchObject({ title: 'Bad Request', detail: expect.stringContaining('HTTPS') })
    expect((await register(http, 500)).body).toEqual({ message: expect.stringContaining('HTTPS') })
    await register('https://hooks.example.com/in', 200)
    await register(http, 200, { provider: 'tsanet' })
    expect(await mock.webhooks()).toHaveLength(2)
  })

  it('takes http of a receiver on this machine, unless URLs are strict', async () => {
    const local = 'http://127.0.0.1:3000/hooks'
    await register(local, 200)
    await register(local, 400, { at: strict, headers: PROBLEM })
  })

  it('answers and delivers as beta does', async () => {
    const receiver = await startReceiver()
    try {
      const made = await register(receiver.url, 200)
      expect(made.body).toMatchObject({ id: 1, active: true, eventTypes: expect.any(Array) })
      await mock.trigger(PRODUCTION, 'note.created')
      await mock.settle()
      expect(JSON.parse(receiver.received[0]?.body.toString() ?? '')).toMatchObject({
        eventType: 'note.created',
      })
      expect(headerOf(receiver.received[0]?.headers ?? [], 'X-Hub-Signature-256')).toMatch(/^sha256=/)
      const list = await callApi(mock, PRODUCTION, 'GET /v1/webhooks')
      expect(list.body).toMatchObject([{ id: Number(textAt(made, '/id')), callbackAuthType: 'NONE' }])
      const log = await callApi(mock, PRODUCTION, 'GET /v1/webhooks/1/deliveries')
      expect(log.body).toMatchObject({ totalElements: 1, content: [{ success: true }] })
      expect((await callApi(mock, PRODUCTION, 'DELETE /v1/webhooks/1')).status).toBe(204)
    } finally {
      await receiver.close()
    }
  })
})
