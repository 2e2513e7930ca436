import { expect, it } from 'vitest'
import { createFeed, type FeedEntry } from '../../../src/core/feed.ts'
import { nextUnhandled } from '../next-unhandled.ts'

const NOTICE: FeedEntry = { type: 'notice', text: 'a' }

it('tells every listener, until it stops', () => {
  const feed = createFeed()
  const told: FeedEntry[] = []
  const stop = feed.subscribe((entry) => told.push(entry))
  feed.publish(NOTICE)
  stop()
  feed.publish(NOTICE)
  expect(told).toEqual([NOTICE])
})

it('lets a listener that throws harm neither the others nor whoever publishes', async () => {
  const thrown = nextUnhandled('uncaughtException')
  const feed = createFeed()
  const told: FeedEntry[] = []
  feed.subscribe(() => {
    throw new Error('told')
  })
  feed.subscribe((entry) => told.push(entry))
  feed.publish(NOTICE)
  expect(told).toEqual([NOTICE])
  expect(await thrown).toEqual(new Error('told'))
})
