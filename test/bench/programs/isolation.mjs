// Ten webhooks at ten receivers, all of one account, events at a steady pace: the milliseconds from each trigger until the
// attempts of the first nine were kept and told. The tenth receiver answers or hangs.
import { setTimeout as sleep } from 'node:timers/promises'

const { dist, db, provider, type, urls, events, everyMs } = JSON.parse(process.argv[2])
const { startMock } = await import(`${dist}/mock/start-mock.js`)
const { createFeed } = await import(`${dist}/core/feed.js`)
const feed = createFeed()
const mock = await startMock({ db, providers: [provider], feed })
const hooks = []
for (const url of urls) hooks.push(await mock.register(provider, { url }))
const measured = new Set(hooks.slice(0, -1).map(({ id }) => id))
const begun = new Map()
const times = []
let expected = 0
feed.subscribe((entry) => {
  if (entry.type !== 'attempt' || !measured.has(entry.webhook.id)) return
  const started = begun.get(entry.event.providerId)
  if (started !== undefined) times.push(performance.now() - started)
  expected--
})
const trigger = (n, counted) => {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  if (counted) begun.set(id, performance.now())
  expected += measured.size
  return mock.trigger(provider, type, undefined, { id })
}
const pace = async (from, count, counted) => {
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    void trigger(from + i, counted)
    await sleep(Math.max(0, start + (i + 1) * everyMs - performance.now()))
  }
}
// What the first events pay for loading and compiling is not what a neighbour costs.
await pace(0, Math.ceil(events / 3), false)
await pace(events, events, true)
while (expected > 0) await sleep(10)
await mock.close(0)
process.stdout.write(JSON.stringify(times))
