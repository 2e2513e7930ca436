import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, createClock } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { giveAnswer } from './give-answer.ts'
import { type ReceivedDelivery, readAll, toHeaderLines } from './received-delivery.ts'
import { type AnswerWord, type ReceiverAnswer, readAnswers, respond } from './receiver-answer.ts'

export interface ReceiverOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Where deliveries are expected; other paths get 404. Default: everywhere. */
  readonly path?: string
  /** Answers in turn, the last one repeats: `[503, 'timeout', 200]` or `'503,timeout,200'`. Default 200. */
  readonly respond?: string | readonly AnswerWord[]
  /** Told of each delivery once it has been read, just before it is answered. */
  readonly onDelivery?: (delivery: ReceivedDelivery) => void
  readonly clock?: Clock
}

export interface Receiver {
  /** `http://127.0.0.1:3000/hooks`: what to register. */
  readonly url: string
  readonly port: number
  /** Everything that arrived, oldest first. */
  readonly received: readonly ReceivedDelivery[]
  /** Stops at once; connections that wait for an answer are cut. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A receiver that keeps what arrives, byte for byte, and answers as told.
 *
 * @example const receiver = await startReceiver({ respond: [503, 'timeout', 200] })
 * @throws MockError BAD_ANSWER for a word it does not know, PORT_BUSY when the port is taken.
 */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const { port = 0, host = '127.0.0.1', path, onDelivery, clock = createClock() } = options
  const answers = readAnswers(options.respond ?? [])
  const received: ReceivedDelivery[] = []
  let answered = 0

  const next = (request: IncomingMessage): ReceiverAnswer =>
    path !== undefined && pathOf(request.url) !== path
      ? respond(404)
      : (answers[Math.min(answered++, answers.length - 1)] ?? respond(200))

  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const { body, complete } = await readAll(request)
    const answer = complete ? next(request) : null
    const delivery: ReceivedDelivery = {
      number: received.length + 1,
      at: clock.wall(),
      method: request.method ?? '',
      path: request.url ?? '',
      headers: toHeaderLines(request.rawHeaders),
      body,
      complete,
      answer,
    }
    received.push(delivery)
    onDelivery?.(delivery)
    if (answer !== null) giveAnswer(answer, response, request.socket)
  }

  const server = createServer((request, response) => void receive(request, response))
  const address = await listen(server, port, host)
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}${path ?? ''}`,
    port: address.port,
    received,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? ''
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, port, host)))
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
}

function listenError(cause: NodeJS.ErrnoException, port: number, host: string): MockError {
  const busy = cause.code === 'EADDRINUSE'
  const reason = busy ? 'the port is busy' : (cause.code ?? cause.message)
  const code = busy ? 'PORT_BUSY' : 'LISTEN_FAILED'
  return new MockError('environment', code, `Failed to listen on ${host}:${port}: ${reason}.`, {
    hint: 'Choose another with --port.',
    cause,
  })
}
