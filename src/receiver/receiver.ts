import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { inUrl } from '../core/address.ts'
import { type Clock, createClock, LONGEST_TIMER } from '../core/clock.ts'
import { listenError } from '../core/errors.ts'
import { callListener } from '../core/listener.ts'
import { MAX_BYTES } from '../fault/delivery-catalogue.ts'
import type { FaultRegistry } from '../fault/fault.ts'
import { type ReceiverAnswer, respond } from '../fault/receiver-catalogue.ts'
import {
  anything,
  boolean,
  callback,
  checkOptions,
  either,
  listOf,
  type OptionKinds,
  object,
  objects,
  port as portNumber,
  string,
} from '../schema/options.ts'
import type { Provider } from '../spec/provider.ts'
import { type AnswerWord, readAnswers } from './answer.ts'
import { type ReceivedDelivery, readBody, toHeaderLines } from './delivery.ts'
import { createReceiverFaults, type FaultyAnswer } from './faults.ts'

/** What has arrived, and the calls of `waitFor` that are not answered yet. */
interface Arrivals extends Pick<Receiver, 'waitFor'> {
  readonly received: ReceivedDelivery[]
  add(delivery: ReceivedDelivery): void
}

const DEFAULT_TIMEOUT_MS = 4_000

function createArrivals(): Arrivals {
  const received: ReceivedDelivery[] = []
  const waiting = new Set<() => void>()
  return {
    received,
    add(delivery) {
      received.push(delivery)
      for (const check of waiting) check()
    },
    waitFor(what, timeoutMs = DEFAULT_TIMEOUT_MS) {
      const hasArrived = () => (typeof what === 'number' ? received.length >= what : received.some(what))
      return new Promise((resolve, reject) => {
        const end = () => {
          clearTimeout(timer)
          waiting.delete(check)
        }
        const check = () => {
          try {
            if (!hasArrived()) return
            resolve(true)
          } catch (error) {
            reject(error)
          }
          end()
        }
        const timer = setTimeout(() => {
          end()
          resolve(false)
        }, timeoutMs)
        waiting.add(check)
        check()
      })
    },
  }
}

type Effects = {
  readonly [K in ReceiverAnswer['kind']]: (
    answer: Extract<ReceiverAnswer, { kind: K }>,
    response: ServerResponse,
    socket: Socket,
  ) => void
}

const EFFECTS: Effects = {
  respond(answer, response) {
    const send = () => {
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    }
    if (answer.afterMs === 0) return send()
    const timer = setTimeout(send, Math.min(answer.afterMs, LONGEST_TIMER))
    response.once('close', () => clearTimeout(timer))
  },
  timeout() {},
  reset: (_answer, _response, socket) => void socket.resetAndDestroy(),
  empty: (_answer, _response, socket) => void socket.destroy(),
  garbage: (_answer, _response, socket) => void socket.end('\u0000\u0001this is not HTTP\r\n\r\n'),
}

/** Carries an answer out on the connection that the delivery came in on. */
function giveAnswer(answer: ReceiverAnswer, response: ServerResponse, socket: Socket): void {
  const effect = EFFECTS[answer.kind] as (
    answer: ReceiverAnswer,
    response: ServerResponse,
    socket: Socket,
  ) => void
  effect(answer, response, socket)
}

/** How a stand-in receiver is made; every field has a default. */
export interface ReceiverOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Where deliveries are expected; other paths get 404. Default: everywhere. */
  readonly path?: string
  /** Answers in turn, the last one repeats: `[503, 'timeout', 200]` or `'503,timeout,200'`. Default 200. */
  readonly respond?: string | readonly AnswerWord[]
  /** Called with each delivery once it has been read, just before it is answered. Its first error is a warning of the process. */
  readonly onDelivery?: (delivery: ReceivedDelivery) => void
  /** Whether what arrives is kept in `received`. Default true. */
  readonly keep?: boolean
  readonly clock?: Clock
  /** Faults of the receiver's plane, such as `mock.faults`: one that applies takes the place of `respond`. */
  readonly faults?: Pick<FaultRegistry, 'match'>
  /** By whose documents faults recognise the event of a delivery, such as `mock.providers`. */
  readonly providers?: readonly Provider[]
}

