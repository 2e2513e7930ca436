import { expect, it } from 'vitest'
import { createStore } from '../../../src/state/open.ts'
import { startChild } from './child-process.ts'
import { temporaryState } from './temporary-state.ts'

it('keeps everything that was acknowledged, and each commit wholly or not at all, through kill -9', async () => {
  const { file } = await temporaryState()
  let acknowledged = 0
  let next = 1
  for (let round = 0; round < 10; round++) {
    const child = startChild(file, String(next))
    expect((await child.lines.next()).value).toBe('open')
    const last = Math.floor(Math.random() * 300)
    const seen = new Set<number>()
    for (;;) {
      const { value, done } = await child.lines.next()
      if (seen.size === last) child.process.kill('SIGKILL')
      if (done === true) break
      seen.add(Number(value))
    }
    await child.kill()

    const warnings: string[] = []
    const store = await createStore({ file, warn: (text) => void warnings.push(text) })
    const webhooks = (await store.webhooks()).map(({ id }) => Number(id.slice(4)))
    const events = new Set(
      (await store.events({}, { limit: 1e6 })).items.map(({ id }) => Number(id.slice(4))),
    )
    await store.close()
    expect(webhooks.length).toBe(events.size)
    expect(webhooks.filter((number) => !events.has(number))).toEqual([])
    expect([...seen].filter((number) => !events.has(number))).toEqual([])
    expect(webhooks).toEqual(webhooks.toSorted((a, b) => a - b))
    expect(events.size).toBeGreaterThanOrEqual(acknowledged + seen.size)
    expect(warnings.filter((text) => !/^Dropped line \d+ of .*journal-\d+: it is torn/.test(text))).toEqual(
      [],
    )
    acknowledged += seen.size
    next = Math.max(next, ...webhooks.map((number) => number + 1))
  }
  expect(acknowledged).toBeGreaterThan(50)
}, 60_000)
