import { type ClockMode, createClock } from '../../core/clock.ts'
import type { FeedEntry } from '../../core/feed.ts'
import { feedJson } from '../../report/feed-json.ts'
import { feedLines } from '../../report/feed-lines.ts'
import { type StartFacts, startJson, startScreen } from '../../report/start-screen.ts'
import type { Io } from '../io.ts'

export interface Reporter {
  /** Told of everything; keeps it until the mock is ready, so that the screen or `ready` comes first. */
  readonly entry: (entry: FeedEntry) => void
  ready(facts: StartFacts): void
  stopping(): void
}

export function createReporter(format: 'text' | 'json', clock: ClockMode, io: Io): Reporter {
  const wall = createClock()
  const screen = { style: io.style, clock, now: () => wall.wall() }
  const early: FeedEntry[] = []
  let ready = false
  const print = (entry: FeedEntry) => io.out(...(format === 'json' ? [feedJson(entry)] : feedLines(entry, screen)))
  return {
    entry(entry) {
      if (ready) print(entry)
      else early.push(entry)
    },
    ready(facts) {
      ready = true
      io.out(...(format === 'json' ? [startJson(facts)] : startScreen(facts, io.style)))
      // What the start had to say stands in `notices` already.
      early.splice(0).filter(({ type }) => type !== 'notice').forEach(print)
    },
    stopping() {
      io.err('Stopping: what is in flight may finish. Once more to stop at once.')
    },
  }
}
