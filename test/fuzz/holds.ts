import { readFileSync } from 'node:fs'

const TICK_MS = 10
/** Nanoseconds for which the main thread has been on a processor (Linux, Documentation/scheduler/sched-stats). */
const SCHEDULE = `/proc/self/task/${process.pid}/schedstat`

/** For how long the work of this thread holds the event loop. */
export interface HoldMeter extends Disposable {
  /** Milliseconds at worst since this was last called. */
  worst(): number
}

/** What others do on the machine delays a timer, too, but uses no processor time of this thread. */
export function startHoldMeter(): HoldMeter {
  let worst = 0
  let last = performance.now()
  let used = processorMs()
  const look = () => {
    const now = performance.now()
    const usedNow = processorMs()
    worst = Math.max(worst, Math.min(now - last - TICK_MS, usedNow - used))
    last = now
    used = usedNow
  }
  const timer = setInterval(look, TICK_MS)
  return {
    worst() {
      look()
      const found = worst
      worst = 0
      return found
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

function processorMs(): number {
  try {
    return Number(readFileSync(SCHEDULE, 'latin1').split(' ')[0]) / 1e6
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
}
