import { expect, it } from 'vitest'
import { deliveryValidator } from '../../../src/api/record-request.ts'
import { createRequestLog } from '../../../src/api/request-log.ts'
import type { Contract } from '../../../src/contract/contract.ts'
import { createFeed } from '../../../src/core/feed.ts'
import type { AttemptToValidate } from '../../../src/delivery/context.ts'
import { aDelivery, anAttempt } from '../state/records.ts'

it('notes what a receiver broke with its attempt and whose delivery it was', async () => {
  const finding = { location: 'status', rule: 'status', message: '418 is not declared' }
  const contract = { receiverAnswer: () => [finding], delivery: () => [] } as unknown as Contract
  const requestLog = createRequestLog()
  const feed = createFeed()
  const told: unknown[] = []
  feed.subscribe((entry) => told.push(entry))
  const store = { delivery: async () => aDelivery('del_1', { account: 'mine' as never }) }
  const judge = deliveryValidator({ contract: async () => contract, requestLog, feed, store })
  const body = { encoding: 'utf8', text: '' } as const
  const outcome = { kind: 'responded', status: 418, headers: [], body, truncated: false } as const
  const judged = {
    provider: { id: 'acme' },
    event: { type: 'note.created' },
    raw: false,
  } as unknown as AttemptToValidate
  await judge({ ...judged, attempt: anAttempt('att_1', { outcome }), body: Buffer.from('{}') })
  await judge({ ...judged, attempt: anAttempt('att_2', { outcome: null }), body: Buffer.from('{}') })
  const violation = {
    ...finding,
    by: 'receiver',
    provider: 'acme',
    operation: 'note.created',
    account: 'mine',
    request: null,
    attempt: 'att_1',
    sent: null,
  }
  expect(requestLog.violations()).toEqual([violation])
  expect(told).toEqual([{ type: 'violation', violation }])
})
