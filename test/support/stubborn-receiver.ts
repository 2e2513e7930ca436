import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What a receiver does with a request, however long it takes. */
export const STUBBORN = {
  hanging: () => undefined,
  dribbling: (response: ServerResponse) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(timer))
  },
  endless: (response: ServerResponse) => {
    response.writeHead(200)
    const chunk = Buffer.alloc(16 * 1024, 'x')
    const more = () => {
      while (response.write(chunk));
    }
    response.on('drain', more)
    more()
  },
  prompt: (response: ServerResponse) => {
    response.writeHead(200).end()
  },
} as const
export type Manner = keyof typeof STUBBORN

export interface StubbornReceiver {
  readonly url: string
  /** When each request arrived, by `performance.now()`. */
  readonly arrivals: readonly number[]
  /** Connections so far, and those that are open. */
  sockets(): { readonly opened: number; readonly open: number }
  close(): Promise<void>
}

export async function startStubborn(manner: Manner): Promise<StubbornReceiver> {
  const arrivals: number[] = []
  const open = new Set<Socket>()
  let opened = 0
  const server: Server = createServer((request, response) => {
    arrivals.push(performance.now())
    request.resume()
    request.on('end', () => STUBBORN[manner](response))
    response.on('error', () => undefined)
  })
  server.on('connection', (socket) => {
    opened++
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  // A receiver that is no hurry to let go: only the sender ends a connection.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    arrivals,
    sockets: () => ({ opened, open: open.size }),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
