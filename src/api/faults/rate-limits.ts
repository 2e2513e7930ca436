import type { Clock } from '../../core/clock.ts'

/** Requests in windows that begin with the first one. */
export interface RateLimits {
  /** Counts a request; answers in how many seconds another one makes sense where this one is too many, else null. */
  overBy(key: string, limit: { readonly limit: number; readonly perMs: number }): number | null
}

export function createRateLimits(clock: Pick<Clock, 'now'>): RateLimits {
  const windows = new Map<string, { readonly start: number; count: number }>()
  return {
    overBy(key, { limit, perMs }) {
      const now = clock.now()
      const known = windows.get(key)
      const window = known !== undefined && now - known.start < perMs ? known : { start: now, count: 0 }
      windows.set(key, window)
      window.count++
      return window.count <= limit ? null : Math.max(1, Math.ceil((window.start + perMs - now) / 1_000))
    },
  }
}
