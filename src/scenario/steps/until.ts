import type { Clock } from '../../core/clock.ts'

/** Looks again and again, at every nudge and at least every so often, until it is satisfied or the time is over. */
export async function until<T>(
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  {
    withinMs,
    everyMs,
    clock,
    signal,
  }: {
    readonly withinMs: number
    readonly everyMs: number
    readonly clock: Clock
    readonly signal: AbortSignal
  },
): Promise<T> {
  const end = clock.elapsed() + withinMs
  for (;;) {
    const seen = await look()
    const left = end - clock.elapsed()
    if (isEnough(seen) || left <= 0 || signal.aborted) return seen
    await pause(Math.min(everyMs, left), signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
