import type { ServerResponse } from 'node:http'
import type { Answer } from '../answer.ts'
import type { Cut } from './api-plan.ts'

/** A head of HTTP, then a chunk whose length is no number: what parsers choke on. */
const MALFORMED =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-length\r\n{"broken":\r\n'

const CUTS: Readonly<Record<Cut, (response: ServerResponse) => void>> = {
  // The connection stays until the client leaves, or the mock stops.
  timeout: () => {},
  reset: ({ socket }) => void socket?.resetAndDestroy(),
  empty: ({ socket }) => void socket?.destroy(),
  malformed: ({ socket }) => void socket?.end(MALFORMED),
}

export function cutOff(response: ServerResponse, cut: Cut): void {
  CUTS[cut](response)
}

const SLICES = 20
/** A timer of more is taken for one of a millisecond. */
const LONGEST_MS = 2 ** 31 - 1

/** Sends the head at once, and the body slice by slice, the last one when the time is over. */
export function dribble(response: ServerResponse, { status, headers, body }: Answer, overMs: number): void {
  if (response.destroyed) return
  const bytes = Buffer.from(body ?? '')
  response.writeHead(status, { ...headers, 'Content-Length': bytes.length })
  response.flushHeaders()
  const slices = Math.max(1, Math.min(SLICES, bytes.length))
  let sent = 0
  const timer = setInterval(
    () => {
      sent++
      const [from, to] = [sent - 1, sent].map((n) => Math.floor((bytes.length * n) / slices))
      response.write(bytes.subarray(from, to))
      if (sent < slices) return
      clearInterval(timer)
      response.end()
    },
    Math.min(overMs / slices, LONGEST_MS),
  )
  response.once('close', () => clearInterval(timer))
}

/** Waits, unless the client leaves before or has left. */
export function pause(ms: number, response: ServerResponse): Promise<void> {
  if (response.closed) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      response.off('close', end)
      resolve()
    }
    const timer = setTimeout(end, Math.min(ms, LONGEST_MS))
    response.once('close', end)
  })
}
