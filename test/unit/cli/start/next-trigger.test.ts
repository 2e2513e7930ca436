import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nextTrigger } from '../../../../src/cli/commands/start/start.ts'
import { type Mock, startMock } from '../../../../src/mock/start-mock.ts'

const url = 'http://127.0.0.1:9/'

describe('the next thing to trigger', () => {
  let mock: Mock
  beforeAll(async () => {
    mock = await startMock({ providers: ['beel', 'tsanet'] })
  })
  afterAll(() => mock.close())
  beforeEach(() => mock.reset())

  it('is nothing where nobody would get it', async () => {
    expect(await nextTrigger(mock)).toBeNull()
  })

  it('is an event that a webhook of the state watches for', async () => {
    await mock.register('tsanet', { url, fields: { eventTypes: ['note.created'] } })
    const next = { provider: 'tsanet', event: 'note.created', account: null }
    expect(await nextTrigger(mock)).toEqual(next)
    const { deliveries } = await mock.trigger(next.provider, next.event)
    expect(deliveries).toHaveLength(1)
  })

  it('is for the account of the webhook', async () => {
    const { name: account } = await mock.account('tsanet')
    await mock.register('tsanet', { url, account, fields: { eventTypes: ['note.created'] } })
    expect(await nextTrigger(mock)).toEqual({ provider: 'tsanet', event: 'note.created', account })
  })
})
