import { describe, expect, it } from 'vitest'
import { deliveryView } from '../../../src/api/views.ts'
import type { Attempt, Delivery, Outcome } from '../../../src/core/model.ts'
import { timeline } from '../../../src/mock/timeline.ts'
import { aDelivery, anAttempt, anEvent, aWebhook } from '../state/records.ts'

const event = anEvent('evt_1', { type: 'note.created' })
const linesOf = (delivery: Delivery, attempts: readonly Attempt[]) =>
  timeline(deliveryView(delivery, event, aWebhook('whk_1'), attempts))
const responded = (status: number): Outcome => ({
  kind: 'responded',
  status,
  headers: [],
  body: { encoding: 'utf8', text: '' },
  truncated: false,
})

describe('the timeline of a delivery', () => {
  it('has a line for each attempt, with what came of it', () => {
    const delivery = aDelivery('del_1', {
      status: 'exhausted',
      reason: 'the schedule is used up',
      nextAttemptAt: null,
    })
    const failed: Outcome = { kind: 'connection-failed', error: 'refused', code: 'ECONNREFUSED' }
    const attempts = [
      anAttempt('att_1', { number: 1, sentAt: 1_000, outcome: responded(503), durationMs: 11.6 }),
      anAttempt('att_2', { number: 2, sentAt: 11_012, outcome: failed, durationMs: 1, faults: ['drop'] }),
      anAttempt('att_3', { number: 3, sentAt: 71_020, outcome: null, durationMs: null }),
    ]
    expect(linesOf(delivery, attempts)).toEqual([
      'note.created [evt_1] to http://127.0.0.1:3000/hooks: exhausted: the schedule is used up',
      '  attempt 1  +0s     [503]           12ms',
      '  attempt 2  +10s    [ECONNREFUSED]  1ms   faults: drop',
      '  attempt 3  +1m10s  [in flight]',
    ])
  })

  it('says why nothing was sent', () => {
    const outcome: Outcome = {
      kind: 'blocked',
      error: 'example.be is not loopback',
      hint: 'add --allow-host',
    }
    const delivery = aDelivery('del_1', {
      status: 'pending',
      reason: null,
      attempts: 1,
      nextAttemptAt: 70_000,
    })
    const attempts = [anAttempt('att_1', { number: 1, sentAt: 0, outcome, durationMs: null })]
    expect(linesOf(delivery, attempts)).toEqual([
      'note.created [evt_1] to http://127.0.0.1:3000/hooks: pending',
      '  attempt 1  +0s     [blocked: example.be is not loopback]',
      '  attempt 2  +1m10s  [to come]',
    ])
    expect(linesOf(delivery, [])[1]).toBe('  no attempt was made')
  })
})
