import { describe, expect, it } from 'vitest'
import { createRandom, type DeliveryId, type WebhookId } from '../../../src/core/random.ts'
import { DueQueue, Heap } from '../../../src/state/due-queue.ts'
import { aDelivery } from './records.ts'

describe('Heap', () => {
  it('keeps the order through placing, moving and removing anywhere', () => {
    const rng = createRandom('heap')
    const heap = new Heap<{ rank: number }>((a, b) => a.rank < b.rank)
    const items = Array.from({ length: 500 }, () => ({ rank: Math.floor(rng.fraction() * 100) }))
    for (const item of items) heap.place(item)
    for (const item of items.slice(0, 200)) {
      item.rank = Math.floor(rng.fraction() * 100)
      heap.place(item)
    }
    for (const item of items.slice(100, 250)) heap.remove(item)
    heap.remove({ rank: 0 })
    const left = [...items.slice(0, 100), ...items.slice(250)].map(({ rank }) => rank)
    const out: number[] = []
    for (let item = heap.peek(); item !== undefined; item = heap.peek()) {
      out.push(item.rank)
      heap.remove(item)
    }
    expect(out).toEqual(left.sort((a, b) => a - b))
    expect(heap.size).toBe(0)
  })
})

describe('DueQueue', () => {
  it('hands out what a plain search would, whatever comes in between', () => {
    const rng = createRandom('due')
    const random = (below: number) => Math.floor(rng.fraction() * below)
    const queue = new DueQueue()
    const model = new Map<
      DeliveryId,
      { at: number | null; webhook: WebhookId; seq: number; claimed: boolean }
    >()
    for (let step = 0; step < 4_000; step++) {
      const seq = random(60)
      const id = `del_${seq}` as DeliveryId
      const webhook = `whk_${seq % 5}` as WebhookId
      const old = model.get(id)
      const action = random(6)
      if (action < 3) {
        const at = random(8) === 0 ? null : random(100)
        queue.follow(aDelivery(id, { webhook, nextAttemptAt: at }), seq)
        model.set(id, { at, webhook, seq, claimed: old?.claimed ?? false })
      } else if (action === 3) {
        queue.forget(id)
        if (old !== undefined) model.set(id, { ...old, at: null })
      } else if (action === 4) {
        queue.release(id)
        if (old !== undefined) model.set(id, { ...old, claimed: false })
      } else {
        const now = random(100)
        const refused = `whk_${random(5)}`
        const claimed = queue.claim(now, 3, (hook) => hook === refused)
        const expected = [...model]
          .filter(([, due]) => due.at !== null && due.at <= now && !due.claimed && due.webhook !== refused)
          .sort(([, a], [, b]) => (a.at ?? 0) - (b.at ?? 0) || a.seq - b.seq)
          .slice(0, 3)
        expect(claimed).toEqual(expected.map(([key]) => key))
        for (const [, due] of expected) due.claimed = true
      }
      const open = [...model.values()].filter((due) => due.at !== null && !due.claimed)
      expect(queue.nextDueAt()).toBe(open.length === 0 ? null : Math.min(...open.map(({ at }) => at ?? 0)))
    }
  })

  it('asks once about a webhook that must wait, however much stands behind it', () => {
    const queue = new DueQueue()
    for (let seq = 0; seq < 1_000; seq++) queue.follow(aDelivery(`del_${seq}`), seq)
    let asked = 0
    const refuse = () => {
      asked += 1
      return true
    }
    expect(queue.claim(9_999, 50, refuse)).toEqual([])
    expect(asked).toBe(1)
    expect(queue.claim(9_999, 1, () => false)).toEqual(['del_0'])
  })
})
