import type { Dispatcher } from 'undici'
import { firstBytes, type HeaderLines, type Outcome, toBody } from '../core/model.ts'
import type { Transport } from '../fault/delivery-fault.ts'

export interface HttpRequest {
  readonly url: URL
  readonly method: string
  /** Sent in this order and case; Host and Content-Length are added. */
  readonly headers: HeaderLines
  readonly body: Uint8Array
  /** Of the whole exchange, the answer's body included. */
  readonly timeoutMs: number
  /** What a fault makes of its body on the way. */
  readonly raw?: Pick<Transport, 'cut' | 'overMs'>
}

/** Most bytes of a response's body that are read and kept. */
const MAX_BYTES = 64 * 1024

export interface ResponseCollector {
  readonly handler: Dispatcher.DispatchHandler
  /** Whether the request has been put on a connection. */
  isUnderWay(): boolean
  /** Ends it with this outcome, and drops the connection. */
  giveUp(outcome: Outcome): void
}

/** Collects one response; `done` is called once. */
export function collectResponse(done: (result: Outcome | Error) => void): ResponseCollector {
  let controller: Dispatcher.DispatchController | undefined
  let isDone = false
  let status = 0
  let headers: HeaderLines = []
  const chunks: Buffer[] = []
  let length = 0
  const finish = (result: Outcome | Error) => {
    if (isDone) return
    isDone = true
    done(result)
  }
  const responded = (truncated: boolean): Outcome => {
    const body = toBody(firstBytes(Buffer.concat(chunks), MAX_BYTES))
    return { kind: 'responded', status, headers, body, truncated }
  }
  const drop = () => controller?.abort(new Error('the exchange is over'))
  return {
    isUnderWay: () => controller !== undefined,
    giveUp(outcome) {
      finish(outcome)
      drop()
    },
    handler: {
      onRequestStart(started) {
        controller = started
        if (isDone) drop()
      },
      onResponseStart(started, code) {
        if (code < 200) return
        status = code
        headers = linesOf(started.rawHeaders)
      },
      onResponseData(_, chunk) {
        chunks.push(chunk)
        length += chunk.length
        if (length <= MAX_BYTES) return
        finish(responded(true))
        drop()
      },
      onResponseEnd: () => finish(responded(false)),
      onResponseError: (_, error) => finish(isMissingNoBody(status, error) ? responded(false) : error),
    },
  }
}

/** RFC 9110, section 8.6: these have no body, though some servers announce a length, for which the client library waits. */
function isMissingNoBody(status: number, error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException
  return (status === 204 || status === 304) && code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
}

/** Name and value in turn, as they came over the wire. */
function linesOf(raw: Dispatcher.DispatchController['rawHeaders']): HeaderLines {
  if (!Array.isArray(raw)) return []
  const texts = raw.map((item) => (typeof item === 'string' ? item : item.toString('latin1')))
  return texts.flatMap((name, i) => (i % 2 === 0 ? [[name, texts[i + 1] ?? ''] as const] : []))
}
