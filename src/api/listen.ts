import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MockError } from '../core/errors.ts'
import { inUrl, listenError } from '../core/listen-error.ts'

export interface Listening {
  readonly port: number
  /** `http://127.0.0.1:4010` */
  readonly origin: string
  /** Takes no more requests, lets running ones finish, at most `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Both loopback addresses, so that `localhost` finds us whichever way it resolves. */
const LOOPBACK = ['127.0.0.1', '::1'] as const

/** Listens on a host, or on both loopback addresses; port 0 takes any free one. */
export async function listen(
  listener: RequestListener,
  port: number,
  host: string | undefined,
): Promise<Listening> {
  const [first, second] = host === undefined ? LOOPBACK : [host]
  const main = await listenOn(listener, port, first)
  const servers = [main]
  const bound = portOf(main)
  if (second !== undefined) {
    try {
      servers.push(await listenOn(listener, bound, second))
    } catch (error) {
      const isElsewhere = error instanceof MockError && error.code === 'PORT_BUSY'
      if (isElsewhere && port === 0) {
        await closeAll(servers, 0)
        return listen(listener, port, host)
      }
      // A machine without IPv6 is served on IPv4 alone.
      if (isElsewhere) {
        await closeAll(servers, 0)
        throw error
      }
    }
  }
  return {
    port: bound,
    origin: `http://${inUrl(first)}:${bound}`,
    close: (graceMs) => closeAll(servers, graceMs),
  }
}

function listenOn(listener: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer(listener)
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function closeAll(servers: readonly Server[], graceMs: number): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          const force = setTimeout(() => server.closeAllConnections(), graceMs)
          server.close(() => {
            clearTimeout(force)
            resolve()
          })
          server.closeIdleConnections()
        }),
    ),
  )
}
