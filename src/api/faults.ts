import type { ServerResponse } from 'node:http'
import type { RequestMessage } from '../contract/messages.ts'
import type { Clock } from '../core/clock.ts'
import { LONGEST_TIMER } from '../core/clock.ts'
import { headerOf, replaceHeaders, toLines } from '../core/headers.ts'
import { isJsonObject, type Json, parsedJson } from '../core/json.ts'
import type { Random } from '../core/random.ts'
import { type ApiEffect, apiEffect } from '../fault/api-catalogue.ts'
import type { AppliedFault, FaultSubject } from '../fault/fault.ts'
import type { Delay } from '../fault/parameters.ts'
import type { HeaderSchema, MediaSchema, Operation, Provider, ResponseTemplate } from '../spec/provider.ts'
import { callerOf } from './authenticate.ts'
import { type ApiRequest, type MockParts, type RenderContext, renderContext } from './context.ts'
import { acceptedContent } from './errors.ts'
import { exampleAnswer } from './example-answer.ts'
import type { Handled } from './handle-request.ts'
import { type Answer, renderer } from './render.ts'

type Replacement = Extract<ApiEffect, { readonly kind: 'answer' | 'cut' }>

type StatusAnswer = Extract<ApiEffect, { readonly kind: 'answer' }>

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
        plan.replacement ??= tooMany(seconds)
      }
    }
    plan.names.push(action.name)
  }
  return plan
}

function tooMany(seconds: number): StatusAnswer {
  const headers = { 'Retry-After': String(seconds) }
  return { kind: 'answer', status: 429, headers, body: undefined, when: 'before' }
}

/** Headers that say in how many seconds another request makes sense: RFC 9110, 10.2.3; draft-ietf-httpapi-ratelimit-headers. */
const WAITS: ReadonlySet<string> = new Set(['retry-after', 'ratelimit-reset'])

const WAIT = '1'

/**
 * The document's example for a status, with what the provider fills in by itself (ids, times) filled in. Of the headers
 * those that are declared and have a value or an example; one that says how long to wait says a second.
 *
 * @param wait seconds, where the fault says how long to wait
 */
async function declaredAnswer(
  { status, contents, headers }: ResponseTemplate,
  operation: Operation,
  message: RequestMessage,
  context: RenderContext,
  wait = WAIT,
): Promise<Answer> {
  const content = acceptedContent(contents, undefined, message.headers.accept ?? '*/*')
  const sample = await exampleAnswer(operation, content?.mediaType ?? '*/*', status)
  const lines = headers.flatMap((header) => {
    const value = headerValue(header, exampleOf(operation, status, header.name), sample, context, wait)
    return value === undefined ? [] : [[header.name, value] as const]
  })
  return {
    status,
    headers: {
      ...Object.fromEntries(lines),
      ...(content !== undefined && { 'Content-Type': content.mediaType }),
    },
    body: content === undefined ? null : filled(sample.body, content, context),
  }
}

function headerValue(
  { name, schema }: HeaderSchema,
  { example, isRequired }: { readonly example: Json | undefined; readonly isRequired: boolean },
  sample: Answer,
  context: RenderContext,
  wait: string,
): string | undefined {
  const key = name.toLowerCase()
  if (key === 'content-type') return undefined
  if (WAITS.has(key)) return wait
  const value = renderer(schema)(context, undefined) ?? example
  if (value !== undefined && value !== null) return String(value)
  return isRequired ? sample.headers[name] : undefined
}

function exampleOf({ http }: Operation, status: number, name: string) {
  const headers = http.responses.find(({ code }) => code === String(status))?.headers ?? []
  const header = headers.find((one) => one.name === name)
  const [first] = header?.examples ?? []
  const example = first !== undefined && 'value' in first ? (first.value as Json) : undefined
  return { example, isRequired: header?.required === true }
}

function filled(body: string | null, { schema }: MediaSchema, context: RenderContext): string | null {
  if (body === null) return null
  const example = parsedJson(body)
  return example === undefined ? body : JSON.stringify(over(example, renderer(schema)(context, example)))
}

/** What was filled in, over the example: what the provider draws from an error of its own stays as the example has it. */
function over(example: Json, rendered: Json | undefined): Json {
  if (rendered === undefined || rendered === null) return example
  if (!isJsonObject(example) || !isJsonObject(rendered)) return rendered
  const members = Object.entries(example).map(([name, value]) => [name, over(value, rendered[name])] as const)
  return { ...rendered, ...Object.fromEntries(members) }
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

/**
 * The answer of a status fault. Without a body of its own: what the provider says when it cannot go on, where that has
 * this status; else the example of what the document declares for it; else no body.
 */
async function faultAnswer(
  { status, headers, body }: StatusAnswer,
  operation: Operation,
  message: RequestMessage,
  context: RenderContext,
  unavailable: () => Answer,
): Promise<Answer> {
  if (body !== undefined) {
    const isTyped = headerOf(headers, 'Content-Type') !== undefined
    return {
      status,
      headers: { ...(!isTyped && { 'Content-Type': 'application/json' }), ...headers },
      body: isTyped && typeof body === 'string' ? body : JSON.stringify(body),
    }
  }
  const template = operation.responses.get(status)
  if (template === undefined) return { status, headers, body: null }
  const own = unavailable()
  const declared =
    own.status === status
      ? own
      : await declaredAnswer(template, operation, message, context, headerOf(headers, 'Retry-After'))
  return {
    ...declared,
    status,
    headers: Object.fromEntries(replaceHeaders(toLines(declared.headers), toLines(headers))),
  }
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
  handled(handle: () => Promise<Handled>, unavailable: () => Answer): Promise<Handled>
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
    const accounts = await context.accounts.list(provider.id)
    const account = callerOf(provider.credentialHeaders, accounts, request.message.headers)
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
      async handled(handle, unavailable) {
        for (const delay of delays) await pause(drawDelay(delay, rng), response)
        const usual = replacement?.when === 'before' ? { account, answer: NOTHING } : await handle()
        if (replacement?.kind !== 'answer') return usual
        const rendering = renderContext(context, request)
        const answer = await faultAnswer(replacement, operation, request.message, rendering, unavailable)
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
