import type { ServerResponse } from 'node:http'
import type { RequestMessage } from '../contract/messages.ts'
import type { Clock } from '../core/clock.ts'
import { LONGEST_TIMER } from '../core/clock.ts'
import { headerOf, replaceHeaders, toLines } from '../core/headers.ts'
import { isJsonObject, type Json, parsedJson } from '../core/json.ts'
import type { Random } from '../core/random.ts'
import type { AppliedFault, Delay, Moment } from '../fault/fault.ts'
import type { HeaderSchema, MediaSchema, Operation, Provider, ResponseTemplate } from '../spec/provider.ts'
import { callerOf } from './authenticate.ts'
import { type ApiRequest, type MockParts, type RenderContext, renderContext } from './context.ts'
import { acceptedContent } from './errors.ts'
import { exampleAnswer } from './example-answer.ts'
import type { Handled } from './handle-request.ts'
import { type Answer, renderer } from './render.ts'

type Action = AppliedFault<'api'>['action']

type Cut = Extract<Action, { name: 'timeout' | 'reset' | 'empty' | 'malformed' }>['name']

type StatusAction = Extract<Action, { name: 'status' }>

/** What faults make of one request: of two that exclude each other, the first one. */
interface ApiPlan {
  /** By name, in the order in which they were added. */
  readonly names: readonly string[]
  readonly latency: readonly Delay[]
  /** What takes the place of the answer, and whether the operation is performed before that. */
  readonly instead:
    | ({ readonly when: Moment } & ({ readonly status: StatusAction } | { readonly cut: Cut }))
    | null
  readonly dribbleMs: number | null
}

/** @param limits counts for `rate-limit`, on the mock's clock */
function planRequest(
  hits: readonly AppliedFault<'api'>[],
  account: string | null,
  limits: RateLimits,
): ApiPlan {
  const limited = hits.flatMap(({ fault, action }): readonly Named[] => {
    if (action.name !== 'rate-limit') return [{ name: action.name, action }]
    const retryAfter = limits.overBy(`${fault} ${account ?? ''}`, action)
    return retryAfter === null ? [] : [{ name: action.name, action: tooMany(retryAfter) }]
  })
  const struck = limited.map(({ action }) => action)
  return {
    names: limited.map(({ name }) => name),
    latency: struck.flatMap((action) => (action.name === 'latency' ? [action.delay] : [])),
    instead: struck.map(insteadOf).find((one) => one !== null) ?? null,
    dribbleMs: struck.flatMap((action) => (action.name === 'dribble' ? [action.overMs] : []))[0] ?? null,
  }
}

interface Named {
  readonly name: Action['name']
  readonly action: Exclude<Action, { name: 'rate-limit' }>
}

function insteadOf(action: Action): ApiPlan['instead'] {
  switch (action.name) {
    case 'status':
      return { when: action.when, status: action }
    case 'timeout':
    case 'reset':
    case 'empty':
    case 'malformed':
      return { when: action.when, cut: action.name }
    default:
      return null
  }
}

