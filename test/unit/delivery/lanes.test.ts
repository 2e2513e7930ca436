import { describe, expect, it } from 'vitest'
import type { DeliveryId, WebhookId } from '../../../src/core/random.ts'
import { Lanes, type Turn } from '../../../src/delivery/lanes.ts'

const turn = (webhook: string, n: number): Turn => ({
  id: `${webhook}${n}` as DeliveryId,
  webhook: webhook as WebhookId,
})

/** Three deliveries to each of three webhooks, in the order of the webhooks. */
function filled(perWebhook: number, overall: number): Lanes {
  const lanes = new Lanes({ perWebhook, overall })
  for (const webhook of ['a', 'b', 'c']) for (const n of [1, 2, 3]) lanes.add(turn(webhook, n))
  return lanes
}

const begun = (lanes: Lanes) => {
  const ids: string[] = []
  for (let next = lanes.next(); next !== undefined; next = lanes.next()) ids.push(next.id)
  return ids
}

describe('lanes', () => {
  it('have their turns one after the other, so that none waits for all of another', () => {
    const lanes = filled(8, 1)
    const order: string[] = []
    for (let next = lanes.next(); next !== undefined; next = lanes.next()) {
      order.push(next.id)
      lanes.end(next)
    }
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'b3', 'c3'])
  })

  it('keep to the limit of each and to that of all', () => {
    expect(begun(filled(2, 64))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2'])
    expect(begun(filled(2, 4))).toEqual(['a1', 'b1', 'c1', 'a2'])
    const lanes = filled(2, 64)
    const [first] = begun(lanes)
    lanes.end(turn('a', 1))
    expect([first, ...begun(lanes)]).toEqual(['a1', 'a3'])
    expect(lanes.running).toBe(6)
  })

  it('narrow the limit of single webhooks', () => {
    const lanes = filled(3, 64)
    const only = (webhook: WebhookId) => (webhook === 'b' ? 1 : Number.POSITIVE_INFINITY)
    const ids: string[] = []
    for (let next = lanes.next(only); next !== undefined; next = lanes.next(only)) ids.push(next.id)
    expect(ids).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'c3'])
  })

  it('begin what is asked for by name whatever the limits say, and nothing twice', () => {
    const lanes = filled(1, 1)
    expect([lanes.begin(turn('a', 2)), lanes.begin(turn('b', 1)), lanes.begin(turn('b', 1))]).toEqual([
      true,
      true,
      false,
    ])
    lanes.add(turn('b', 1))
    expect(begun(lanes)).toEqual([])
    lanes.end(turn('a', 2))
    lanes.end(turn('b', 1))
    expect(begun(lanes)).toEqual(['a1'])
  })
})
