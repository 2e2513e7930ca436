import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it arrived, kept from its headers on: what a dying sender leaves behind counts, too. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders
  body: string
  /** Null until it was answered. */
  status: number | null
}

export interface StormReceiver extends AsyncDisposable {
  readonly url: string
  readonly arrivals: readonly Arrival[]
}

/** Answers after `pauseMs()` with `status()`; keeps what arrived. */
export async function startStormReceiver(answer: {
  readonly pauseMs: () => number
  readonly status: () => number
}): Promise<StormReceiver> {
  const arrivals: Arrival[] = []
  const server = createServer((request, response) => {
    const arrival: Arrival = { headers: request.headers, body: '', status: null }
    arrivals.push(arrival)
    request.setEncoding('utf8').on('data', (text: string) => {
      arrival.body += text
    })
    request.on('end', () => {
      setTimeout(() => {
        arrival.status = answer.status()
        response.writeHead(arrival.status).end()
      }, answer.pauseMs())
    })
    request.on('error', () => undefined)
    response.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    arrivals,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
