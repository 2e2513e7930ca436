import type { Agent, Dispatcher } from 'undici'
import { firstBytes, type HeaderLines, type Outcome, toBody } from '../core/model.ts'
import { formatDuration } from '../core/units.ts'
import { failureOutcome } from './answer.ts'
import { type Line, SOCKET_OPTIONS, type TrustSettings, trustOptions } from './connect.ts'
import { BlockedAddressError, type Egress } from './egress.ts'
import type { RawPlan } from './faults/raw-send.ts'

/** Most bytes of an answer that are read and kept. */
const MOST_BYTES = 64 * 1024

export interface Answer {
  readonly handler: Dispatcher.DispatchHandler
  /** Whether the request has been put on a connection. */
  isUnderWay(): boolean
  /** Ends it with this outcome, and drops the connection. */
  giveUp(outcome: Outcome): void
}

/** Collects one answer; `done` is told once. */
export function createAnswer(done: (result: Outcome | Error) => void): Answer {
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
    const body = toBody(firstBytes(Buffer.concat(chunks), MOST_BYTES))
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
        if (length <= MOST_BYTES) return
        finish(responded(true))
        drop()
      },
      onResponseEnd: () => finish(responded(false)),
      onResponseError: (_, error) => finish(isMissingNoBody(status, error) ? responded(false) : error),
    },
  }
}

/** RFC 9110, section 8.6: these have no body, though some servers tell a length; the client library waits for one. */
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

export type ExchangeSettings = TrustSettings

export interface ExchangeRequest {
  readonly url: URL
  readonly method: string
  /** Sent in this order and case; Host and Content-Length are added. */
  readonly headers: HeaderLines
  readonly body: Uint8Array
  /** Of the whole exchange, the answer's body included. */
  readonly timeoutMs: number
  /** What a fault makes of its body on the way. */
  readonly raw?: RawPlan
}

/** Sends one HTTP request at a time to each connection; connections are kept alive. */
export interface Exchange {
  /** Loads the HTTP client, so that the first request need not wait for it. */
  warmUp(): Promise<void>
  /** Never fails: what the network did is the outcome. Redirects are not followed. */
  send(request: ExchangeRequest): Promise<Outcome>
  /** Cuts off what is under way, and lets go of every connection. */
  close(): Promise<void>
}

const LONGEST_CONNECT = 30_000

/**
 * Some servers close an idle connection after two seconds without having said so. What is sent at that very moment would
 * be lost, and look like a receiver that is down.
 */
const LONGEST_IDLE = 1_000

const CLOSED: Outcome = { kind: 'connection-failed', code: 'CLOSED', error: 'the mock is closed' }

export function createExchange(egress: Egress, settings: ExchangeSettings = {}): Exchange {
  let opening: Promise<Agent> | undefined
  let agent: Agent | undefined
  let closed = false
  const lines = new Set<Line>()
  const raw = async (request: ExchangeRequest, plan: RawPlan) => {
    const [{ dial }, { sendRaw }] = await Promise.all([
      import('./connect.ts'),
      import('./faults/raw-send.ts'),
    ])
    if (closed) return CLOSED
    const line = dial(request.url, egress.lookup(request.url), settings)
    lines.add(line)
    try {
      return await sendRaw({ request, plan, line, ...judgeOf(egress, request) })
    } finally {
      lines.delete(line)
    }
  }
  const open = async () => {
    opening ??= createAgent(egress, settings)
    agent = await opening
    return agent
  }
  return {
    warmUp: async () => void (await open()),
    async send(request) {
      // What was still being prepared when everything was cut off must not open anything anew.
      if (closed) return CLOSED
      return request.raw === undefined
        ? send(agent ?? (await open()), egress, request)
        : raw(request, request.raw)
    },
    async close() {
      closed = true
      for (const { tcp } of lines) tcp.destroy()
      await (await opening)?.destroy()
    },
  }
}

/** The HTTP client takes a while to load, and no start has to wait for it. */
async function createAgent(egress: Egress, settings: ExchangeSettings): Promise<Agent> {
  const { Agent, buildConnector, Pool } = await import('undici')
  const trust = trustOptions(settings)
  return new Agent({
    factory: (origin, options) => {
      const connect = buildConnector({
        ...SOCKET_OPTIONS,
        ...trust,
        timeout: LONGEST_CONNECT,
        lookup: egress.lookup(new URL(origin)),
      })
      const timeouts = { keepAliveTimeout: LONGEST_IDLE, headersTimeout: 0, bodyTimeout: 0 }
      return new Pool(origin, { ...options, ...timeouts, connect })
    },
  })
}

interface Judge {
  readonly failed: (error: Error) => Outcome
  readonly timedOut: (isUnderWay: boolean) => Outcome
}

function judgeOf(egress: Egress, { url, timeoutMs }: ExchangeRequest): Judge {
  return {
    failed: (error) =>
      error instanceof BlockedAddressError ? egress.blocked(url) : failureOutcome(error, url, timeoutMs),
    // While a name that nobody allowed is still being looked up, nothing has been sent: it is out of reach, not slow.
    timedOut: (isUnderWay) =>
      isUnderWay || egress.isNamed(url)
        ? { kind: 'timed-out', error: `no answer within ${formatDuration(timeoutMs)}` }
        : egress.blocked(url),
  }
}

function send(agent: Agent, egress: Egress, request: ExchangeRequest): Promise<Outcome> {
  const { url, timeoutMs } = request
  const { failed, timedOut } = judgeOf(egress, request)
  return new Promise((resolve) => {
    const answer = createAnswer((result) => {
      clearTimeout(timer)
      resolve(result instanceof Error ? failed(result) : result)
    })
    const timer = setTimeout(() => answer.giveUp(timedOut(answer.isUnderWay())), timeoutMs)
    try {
      agent.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: request.method as 'POST',
          headers: request.headers.flat(),
          body: Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength),
        },
        answer.handler,
      )
    } catch (error) {
      answer.giveUp(failed(error as Error))
    }
  })
}