function tooMany(retryAfter: number): StatusAction {
  const headers = { 'Retry-After': String(retryAfter) }
  return { name: 'status', status: 429, headers, body: undefined, when: 'before' }
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
  const accepting = { ...message.headers, ...(content !== undefined && { accept: content.mediaType }) }
  const sample = await exampleAnswer(operation, { ...message, headers: accepting }, status)
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

/** Milliseconds of a delay; a distribution draws lots. */
export function drawDelay(delay: Delay, rng: Pick<Random, 'fraction'>): number {
  if (delay.kind === 'fixed') return delay.ms
  if (delay.kind === 'uniform') return delay.min + rng.fraction() * (delay.max - delay.min)
  const drawn = delay.median * Math.exp(delay.sigma * normal(rng))
  return delay.max === null ? drawn : Math.min(drawn, delay.max)
}

/** Box and Muller's way from two even draws to one of the standard normal distribution. */
function normal(rng: Pick<Random, 'fraction'>): number {
  const [u, v] = [1 - rng.fraction(), rng.fraction()]
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
}

/**
 * The answer of a status fault. Without a body of its own: what the provider says when it cannot go on, where that has
 * this status; else the example of what the document declares for it; else no body.
 */
async function faultAnswer(
  { status, headers, body }: Pick<StatusAction, 'status' | 'headers' | 'body'>,
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

/** A head of HTTP, then a chunk whose length is no number: what parsers choke on. */
const MALFORMED =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-length\r\n{"broken":\r\n'

const CUTS: Readonly<Record<Cut, (response: ServerResponse) => void>> = {
  // The connection stays until the client leaves, or the mock stops.
  timeout: () => {},
  reset: ({ socket }) => void socket?.resetAndDestroy(),
  empty: ({ socket }) => void socket?.destroy(),
  malformed: ({ socket }) => void socket?.end(MALFORMED),
}

function cutOff(response: ServerResponse, cut: Cut): void {
  CUTS[cut](response)
}

const SLICES = 20

/** Sends the head at once, and the body slice by slice, the last one when the time is over. */
function dribble(response: ServerResponse, { status, headers, body }: Answer, overMs: number): void {
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
  /** Counts a request; answers in how many seconds another one makes sense where this one is too many, else null. */
  overBy(key: string, limit: { readonly limit: number; readonly perMs: number }): number | null
}

function createRateLimits(clock: Pick<Clock, 'now'>): RateLimits {
  const windows = new Map<string, { readonly start: number; count: number }>()
  return {
    overBy(key, { limit, perMs }) {
      const now = clock.now()
      const known = windows.get(key)
      const window = known !== undefined && now - known.start < perMs ? known : { start: now, count: 0 }
      windows.set(key, window)
      window.count++
      return window.count <= limit ? null : Math.max(1, Math.ceil((window.start + perMs - now) / 1_000))
    },
  }
}

export interface StruckRequest {
  readonly names: readonly string[]
  /** Something takes the place of the provider's answer, so that nobody holds it to the contract. */
  readonly isReplaced: boolean
  /** The answer was never given: there is no status. */
  readonly isCut: boolean
  /** Waits as long as faults have it, then has the request handled, or not. */
  handled(handle: () => Promise<Handled>, unavailable: () => Answer): Promise<Handled>
  /** Gives the answer, or what is left of it. */
  give(answer: Answer): void
}

type StrikeRequest = (
  operation: Operation,
  request: ApiRequest,
  response: ServerResponse,
) => Promise<StruckRequest | null>

/** What the faults of the API's plane do to requests; null, and next to nothing to pay, where none strikes. */
export function strikeRequests(parts: MockParts, provider: Provider, send: Send): StrikeRequest {
  const limits = createRateLimits(parts.clock)
  const lots = parts.rng.fork(`${provider.id} faults`)
  return async (operation, request, response) => {
    if (parts.faults.isEmpty) return null
    const account = callerOf(
      provider.credentialHeaders,
      await parts.accounts.list(provider.id),
      request.message.headers,
    )
    const subject = { provider: provider.id, account: account?.name ?? null, operation: operation.id }
    const hits = parts.faults.match('api', subject)
    const plan = hits.length === 0 ? null : planRequest(hits, subject.account, limits)
    if (plan === null || plan.names.length === 0) return null
    return {
      names: plan.names,
      isReplaced: plan.instead !== null,
      isCut: plan.instead !== null && 'cut' in plan.instead,
      async handled(handle, unavailable) {
        for (const delay of plan.latency) await pause(drawDelay(delay, lots), response)
        const usual = plan.instead?.when === 'before' ? { account, answer: NOTHING } : await handle()
        if (plan.instead === null || 'cut' in plan.instead) return usual
        const context = renderContext(parts, request)
        const answer = await faultAnswer(
          plan.instead.status,
          operation,
          request.message,
          context,
          unavailable,
        )
        return { ...usual, answer }
      },
      give: (answer) => give(plan, response, answer, send),
    }
  }
}

type Send = (response: ServerResponse, answer: Answer) => void

const NOTHING: Answer = { status: 0, headers: {}, body: null }

function give({ instead, dribbleMs }: ApiPlan, response: ServerResponse, answer: Answer, send: Send): void {
  if (instead !== null && 'cut' in instead) cutOff(response, instead.cut)
  else if (dribbleMs !== null) dribble(response, answer, dribbleMs)
  else send(response, answer)
}
