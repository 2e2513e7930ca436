import { type ClockMode, createClock, type Instant } from '../../core/clock.ts'
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

export function createReporter(
  format: 'text' | 'json',
  clock: ClockMode,
  io: Pick<Io, 'out' | 'err' | 'style'>,
): Reporter {
  const wall = createClock()
  const early: FeedEntry[] = []
  let latest: Instant | undefined
  let ready = false
  // The wall is no use beside the times of a clock that stands still or runs fast.
  const now = () => (clock.kind === 'real' ? wall.wall() : (latest ?? wall.wall()))
  const screen = { style: io.style, clock, now }
  const print = (entry: FeedEntry) => {
    latest = timeOf(entry) ?? latest
    io.out(...(format === 'json' ? [feedJson(entry)] : feedLines(entry, screen)))
  }
  return {
    entry(entry) {
      if (ready) print(entry)
      else early.push(entry)
    },
    ready(facts) {
      ready = true
      io.out(...(format === 'json' ? [startJson(facts)] : startScreen(facts, io.style)))
      // What the start had to say stands in `notices` already.
      for (const entry of early.splice(0)) if (entry.type !== 'notice') print(entry)
    },
    stopping() {
      io.err('Stopping: what is in flight may finish. Once more to stop at once.')
    },
  }
}

/** When it happened, on the mock's clock; undefined where the entry does not say. */
function timeOf(entry: FeedEntry): Instant | undefined {
  if (entry.type === 'request') return entry.request.at
  if (entry.type === 'event') return entry.event.occurredAt
  if (entry.type === 'attempt') return entry.attempt.sentAt
  return entry.type === 'settled' ? (entry.delivery.settledAt ?? undefined) : undefined
}
