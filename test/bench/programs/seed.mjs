// Fills a state file with so many finished attempts, each of an event of its own, to the one webhook that it registers.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

const { dist, db, provider, type, receiver, attempts } = JSON.parse(process.argv[2])
const { startMock } = await import(`${dist}/mock/start-mock.js`)
const { createStore } = await import(`${dist}/state/open.js`)
const SLICE = 1_000

const mock = await startMock({ db, providers: [provider] })
await mock.register(provider, { url: `${receiver}/in` })
const { event: shown } = await mock.trigger(provider, type)
while ((await mock.deliveries({ status: 'pending' })).length > 0) await sleep(10)
await mock.close()

const store = await createStore({ file: db, warn: () => undefined })
const event = await store.event(shown.id)
const [delivery] = (await store.deliveries({ event: event.id }, { limit: 1 })).items
const [attempt] = (await store.attempts({ delivery: delivery.id }, { limit: 1 })).items
// As random as the mock's own, so that nothing compares faster than it would.
const id = (prefix, n) => `${prefix}_${createHash('sha1').update(`${n}`).digest('hex').slice(0, 20)}`
for (let done = 1; done < attempts; done += SLICE) {
  const changes = []
  for (let n = done; n < Math.min(attempts, done + SLICE); n++) {
    const [ofEvent, ofDelivery] = [id('evt', n), id('del', n)]
    changes.push(
      { table: 'events', put: { ...event, id: ofEvent, providerId: ofEvent } },
      { table: 'deliveries', put: { ...delivery, id: ofDelivery, event: ofEvent } },
      { table: 'attempts', put: { ...attempt, id: id('att', n), delivery: ofDelivery, event: ofEvent } },
    )
  }
  await store.commit(changes)
}
const { attempts: stored } = await store.summary()
await store.close()
const { body } = event
const headers = Object.fromEntries(attempt.request.headers)
process.stdout.write(JSON.stringify({ stored, body: body.text, headers }))
