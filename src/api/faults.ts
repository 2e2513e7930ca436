import type { ServerResponse } from 'node:http'
import type { Clock } from '../core/clock.ts'
import { LONGEST_TIMER } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import { type ApiEffect, apiEffect } from '../fault/api-catalogue.ts'
import type { AppliedFault, FaultSubject } from '../fault/fault.ts'
import type { Delay } from '../fault/parameters.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import { callerOf } from './authenticate.ts'
import type { ApiRequest, MockParts } from './context.ts'
import { faultAnswer, type StatusAnswer } from './fault-answer.ts'
import type { Handled } from './handle-request.ts'
import type { Answer } from './render.ts'

type Replacement = StatusAnswer | Extract<ApiEffect, { readonly kind: 'cut' }>

/** What faults make of one request: of two that exclude each other, the first one. */
interface ApiPlan {
  /** By name, in the order in which they were added. */
  readonly names: string[]
  readonly delays: Delay[]
  /** What takes the place of the answer, and whether the operation is performed before that. */
  replacement: Replacement | null
  spreadMs: number | null
}

/** @param limits counts for `rate-limit`, on the mock's clock */
function planRequest(
  applied: readonly AppliedFault<'api'>[],
  account: string | null,
  limits: RateLimits,
): ApiPlan {
  const plan: ApiPlan = { names: [], delays: [], replacement: null, spreadMs: null }
  for (const { fault, action } of applied) {
    const effect = apiEffect(action)
    switch (effect.kind) {
      case 'delay':
        plan.delays.push(effect.delay)
        break
      case 'answer':
      case 'cut':
        plan.replacement ??= effect
        break
      case 'spread':
        plan.spreadMs ??= effect.overMs
        break
      case 'limit': {
        const seconds = limits.retryAfter(`${fault} ${account ?? ''}`, effect)
        if (seconds === null) continue
        plan.replacement ??= tooMany(seconds, effect.limit)
      }
    }
    plan.names.push(action.name)
  }
  return plan
}

function tooMany(seconds: number, quota: number): StatusAnswer {
  const headers = { 'Retry-After': String(seconds) }
  return { kind: 'answer', status: 429, headers, body: undefined, when: 'before', quota }
}

/** Milliseconds of a delay; a distribution draws a random one. */
export function drawDelay(delay: Delay, rng: Pick<Random, 'fraction'>): number {
  if (delay.kind === 'fixed') return delay.ms
  if (delay.kind === 'uniform') return delay.min + rng.fraction() * (delay.max - delay.min)
  const drawn = delay.median * Math.exp(delay.sigma * normal(rng))
  return delay.max === null ? drawn : Math.min(drawn, delay.max)
}

/** The Box-Muller transform: two uniform draws make one of the standard normal distribution. */
function normal(rng: Pick<Random, 'fraction'>): number {
  const [u, v] = [1 - rng.fraction(), rng.fraction()]
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
}

function cutOff({ socket }: ServerResponse, { how }: Extract<ApiEffect, { readonly kind: 'cut' }>): void {
  // A connection that hangs stays until the client leaves, or the mock stops.
  if (how === 'hang') return
  if (how === 'reset') socket?.resetAndDestroy()
  else if (how.closeAfter === '') socket?.destroy()
  else socket?.end(how.closeAfter)
}

const SLICES = 20

/** Sends the head at once, and the body slice by slice, the last one when the time is over. */
function spread(response: ServerResponse, { status, headers, body }: Answer, overMs: number): void {
  if (response.destroyed) return
  const bytes = Buffer.from(body ?? '')
  response.writeHead(status, { ...headers, 'Content-Length': bytes.length })
  response.flushHeaders()
  const slices = Math.max(1, Math.min(SLICES, bytes.length))
  let sent = 0
  const timer = setInterval(
    () => {
      sent++
      const [from, to] = [sent - 1, sent].map((n) => Math.floor((bytes.length * n) / slices))
      response.write(bytes.subarray(from, to))
      if (sent < slices) return
      clearInterval(timer)
      response.end()
    },
    Math.min(overMs / slices, LONGEST_TIMER),
  )
  response.once('close', () => clearInterval(timer))
}

/** Waits, unless the client leaves before or has left. */
function pause(ms: number, response: ServerResponse): Promise<void> {
  if (response.closed) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      response.off('close', end)
      resolve()
    }
    const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER))
    response.once('close', end)
  })
}

/** Requests in windows that begin with the first one. */
interface RateLimits {
  /** Counts a request: seconds until another one is answered where this one is too many, else null. */
  retryAfter(key: string, limit: { readonly limit: number; readonly perMs: number }): number | null
}

function createRateLimits(clock: Pick<Clock, 'now'>): RateLimits {
  const windows = new Map<string, { readonly start: number; count: number }>()
  return {
    retryAfter(key, { limit, perMs }) {
      const now = clock.now()
      const known = windows.get(key)
      const window = known !== undefined && now - known.start < perMs ? known : { start: now, count: 0 }
      windows.set(key, window)
      window.count++
      return window.count <= limit ? null : Math.max(1, Math.ceil((window.start + perMs - now) / 1_000))
    },
  }
}

/** What faults make of one request. */
export interface FaultyRequest {
  /** Names of the faults. */
  readonly names: readonly string[]
  /** Something takes the place of the provider's answer, which is then not validated against the contract. */
  readonly isReplaced: boolean
  /** The answer was never given: there is no status. */
  readonly isCut: boolean
  /** Waits as long as faults delay the answer, then has the request handled, or not. */
  handled(handle: () => Promise<Handled>): Promise<Handled>
  /** Gives the answer, or what is left of it. */
  give(answer: Answer): void
}

type ApplyFaults = (
  operation: Operation,
  request: ApiRequest,
  response: ServerResponse,
) => Promise<FaultyRequest | null>

/** Applies the faults of the API's plane to requests; null, and next to no cost, where none applies. */
export function createApiFaults(context: MockParts, provider: Provider, send: Send): ApplyFaults {
  const limits = createRateLimits(context.clock)
  const rng = context.rng.fork(`${provider.id} faults`)
  return async (operation, request, response) => {
    if (context.faults.isEmpty) return null
    const { headers } = request.message
    const accounts = await context.accounts.callers(provider.id, headers)
    const account = callerOf(provider.credentialHeaders, accounts, headers)
    const subject: FaultSubject = {
      provider: provider.id,
      account: account?.name ?? null,
      operation: operation.id,
    }
    const applied = context.faults.match('api', subject)
    if (applied.length === 0) return null
    const { names, delays, replacement, spreadMs } = planRequest(applied, subject.account, limits)
    if (names.length === 0) return null
    return {
      names,
      isReplaced: replacement !== null,
      isCut: replacement?.kind === 'cut',
      async handled(handle) {
        for (const delay of delays) await pause(drawDelay(delay, rng), response)
        const usual = replacement?.when === 'before' ? { account, answer: NOTHING } : await handle()
        if (replacement?.kind !== 'answer') return usual
        const answer = await faultAnswer(replacement, provider, operation, request, context)
        return { ...usual, answer }
      },
      give(answer) {
        if (replacement?.kind === 'cut') cutOff(response, replacement)
        else if (spreadMs !== null) spread(response, answer, spreadMs)
        else send(response, answer)
      },
    }
  }
}

type Send = (response: ServerResponse, answer: Answer) => void

const NOTHING: Answer = { status: 0, headers: {}, body: null }