/** A stand-in receiver that runs. */
export interface Receiver {
  /** `http://127.0.0.1:3000/hooks`: what to register. */
  readonly url: string
  readonly port: number
  /** Everything that arrived, oldest first. */
  readonly received: readonly ReceivedDelivery[]
  /** Answers from now on: in turn, the last one repeats. */
  respond(answers: string | readonly AnswerWord[]): void
  /**
   * Resolves to true once this number of deliveries, or one that matches, has arrived; to false after `timeoutMs`
   * milliseconds of real time. Default 4 s. Rejects with what `what` throws.
   */
  waitFor(what: number | ((delivery: ReceivedDelivery) => boolean), timeoutMs?: number): Promise<boolean>
  /** Forgets what arrived, and answers from the first answer on. */
  reset(): void
  /** Stops. Answers on their way may finish within `drainMs` (default 0); every other connection is cut. */
  close(drainMs?: number): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A receiver that keeps what arrives, byte for byte, and gives the answers in turn.
 *
 * @example const receiver = await startReceiver({ respond: [503, 'timeout', 200] })
 * @throws MockError BAD_ANSWER for a word it does not know, PORT_BUSY when the port is taken.
 */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  checkOptions('the options of startReceiver', options, OPTIONS)
  const { port = 0, host = '127.0.0.1', path, onDelivery, keep = true, clock = createClock() } = options
  let answers = readAnswers(options.respond ?? [])
  const newFaults = () =>
    options.faults === undefined ? null : createReceiverFaults(options.faults, options.providers)
  let applyFaults = newFaults()
  const arrivals = createArrivals()
  const { received } = arrivals
  const underway = new Set<Promise<void>>()
  const connections = new WeakMap<Socket, number>()
  let connected = 0
  let answered = 0
  let numbered = 0

  const isElsewhere = ({ url }: IncomingMessage) => path !== undefined && pathOf(url) !== path
  const choose = (
    request: IncomingMessage,
    arrived: Pick<ReceivedDelivery, 'headers' | 'body'>,
  ): FaultyAnswer => {
    if (isElsewhere(request)) return { answer: respond(404), faults: [] }
    const faulty = applyFaults?.(arrived) ?? null
    if (faulty !== null) return faulty
    return { answer: answers[Math.min(answered++, answers.length - 1)] ?? respond(200), faults: [] }
  }

  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const startedAt = clock.wall()
    const { body, complete, isTooLarge } = await readBody(request, MAX_BYTES)
    const headers = toHeaderLines(request.rawHeaders)
    const { answer, faults } = complete
      ? choose(request, { headers, body })
      : isTooLarge
        ? TOO_LARGE
        : CUT_OFF
    // An unread rest would be taken for the next request.
    if (isTooLarge) response.setHeader('Connection', 'close')
    const delivery: ReceivedDelivery = {
      number: ++numbered,
      at: clock.wall(),
      startedAt,
      connection: connections.get(request.socket) ?? 0,
      method: request.method ?? '',
      path: request.url ?? '',
      headers,
      body,
      complete,
      answer,
      faults,
    }
    if (keep) arrivals.add(delivery)
    if (onDelivery !== undefined) callListener(onDelivery, delivery, 'onDelivery of a receiver')
    if (answer?.kind === 'respond') trackUntilClosed(response, underway)
    if (answer !== null) giveAnswer(answer, response, request.socket)
  }

  const server = createServer((request, response) => void receive(request, response))
  server.on('connection', (socket: Socket) => void connections.set(socket, ++connected))
  const address = await listen(server, port, host)
  const close = async (drainMs = 0) => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    if (drainMs > 0 && underway.size > 0) await atMost(drainMs, Promise.all(underway))
    server.closeAllConnections()
    await closed
  }
  return {
    url: `http://${inUrl(address.address)}:${address.port}${path ?? ''}`,
    port: address.port,
    received,
    respond(words) {
      answers = readAnswers(words)
      answered = 0
    },
    waitFor: arrivals.waitFor,
    reset() {
      received.length = 0
      numbered = 0
      answered = 0
      applyFaults = newFaults()
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

const OPTIONS: OptionKinds<ReceiverOptions> = {
  port: portNumber,
  host: string,
  path: string,
  respond: either(string, listOf(anything, 'answers')),
  onDelivery: callback,
  keep: boolean,
  clock: object,
  faults: object,
  providers: objects,
}

const TOO_LARGE = { answer: respond(413), faults: [] } as const

const CUT_OFF = { answer: null, faults: [] } as const

function trackUntilClosed(response: ServerResponse, underway: Set<Promise<void>>): void {
  const closed = new Promise<void>((resolve) => response.once('close', resolve))
  underway.add(closed)
  void closed.then(() => underway.delete(closed))
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))])
  clearTimeout(timer)
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? ''
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port)))
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
}
