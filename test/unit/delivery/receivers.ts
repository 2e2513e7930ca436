import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'

export interface Arrived {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export interface TestReceiver extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly arrived: Arrived[]
}

/** What to answer, in turn; the last repeats. `hang` never answers. */
export type Answer = number | 'hang' | RequestListener

export async function receiver(...answers: readonly Answer[]): Promise<TestReceiver> {
  const arrived: Arrived[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    arrived.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: Buffer.concat(chunks).toString(),
    })
    const answer = answers[Math.min(arrived.length, answers.length) - 1] ?? 200
    if (typeof answer === 'function') answer(request, response)
    else if (answer !== 'hang') response.writeHead(answer).end()
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    port,
    arrived,
    [Symbol.asyncDispose]: () => close(server, () => server.closeAllConnections()),
  }
}

/** A server below HTTP. */
export async function tcpServer(
  onSocket: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onSocket(socket)
  })
  const port = await listen(server)
  return {
    port,
    [Symbol.asyncDispose]: () => close(server, () => sockets.forEach((socket) => void socket.destroy())),
  }
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

export async function freePort(): Promise<number> {
  const server = createTcpServer()
  const port = await listen(server)
  await close(server, () => {})
  return port
}

function close(server: Server, cut: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    cut()
  })
}
