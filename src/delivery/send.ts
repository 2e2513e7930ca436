import type { Agent } from 'undici'
import { lazily } from '../core/lazy.ts'
import type { Outcome } from '../core/model.ts'
import { formatDuration } from '../core/units.ts'
import { type Connection, openSocket, SOCKET_OPTIONS, type TrustSettings, trustOptions } from './connect.ts'
import { BlockedAddressError, type Egress } from './egress.ts'
import { failureOutcome } from './failure-outcome.ts'
import { collectResponse, type HttpRequest } from './http.ts'

/** Sends one HTTP request at a time to each connection; connections are kept alive. */
export interface HttpSender {
  /** Loads the HTTP client, so that no request has to wait for it, or fails because it cannot be loaded. */
  warmUp(): Promise<void>
  /** Never fails: what the network did is the outcome. Redirects are not followed. */
  send(request: HttpRequest): Promise<Outcome>
  /** Cuts off what is under way, and lets go of every connection. */
  close(): Promise<void>
}

const LONGEST_CONNECT = 30_000

/**
 * Some servers close an idle connection after two seconds without announcing it. What is sent at that very moment would
 * be lost, and look like a receiver that is down.
 */
const LONGEST_IDLE = 1_000

const CLOSED: Outcome = { kind: 'connection-failed', code: 'CLOSED', error: 'the mock is closed' }

export function createHttpSender(egress: Egress, settings: TrustSettings = {}): HttpSender {
  let agent: Agent | undefined
  let closed = false
  const connections = new Set<Connection>()
  const sendFaulty = async (request: HttpRequest, plan: NonNullable<HttpRequest['raw']>) => {
    const { sendRaw } = await loadRaw()
    if (closed) return CLOSED
    const connection = openSocket(request.url, egress.lookup(request.url), settings)
    connections.add(connection)
    try {
      return await sendRaw({ request, plan, connection, ...outcomesOf(egress, request) })
    } finally {
      connections.delete(connection)
    }
  }
  const opened = lazily(async () => {
    agent = await createAgent(egress, settings)
    return agent
  })
  return {
    warmUp: async () => void (await Promise.all([opened(), loadRaw()])),
    async send(request) {
      // What was still being prepared when everything was cut off must not open anything anew.
      if (closed) return CLOSED
      if (request.raw !== undefined) return sendFaulty(request, request.raw)
      const open = agent ?? (await opened())
      return closed ? CLOSED : send(open, egress, request)
    },
    async close() {
      closed = true
      for (const { tcp } of connections) tcp.destroy()
      await agent?.destroy()
    },
  }
}

const loadRaw = () => import('./faults/raw-send.ts')

/** The HTTP client takes a while to load, and no start has to wait for it. */
async function createAgent(egress: Egress, settings: TrustSettings): Promise<Agent> {
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

interface Outcomes {
  readonly failed: (error: Error) => Outcome
  readonly timedOut: (isUnderWay: boolean) => Outcome
}

function outcomesOf(egress: Egress, { url, timeoutMs }: HttpRequest): Outcomes {
  return {
    failed: (error) =>
      error instanceof BlockedAddressError ? error.blocked : failureOutcome(error, url, timeoutMs),
    // While a name that was not allowed is being looked up, nothing has been sent: it is out of reach, not slow.
    timedOut: (isUnderWay) =>
      isUnderWay || egress.isNamed(url)
        ? { kind: 'timed-out', error: `no answer within ${formatDuration(timeoutMs)}` }
        : egress.blocked(url),
  }
}

function send(agent: Agent, egress: Egress, request: HttpRequest): Promise<Outcome> {
  const { url, timeoutMs } = request
  const { failed, timedOut } = outcomesOf(egress, request)
  return new Promise((resolve) => {
    const response = collectResponse((result) => {
      clearTimeout(timer)
      resolve(result instanceof Error ? failed(result) : result)
    })
    const timer = setTimeout(() => response.giveUp(timedOut(response.isUnderWay())), timeoutMs)
    try {
      agent.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: request.method as 'POST',
          headers: request.headers.flat(),
          body: Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength),
        },
        response.handler,
      )
    } catch (error) {
      response.giveUp(failed(error as Error))
    }
  })
}
