// A bare undici loop: the same body, so often, over so many connections. Prints the milliseconds that passed, and those
// of processor time.
import { Pool } from 'undici'

const { origin, body, headers, count, connections, warmUp } = JSON.parse(process.argv[2])
const pool = new Pool(origin, { connections })

async function post(times) {
  let left = times
  const work = async () => {
    while (left-- > 0) {
      const answer = await pool.request({ method: 'POST', path: '/in', headers, body })
      await answer.body.text()
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, work))
  return performance.now() - started
}

await post(warmUp)
const before = process.cpuUsage()
const taken = await post(count)
const { user, system } = process.cpuUsage(before)
await pool.close()
process.stdout.write(JSON.stringify({ taken, processor: (user + system) / 1000 }))
