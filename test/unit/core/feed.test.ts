import { once } from 'node:events'
import { expect, it } from 'vitest'
import { createFeed, type FeedEntry } from '../../../src/core/feed.ts'

const NOTICE: FeedEntry = { type: 'notice', text: 'a' }

it('calls every listener, until it stops', () => {
  const feed = createFeed()
  const entries: FeedEntry[] = []
  const stop = feed.subscribe((entry) => entries.push(entry))
  feed.publish(NOTICE)
  stop()
  feed.publish(NOTICE)
  expect(entries).toEqual([NOTICE])
})

const failing: readonly (() => unknown)[] = [
  () => {
    throw new Error('no room.')
  },
  async () => {
    throw new Error('no room.')
  },
]

it.each(failing)(
  'makes the first error of a listener a notice, whatever way it fails: %s',
  async (listener) => {
    const warned = once(process, 'warning')
    const feed = createFeed()
    const entries: FeedEntry[] = []
    feed.subscribe(listener)
    feed.subscribe((entry) => entries.push(entry))
    feed.publish(NOTICE)
    feed.publish(NOTICE)
    const text =
      'Failed to call a listener of the feed, with an entry of the type "notice": no room. ' +
      'It goes on being called; more errors of it are not reported.'
    expect(String(await warned)).toContain(text)
    expect(entries).toHaveLength(3)
    expect(entries).toContainEqual({ type: 'notice', text })
  },
)

it('ends where two listeners fail with the notices about each other', async () => {
  const feed = createFeed()
  let calls = 0
  for (let i = 0; i < 2; i++)
    feed.subscribe(() => {
      calls++
      throw new Error('no room.')
    })
  feed.publish(NOTICE)
  feed.publish(NOTICE)
  expect(calls).toBe(8)
})
