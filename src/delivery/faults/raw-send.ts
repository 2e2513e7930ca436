import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { hostOf } from '../../core/address.ts'
import type { Outcome } from '../../core/model.ts'
import type { Line } from '../connect.ts'
import { collectResponse, type HttpRequest, type ResponseCollector } from '../http.ts'
import { type Pieces, piecesOf, type WirePlan } from './wire-plan.ts'
export type RawPlan = Pick<WirePlan, 'cut' | 'overMs'>

/** Before a reset, so that what was sent has been read: a reset takes away what still waits on either side. */
const BEFORE_RESET_MS = 25

interface RawInput {
  readonly request: HttpRequest
  readonly plan: RawPlan
  readonly line: Line
  readonly failed: (error: Error) => Outcome
  /** @param isUnderWay whether the connection stood. */
  readonly timedOut: (isUnderWay: boolean) => Outcome
}

/**
 * One request over a connection of its own, with a body that goes wrong on its way: what an HTTP client rightly refuses
 * to send. An answer counts whenever it comes. The time that the body is made to take is not the receiver's.
 */
export function sendRaw({ request, plan, line, failed, timedOut }: RawInput): Promise<Outcome> {
  const { socket, tcp, opened } = line
  return new Promise((resolve) => {
    const answer = collectResponse((result) => {
      clearTimeout(timer)
      resolve(result instanceof Error ? failed(result) : result)
    })
    const timer = setTimeout(
      () => answer.giveUp(timedOut(answer.isUnderWay())),
      request.timeoutMs + plan.overMs,
    )
    const drop = () => void tcp.destroy()
    try {
      const pieces = piecesOf(request.body, plan)
      const sent = begin(request, pieces.promised, line)
      hear(sent, answer, drop)
      socket.once(opened, () => {
        answer.handler.onRequestStart?.(controllerOf([], drop), {})
        void speak(sent, pieces, plan, line).then((isReset) => {
          if (isReset) answer.giveUp(resetOutcome(request.url))
        })
      })
    } catch (error) {
      drop()
      answer.giveUp(failed(error as Error))
    }
  })
}

function begin({ url, method, headers }: HttpRequest, promised: number, { socket }: Line): ClientRequest {
  const lines = [
    ['Host', url.host],
    ['Connection', 'close'],
    ...headers,
    ['Content-Length', String(promised)],
  ]
  return httpRequest({
    createConnection: () => socket,
    host: hostOf(url),
    path: url.pathname + url.search,
    method,
    headers: lines.flat(),
  })
}

/** Hands what comes to the one who collects answers of the HTTP client, too. */
function hear(sent: ClientRequest, { handler }: ResponseCollector, drop: () => void): void {
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
async function speak(sent: ClientRequest, { pieces, pauseMs }: Pieces, { cut }: RawPlan, line: Line) {
  sent.flushHeaders()
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) await sleep(pauseMs)
    if (sent.destroyed || line.tcp.destroyed) return false
    await new Promise<void>((resolve) => sent.write(piece, () => resolve()))
  }
  if (cut === null) sent.end()
  else if (cut.how === 'end') line.socket.end()
  else {
    await sleep(BEFORE_RESET_MS)
    if (line.tcp.destroyed) return false
    line.tcp.resetAndDestroy()
    return true
  }
  return false
}

function resetOutcome({ host }: URL): Outcome {
  const error = `the fault reset-mid-body reset the connection to ${host} within the body`
  return { kind: 'connection-failed', error, code: 'ECONNRESET' }
}

/** As much of the HTTP client's own as is asked for. */
function controllerOf(rawHeaders: readonly string[], abort: () => void): Dispatcher.DispatchController {
  return { rawHeaders: [...rawHeaders], abort } as unknown as Dispatcher.DispatchController
}
