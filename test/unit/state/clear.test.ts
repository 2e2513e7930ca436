import { expect, it, onTestFinished } from 'vitest'
import type { DeliveryId, EventId, ProviderId } from '../../../src/core/random.ts'
import { createStore } from '../../../src/state/open.ts'
import { type Change, put } from '../../../src/state/store.ts'
import { leftByKill } from './left-by-kill.ts'
import { ACME, aDelivery, anAttempt, anEvent, settled } from './records.ts'
import { silent, temporaryState } from './temporary-state.ts'

const OTHER = 'other' as ProviderId

/** An event with its delivery and attempt for each number: every fourth of another provider, and every tenth pending. */
function rounds(from: number, to: number): readonly Change[] {
  return Array.from({ length: to - from }, (_, at) => from + at).flatMap((n) => {
    const provider = n % 4 === 0 ? OTHER : ACME
    const [event, delivery] = [`evt_${n}` as EventId, `del_${n}` as DeliveryId]
    const pending = aDelivery(delivery, { event, provider, nextAttemptAt: 3_000 + n })
    return [
      put('events', anEvent(event, { provider })),
      put('deliveries', n % 10 === 0 ? pending : settled(pending, 5_000 + n)),
      put('attempts', anAttempt(`att_${n}`, { event, delivery })),
    ]
  })
}

it('lets others have their turn while it forgets much, and shows it all at once', async () => {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  onTestFinished(() => store.close())
  const count = 6_000
  for (let n = 0; n < count; n += 1_000) await store.commit(rounds(n, n + 1_000))
  const latest = store.latestInstant()
  const first = await store.events({ provider: OTHER }, { limit: 2 })
  const claimed = await store.claimDue(9_999_999, 1)
  const seen = new Set<string>()
  let turns = 0
  let isOver = false
  const look = async () => {
    const { events, deliveries, attempts } = await store.summary()
    seen.add(`${events} ${deliveries} ${attempts}`)
    turns += 1
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  await store.clear({ provider: ACME })
  isOver = true
  const left = count / 4
  expect([...seen]).toEqual([`${count} ${count} ${count}`])
  expect(turns).toBeGreaterThan(3)
  expect(await store.summary()).toEqual({
    webhooks: 0,
    events: left,
    deliveries: left,
    attempts: left,
    pending: left / 5,
  })

  // What stays is as it was: its place in lists, what is due and claimed, and the time.
  const second = await store.events({ provider: OTHER }, { limit: 2, cursor: first.next ?? '' })
  expect(second.items.map(({ id }) => id)).toEqual([`evt_${count - 12}`, `evt_${count - 16}`])
  expect(store.latestInstant()).toBe(latest)
  const [held] = claimed
  const due = await store.claimDue(9_999_999, count)
  expect(due.map(({ id }) => id)).not.toContain(held?.id)
  expect(due).toHaveLength(left / 5 - 1)
  await store.commit(rounds(count, count + 4))
  const copy = await createStore({ file: await leftByKill(file), warn: silent })
  expect(await copy.exportState()).toEqual(await store.exportState())
  await copy.close()
})
