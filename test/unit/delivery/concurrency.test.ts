import { describe, expect, it } from 'vitest'
import type { DeliveryId, WebhookId } from '../../../src/core/random.ts'
import { ConcurrencyLimiter, type Job } from '../../../src/delivery/concurrency.ts'

const job = (webhook: string, n: number): Job => ({
  id: `${webhook}${n}` as DeliveryId,
  webhook: webhook as WebhookId,
})

/** Three deliveries to each of three webhooks, in the order of the webhooks. */
function filled(perWebhook: number, overall: number): ConcurrencyLimiter {
  const limiter = new ConcurrencyLimiter({ perWebhook, overall })
  for (const webhook of ['a', 'b', 'c']) for (const n of [1, 2, 3]) limiter.add(job(webhook, n))
  return limiter
}

const begun = (limiter: ConcurrencyLimiter) => {
  const ids: string[] = []
  for (let next = limiter.next(); next !== undefined; next = limiter.next()) ids.push(next.id)
  return ids
}

describe('limiter', () => {
  it('have their turns one after the other, so that none waits for all of another', () => {
    const limiter = filled(8, 1)
    const order: string[] = []
    for (let next = limiter.next(); next !== undefined; next = limiter.next()) {
      order.push(next.id)
      limiter.end(next)
    }
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'b3', 'c3'])
  })

  it('keep to the limit of each and to that of all', () => {
    expect(begun(filled(2, 64))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2'])
    expect(begun(filled(2, 4))).toEqual(['a1', 'b1', 'c1', 'a2'])
    const limiter = filled(2, 64)
    const [first] = begun(limiter)
    limiter.end(job('a', 1))
    expect([first, ...begun(limiter)]).toEqual(['a1', 'a3'])
    expect(limiter.running).toBe(6)
  })

  it('narrow the limit of single webhooks', () => {
    const limiter = filled(3, 64)
    const only = (webhook: WebhookId) => (webhook === 'b' ? 1 : Number.POSITIVE_INFINITY)
    const ids: string[] = []
    for (let next = limiter.next(only); next !== undefined; next = limiter.next(only)) ids.push(next.id)
    expect(ids).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'c3'])
  })

  it('begin what is asked for by name whatever the limits say, and nothing twice', () => {
    const limiter = filled(1, 1)
    expect([limiter.start(job('a', 2)), limiter.start(job('b', 1)), limiter.start(job('b', 1))]).toEqual([
      true,
      true,
      false,
    ])
    limiter.add(job('b', 1))
    expect(begun(limiter)).toEqual([])
    limiter.end(job('a', 2))
    limiter.end(job('b', 1))
    expect(begun(limiter)).toEqual(['a1'])
  })
})
