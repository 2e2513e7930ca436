import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { coverageShares } from '../../../src/core/coverage.ts'
import { type Mock, startMock } from '../../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../../src/receiver/receiver.ts'
import { callApi } from '../../support/api-call.ts'

const ACME = fileURLToPath(new URL('../../support/acme.yaml', import.meta.url))
const counts = (list: readonly { name: string; count: number }[] = []) =>
  Object.fromEntries(list.filter(({ count }) => count > 0).map(({ name, count }) => [name, count]))

describe('the coverage of a run', () => {
  let mock: Mock
  let receiver: Receiver
  beforeAll(async () => {
    mock = await startMock({ specs: [ACME], clock: 'virtual', attemptTimeoutMs: 10_000 })
    receiver = await startReceiver({ respond: [503, 200] })
  })
  afterAll(() => Promise.all([mock.close(), receiver.close()]))

  it('begins with all that is declared, at 0', () => {
    const { operations, events } = mock.coverage()
    expect(operations.map(({ operation }) => operation)).toEqual([
      'createHook',
      'readHook',
      'updateHook',
      'deleteHook',
      'rotateSecret',
    ])
    expect(operations[0]).toMatchObject({
      provider: 'acme',
      method: 'POST',
      path: '/hooks',
      statuses: ['201', '400', '401', '503'].map((name) => ({ name, count: 0 })),
      undeclared: [],
    })
    expect(events).toMatchObject([{ provider: 'acme', event: 'note.created', count: 0 }])
    expect(events[0]?.faults.map(({ name }) => name)).toContain('bad-signature')
    expect(coverageShares(mock.coverage())).toMatchObject({
      statuses: { covered: 0, declared: operations.flatMap(({ statuses }) => statuses).length },
      events: { covered: 0, declared: 1 },
    })
  })

  it('counts answers, events, outcomes, settlements and faults, through a reset', async () => {
    await callApi(mock, 'acme', 'POST /hooks', { url: receiver.url })
    await callApi(mock, 'acme', 'POST /hooks', {})
    await callApi(mock, 'acme', 'GET /hooks/9', undefined, { credentials: {} })
    await callApi(mock, 'acme', 'GET /nothing')
    const { event } = await mock.trigger('acme', 'note.created')
    await mock.settle()
    await mock.clock.advance('10s')
    await mock.delivered(event)
    await mock.reset()
    const { operations, events } = mock.coverage()
    const named = (id: string) => operations.find(({ operation }) => operation === id)
    expect(counts(named('createHook')?.statuses)).toEqual({ 201: 1, 400: 1 })
    expect(counts(named('readHook')?.statuses)).toEqual({ 401: 1 })
    expect(events[0]?.count).toBe(1)
    expect(counts(events[0]?.outcomes)).toEqual({ '2xx': 1, '5xx': 1 })
    expect(counts(events[0]?.settled)).toEqual({ succeeded: 1 })
    expect(coverageShares(mock.coverage()).statuses.covered).toBe(3)
  })

  it('keeps what is not declared apart, and names faults', () => {
    const at = { id: 'r', at: 0, provider: 'acme', account: null, method: 'POST', path: '/acme/hooks' }
    const request = { ...at, operation: 'createHook', status: 418, durationMs: 1, violations: [] }
    mock.feed.publish({ type: 'request', request: { ...request, faults: ['status'] } })
    mock.feed.publish({ type: 'request', request: { ...request, status: 0, faults: ['reset'] } })
    const { operations } = mock.coverage()
    expect(operations[0]?.undeclared).toEqual([{ name: '418', count: 1 }])
    expect(counts(operations[0]?.faults)).toEqual({ status: 1, reset: 1 })
    expect(counts(operations[0]?.statuses)).toEqual({ 201: 1, 400: 1 })
    expect(operations[1]?.undeclared).toEqual([])
  })

  it('is served by the control API as well', async () => {
    const get = async (path: string) => (await fetch(`${mock.origin}/_mock${path}`)).json()
    const { shares, ...coverage } = (await get('/coverage')) as { shares: unknown }
    expect(coverage).toEqual(mock.coverage())
    expect(shares).toEqual(coverageShares(mock.coverage()))
    expect((await get('/coverage?provider=acme')) as object).toMatchObject(coverage)
    expect(await get('/coverage?provider=acne')).toMatchObject({ status: 400, field: 'provider' })
  })
})
