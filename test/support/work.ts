/** What a piece of work came to. */
export interface Work {
  /** Processor time, in milliseconds. */
  readonly cpu: number
  /** The longest time in which nothing else could run, in milliseconds of processor time. */
  readonly hold: number
}

const TICK_MS = 2

/**
 * Measures a piece of work. Both measures are processor time: on a machine that has other things to do, the time of the
 * wall says little.
 */
export async function measured(work: () => Promise<unknown>): Promise<Work> {
  const before = cpuMs()
  let last = before
  let hold = 0
  const tick = () => {
    const now = cpuMs()
    hold = Math.max(hold, now - last)
    last = now
  }
  const ticking = setInterval(tick, TICK_MS)
  try {
    await work()
  } finally {
    tick()
    clearInterval(ticking)
  }
  return { cpu: cpuMs() - before, hold }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
