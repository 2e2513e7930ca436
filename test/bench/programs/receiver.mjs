// Receivers that cost next to nothing, one on each port. `/count/N` answers once N deliveries have arrived since the last
// `/reset`; `/status/N` sets what deliveries are answered; one to a path below /hang never is.
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

function answer(request, response) {
  if (request.method === 'GET') {
    const [, what, argument] = request.url.split('/')
    return CONTROL[what](argument, response)
  }
  request.resume()
  if (request.url.startsWith('/hang')) return
  request.on('end', () => {
    arrived++
    response.writeHead(status, { 'Content-Type': 'text/plain' })
    response.end('ok')
    if (waiting.length > 0) tell()
  })
}

for (const port of process.argv.slice(2)) {
  const server = createServer(answer)
  server.keepAliveTimeout = 60_000
  server.listen(Number(port), '127.0.0.1')
}
