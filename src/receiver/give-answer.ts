import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ReceiverAnswer } from './receiver-answer.ts'

type Effects = {
  readonly [K in ReceiverAnswer['kind']]: (
    answer: Extract<ReceiverAnswer, { kind: K }>,
    response: ServerResponse,
    socket: Socket,
  ) => void
}

/** A timer of more is taken for one of a millisecond. */
const LONGEST_MS = 2 ** 31 - 1

const EFFECTS: Effects = {
  respond(answer, response) {
    const give = () => {
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    }
    if (answer.afterMs === 0) return give()
    const timer = setTimeout(give, Math.min(answer.afterMs, LONGEST_MS))
    response.once('close', () => clearTimeout(timer))
  },
  timeout() {},
  reset: (_answer, _response, socket) => void socket.resetAndDestroy(),
  empty: (_answer, _response, socket) => void socket.destroy(),
  garbage: (_answer, _response, socket) => void socket.end('\u0000\u0001this is not HTTP\r\n\r\n'),
}

/** Carries an answer out on the connection that the delivery came in on. */
export function giveAnswer(answer: ReceiverAnswer, response: ServerResponse, socket: Socket): void {
  const effect = EFFECTS[answer.kind] as (
    answer: ReceiverAnswer,
    response: ServerResponse,
    socket: Socket,
  ) => void
  effect(answer, response, socket)
}
