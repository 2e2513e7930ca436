import { setTimeout as sleep } from 'node:timers/promises'

const LONGEST_TIMER = 2 ** 31 - 1

/** Whether `work` ends within so many real milliseconds, in every clock mode. */
export async function within(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController()
  const late = sleep(Math.min(timeoutMs, LONGEST_TIMER), false, { signal: stop.signal }).catch(() => false)
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    stop.abort()
  }
}
