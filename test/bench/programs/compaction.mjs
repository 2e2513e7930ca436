// How long the event loop stands still while the state is compacted, beside the same commits without a compaction and
// beside one JSON.stringify of the whole state.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'

const { dist, db, quietMs } = JSON.parse(process.argv[2])
const { createStore } = await import(`${dist}/state/open.js`)
const { nodeFileSystem } = await import(`${dist}/state/files.js`)
/** Bytes of one commit while the journal is brought to the size at which it is compacted. */
const FILLER = 'x'.repeat(64 * 1024)

let compacting = false
let compacted = false
const loop = monitorEventLoopDelay({ resolution: 1 })
const fileSystem = {
  ...nodeFileSystem,
  async open(path, mode) {
    // The next journal: from here on it compacts.
    if (mode === 'update' && armed) {
      compacting = true
      loop.reset()
    }
    return nodeFileSystem.open(path, mode)
  },
  async rename(from, to) {
    await nodeFileSystem.rename(from, to)
    compacted = compacting
  },
}
let armed = false
const store = await createStore({ file: db, fileSystem, warn: () => undefined })
armed = true
const [event] = (await store.events({}, { limit: 1 })).items
const [attempt] = (await store.attempts({}, { limit: 1 })).items
const commit = (filler) =>
  store.commit([
    { table: 'attempts', put: attempt },
    { table: 'events', put: { ...event, body: { encoding: 'utf8', text: filler } } },
  ])
const worst = () => loop.max / 1e6

loop.enable()
for (let i = 0; i < 200; i++) await commit('')
loop.reset()
const quietUntil = performance.now() + quietMs
while (performance.now() < quietUntil) {
  await commit('')
  await nextTurn()
}
const quiet = worst()
while (!compacting) await commit(FILLER)
const started = performance.now()
let commits = 0
while (!compacted) {
  await commit('')
  await nextTurn()
  commits++
}
await nextTurn()
const pause = worst()
const took = performance.now() - started
loop.disable()
const state = await store.exportState()
const before = performance.now()
JSON.stringify(state)
const stringify = performance.now() - before
const { attempts } = await store.summary()
await store.close()
process.stdout.write(JSON.stringify({ pause, quiet, stringify, took, commits, attempts }))
