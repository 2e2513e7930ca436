// Receivers that cost next to nothing, one on each port. `/count/N` answers once N deliveries have arrived since the last
// `/reset`; `/status/N` sets what deliveries are answered. Below /hang none ever is, below /flaky every other one is answered
// 503, below /failing each.
import { createServer } from 'node:http'

let arrived = 0
let status = 200
const waiting = []

function tell() {
  const due = waiting.filter(({ count }) => arrived >= count)
  for (const one of due) {
    waiting.splice(waiting.indexOf(one), 1)
    one.response.end(JSON.stringify({ arrived }))
  }
}

const CONTROL = {
  arrived: (_argument, response) => response.end(JSON.stringify({ arrived })),
  ready: (_argument, response) => response.end('{}'),
  reset(_argument, response) {
    arrived = 0
    response.end('{}')
  },
  status(argument, response) {
    status = Number(argument)
    response.end('{}')
  },
  count(argument, response) {
    waiting.push({ count: Number(argument), response })
    tell()
  },
}

function statusOf(path) {
  if (path.startsWith('/failing')) return 503
  return path.startsWith('/flaky') && arrived % 2 === 0 ? 503 : status
}

function answer(request, response) {
  if (request.method === 'GET') {
    const [, what, argument] = request.url.split('/')
    return CONTROL[what](argument, response)
  }
  request.resume()
  if (request.url.startsWith('/hang')) return
  request.on('end', () => {
    arrived++
    response.writeHead(statusOf(request.url), { 'Content-Type': 'text/plain' })
    response.end('ok')
    if (waiting.length > 0) tell()
  })
}

for (const port of process.argv.slice(2)) {
  const server = createServer(answer)
  server.keepAliveTimeout = 60_000
  server.listen(Number(port), '127.0.0.1')
}
