// Loaded before the command: tells its parent how much memory it uses, with and without what is garbage, and for how long its
// own work has held the event loop since it was last asked.
import { readFileSync } from 'node:fs'
import { PerformanceObserver } from 'node:perf_hooks'

const TICK_MS = 5
let held = 0
let collecting = 0
let last = performance.now()
let used = processorMs()
const look = () => {
  const now = performance.now()
  const usedNow = processorMs()
  // What others do on the machine delays a timer, too, but uses no processor time of this thread.
  held = Math.max(held, Math.min(now - last - TICK_MS, usedNow - used))
  last = now
  used = usedNow
}
/** For which the main thread has been on a processor (Linux, Documentation/scheduler/sched-stats). */
function processorMs() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6
}

setInterval(look, TICK_MS).unref()
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collecting = Math.max(collecting, duration)
}).observe({ entryTypes: ['gc'] })

process.on('message', () => {
  look()
  const resident = process.memoryUsage.rss()
  const holds = { held, collecting }
  // Twice: what finalizers let go of is collected by the second one.
  globalThis.gc()
  globalThis.gc()
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
  setImmediate(() => {
    look()
    held = 0
    collecting = 0
  })
  process.send({ resident, afterwards: rss, heapUsed, heapTotal, external, ...holds })
})
process.channel.unref()
