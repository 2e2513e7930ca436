import { createStore } from '../../../src/state/open.ts'
import { put } from '../../../src/state/store.ts'
import { anEvent, aWebhook } from './records.ts'

// Started as a process of its own: keeps numbered pairs of records, five at a time, and says each number once it is
// kept. With no number to start from it only opens the state and holds it.
const [file = '', from] = process.argv.slice(2)
const store = await createStore({
  file,
  compactBeyond: 20_000,
  warn: (text) => console.log(`warning ${text}`),
})
console.log('open')
setInterval(() => undefined, 60_000)
for (let n = Number(from); from !== undefined; n += 5)
  await Promise.all(
    [n, n + 1, n + 2, n + 3, n + 4].map(async (number) => {
      await store.commit([
        put('webhooks', aWebhook(`whk_${number}`)),
        put('events', anEvent(`evt_${number}`)),
      ])
      console.log(number)
    }),
  )
