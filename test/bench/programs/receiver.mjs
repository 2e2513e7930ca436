// A receiver that costs next to nothing. `/count/N` answers once N deliveries have arrived since the last `/reset`, with
// the monotonic time of the last one; `/status/N` sets what is answered; a path below /hang is never answered.
import { createServer } from 'node:http'

let arrived = 0
let status = 200
let lastAt = 0
const waiting = []

const now = () => Number(process.hrtime.bigint()) / 1e6
const tell = () => {
  for (let i = waiting.length - 1; i >= 0; i--)
    if (arrived >= waiting[i].count) waiting.splice(i, 1)[0].response.end(JSON.stringify({ arrived, lastAt }))
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

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const [, what, argument] = request.url.split('/')
    return CONTROL[what](argument, response)
  }
  request.resume()
  if (request.url.startsWith('/hang')) return
  request.on('end', () => {
    arrived++
    lastAt = now()
    response.writeHead(status, { 'Content-Type': 'text/plain' })
    response.end('ok')
    if (waiting.length > 0) tell()
  })
})
server.keepAliveTimeout = 60_000
server.listen(Number(process.argv[2]), '127.0.0.1')
