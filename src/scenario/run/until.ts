import type { Clock } from '../../core/clock.ts'

export interface Patience {
  readonly withinMs: number
  /** At least so often. */
  readonly everyMs: number
  /** Calls its argument whenever it is worth looking; returns how to stop. */
  readonly watch?: (nudge: () => void) => () => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** However often something happens: a look costs more than nothing. */
const SHORTEST_PAUSE_MS = 5

/** Looks again and again, at every nudge and at least every so often, until it is satisfied or the time is over. */
export async function until<T>(
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  { withinMs, everyMs, watch = () => () => {}, clock, signal }: Patience,
): Promise<T> {
  const end = clock.elapsed() + withinMs
  let nudged = () => {}
  let isNudged = false
  const leave = watch(() => {
    isNudged = true
    nudged()
  })
  try {
    for (;;) {
      isNudged = false
      const started = clock.elapsed()
      const seen = await look()
      const now = clock.elapsed()
      if (isEnough(seen) || now >= end || signal.aborted) return seen
      await pause(Math.min(Math.max(SHORTEST_PAUSE_MS, now - started), end - now), signal)
      const left = Math.min(everyMs, end - clock.elapsed())
      if (!isNudged && left > 0)
        await pause(left, signal, (wake) => {
          nudged = wake
        })
    }
  } finally {
    leave()
  }
}

function pause(ms: number, signal: AbortSignal, offer: (wake: () => void) => void = () => {}): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    offer(end)
  })
}
