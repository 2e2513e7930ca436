// Asks a mock for its health again and again, and prints each answer's time in ms, a line for each minute. In a process of its
// own, so that nobody else's work delays it.
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const { origin, everyMs } = JSON.parse(process.argv[2])
const agent = new Agent({ keepAlive: true })
const times = []
process.on('message', () => process.send(times.splice(0)))

function ask() {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    get(`${origin}/_mock/health`, { agent }, (response) => {
      response.resume().once('end', () => {
        times.push(performance.now() - started)
        if (response.statusCode === 200) resolve()
        else reject(new Error(`health answers ${response.statusCode}`))
      })
    }).once('error', reject)
  })
}

for (;;) {
  await ask()
  await sleep(everyMs)
}
