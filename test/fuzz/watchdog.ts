import { Worker } from 'node:worker_threads'

/** Work that has not ended by then never will. */
const PATIENCE_S = 60
const MOST = 2_000

/** In a thread of its own, since an endless loop leaves this one none: names the inputs, and ends the process. */
const PROGRAM = `
const { workerData: { counter, text }, parentPort } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const ticks = new Int32Array(counter)
let last = -1
let seconds = 0
setInterval(() => {
  const now = Atomics.load(ticks, 0)
  seconds = now === last ? seconds + 1 : 0
  last = now
  if (seconds < ${PATIENCE_S}) return
  const bytes = Buffer.from(text)
  writeSync(2, 'no end after ${PATIENCE_S} s: ' + bytes.toString('utf8').split('\\u0000')[0] + '\\n')
  process.kill(process.pid, 'SIGKILL')
}, 1000)
`

export interface Watchdog extends AsyncDisposable {
  /** What is being done from now on. */
  notice(what: string): void
}

export function startWatchdog(): Watchdog {
  const counter = new SharedArrayBuffer(4)
  const text = new SharedArrayBuffer(MOST)
  const ticks = new Int32Array(counter)
  const bytes = Buffer.from(text)
  const worker = new Worker(PROGRAM, { eval: true, workerData: { counter, text } })
  worker.unref()
  return {
    notice(what) {
      bytes.fill(0)
      bytes.write(what, 0, MOST - 1)
      Atomics.add(ticks, 0, 1)
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
