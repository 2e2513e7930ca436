import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { hostOf } from '../../core/address.ts'
import type { Outcome } from '../../core/model.ts'
import type { Transport } from '../../fault/delivery-fault.ts'
import type { Connection } from '../connect.ts'
import { collectResponse, type HttpRequest, type ResponseCollector } from '../http.ts'

type BodyPlan = Pick<Transport, 'cut' | 'overMs'>

/** Before a reset, so that what was sent has been read: a reset takes away what still waits on either side. */
const BEFORE_RESET_MS = 25

interface RawInput {
  readonly request: HttpRequest
  readonly plan: BodyPlan
  readonly connection: Connection
  readonly failed: (error: Error) => Outcome
  /** @param isUnderWay whether the connection stood. */
  readonly timedOut: (isUnderWay: boolean) => Outcome
}

/**
 * One request over a connection of its own, with a body that ends early or takes its time: what an HTTP client rightly
 * refuses to send. An answer counts whenever it comes. The receiver has its whole time-out beside the time of the body.
 */
export function sendRaw({ request, plan, connection, failed, timedOut }: RawInput): Promise<Outcome> {
  const { socket, tcp, opened } = connection
  return new Promise((resolve) => {
    const response = collectResponse((result) => {
      clearTimeout(timer)
      resolve(result instanceof Error ? failed(result) : result)
    })
    const timer = setTimeout(
      () => response.giveUp(timedOut(response.isUnderWay())),
      request.timeoutMs + plan.overMs,
    )
    const drop = () => void tcp.destroy()
    try {
      const chunks = chunksOf(request.body, plan)
      const sent = begin(request, chunks.contentLength, connection)
      readResponse(sent, response, drop)
      socket.once(opened, () => {
        response.handler.onRequestStart?.(controllerOf([], drop), {})
        void writeBody(sent, chunks, plan, connection).then((isReset) => {
          if (isReset) response.giveUp(resetOutcome(request.url))
        })
      })
    } catch (error) {
      drop()
      response.giveUp(failed(error as Error))
    }
  })
}

interface Chunks {
  readonly chunks: readonly Uint8Array[]
  /** Milliseconds between one chunk and the next. */
  readonly pauseMs: number
  /** More than is sent where the body is to end early. */
  readonly contentLength: number
}

const EVERY_MS = 50

/** How a body is sent: as much of it as is to be sent, in as many chunks as its time has room for. */
export function chunksOf(body: Uint8Array, { cut, overMs }: BodyPlan): Chunks {
  const share = cut === null ? body.length : Math.floor(body.length * cut.at)
  // A reset within the body leaves at least its last byte unsent.
  const length = cut?.how === 'reset' ? Math.min(share, Math.max(0, body.length - 1)) : share
  const contentLength = cut?.how === 'end' ? Math.max(body.length, length + 1) : body.length
  const wanted = overMs === 0 ? 1 : Math.ceil(overMs / EVERY_MS) + 1
  const count = Math.min(wanted, length)
  const end = (i: number) => Math.round((length * i) / count)
  const chunks = Array.from({ length: count }, (_, i) => body.subarray(end(i), end(i + 1)))
  return { chunks, contentLength, pauseMs: count < 2 ? 0 : overMs / (count - 1) }
}

function begin(
  { url, method, headers }: HttpRequest,
  contentLength: number,
  { socket }: Connection,
): ClientRequest {
  const lines = [
    ['Host', url.host],
    ['Connection', 'close'],
    ...headers,
    ['Content-Length', String(contentLength)],
  ]
  return httpRequest({
    createConnection: () => socket,
    host: hostOf(url),
    path: url.pathname + url.search,
    method,
    headers: lines.flat(),
  })
}

/** Hands the response on as the HTTP client does. */
function readResponse(sent: ClientRequest, { handler }: ResponseCollector, drop: () => void): void {
  const fail = (error: Error) => handler.onResponseError?.(controllerOf([], drop), error)
  sent.on('error', fail)
  sent.on('response', (response: IncomingMessage) => {
    const controller = controllerOf(response.rawHeaders, drop)
    handler.onResponseStart?.(controller, response.statusCode ?? 0, {}, response.statusMessage ?? '')
    response.on('data', (chunk: Buffer) => handler.onResponseData?.(controller, chunk))
    response.on('end', () => handler.onResponseEnd?.(controller, {}))
    response.on('error', fail)
  })
}

/** Answers whether it ended in a reset. */
async function writeBody(
  sent: ClientRequest,
  { chunks, pauseMs }: Chunks,
  { cut }: BodyPlan,
  { socket, tcp }: Connection,
) {
  sent.flushHeaders()
  for (const [i, chunk] of chunks.entries()) {
    if (i > 0) await sleep(pauseMs)
    if (sent.destroyed || tcp.destroyed) return false
    await new Promise<void>((resolve) => sent.write(chunk, () => resolve()))
  }
  if (cut === null) sent.end()
  else if (cut.how === 'end') socket.end()
  else {
    await sleep(BEFORE_RESET_MS)
    if (tcp.destroyed) return false
    tcp.resetAndDestroy()
    return true
  }
  return false
}

function resetOutcome({ host }: URL): Outcome {
  const error = `the fault reset-mid-body reset the connection to ${host} within the body`
  return { kind: 'connection-failed', error, code: 'ECONNRESET' }
}

/** As much of the HTTP client's own controller as is used. */
function controllerOf(rawHeaders: readonly string[], abort: () => void): Dispatcher.DispatchController {
  return { rawHeaders: [...rawHeaders], abort } as unknown as Dispatcher.DispatchController
}
