import { type NextFunction, type Request, type Response, Router } from 'express'
import type { RequestMessage } from '../contract/messages.ts'
import type { Random } from '../core/random.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import { type Incoming, readBody } from './body.ts'
import { type MockParts, problem, type RequestProblem } from './context.ts'
import { validateExchange } from './contract-log.ts'
import { judge, refusal } from './errors.ts'
import { strikeRequests } from './faults.ts'
import { type ApiRequest, handle } from './handle-request.ts'
import { createIdempotency } from './idempotency.ts'
import type { Answer } from './render.ts'
/** A provider's whole API, to be mounted at its base path. */
export function providerRouter(parts: MockParts, provider: Provider): Router {
  const router = Router({ caseSensitive: true, strict: true })
  const idempotency = createIdempotency(parts)
  // Apart: how often somebody looks must not change the ids of what comes after.
  const lots = parts.rng.fork(`${provider.id} requests`)
  const strike = strikeRequests(parts, provider, (response, answer) => send(response as Response, answer))
  const body = readBody(provider.limits.bodyBytes)
  for (const [path, operations] of byPath(provider.operations)) {
    const route = router.route(path)
    const byMethod = new Map(operations.map((operation) => [operation.method as string, operation]))
    route.all(async (request: Request, response: Response) => {
      const started = parts.clock.elapsed()
      const operation = byMethod.get(request.method)
      const incoming = await body(request, response)
      const apiRequest = toApiRequest(lots, provider, request, incoming)
      if (operation === undefined) {
        const allowed = [...byMethod.keys()]
        const wrong = problem('method', { allowed, reason: `known are ${allowed.join(', ')}` })
        return refuse(started, apiRequest, response, wrong, { Allow: allowed.join(', ') })
      }
      const struck = await strike(operation, apiRequest, response)
      const usual = () => answerOrFault(apiRequest, operation)
      const { answer, account, message } = await (struck === null
        ? usual()
        : struck.handled(usual, () => refuseWith(apiRequest, operation, problem('unavailable'))))
      await validateExchange(parts, provider, operation, {
        id: apiRequest.id,
        account,
        message,
        incoming,
        answer,
        started,
        url: apiRequest.url,
        ...(struck !== null && { struck }),
      })
      if (struck === null) send(response, answer)
      else struck.give(answer)
    })
  }
  router.use(async (request: Request, response: Response, _next: NextFunction) => {
    const started = parts.clock.elapsed()
    const incoming = await body(request, response)
    return refuse(started, toApiRequest(lots, provider, request, incoming), response, problem('route'))
  })
  router.use(async (error: unknown, request: Request, response: Response, next: NextFunction) => {
    // A path that cannot be decoded is no route; all else is ours, and told by the application's own last resort.
    if (response.headersSent || !isUndecodable(error)) {
      tellOfFault(request, error)
      return next(error)
    }
    const unread: Incoming = { bytes: Buffer.alloc(0) }
    const apiRequest = toApiRequest(lots, provider, request, unread)
    return refuse(parts.clock.elapsed(), apiRequest, response, problem('route'))
  })
  return router

  async function answerOrFault(request: ApiRequest, operation: Operation) {
    try {
      return await handle(parts, idempotency, provider, operation, request)
    } catch (error) {
      const reason = tellOfFault(request, error)
      const message: RequestMessage = { ...request, body: undefined, bodyLength: 0 }
      return {
        answer: refuseWith(request, operation, problem('unavailable', { reason })),
        account: null,
        message,
      }
    }
  }

  /** To the person at the keyboard; the client learns no more than that it failed. */
  function tellOfFault({ method, path }: { method: string; path: string }, error: unknown): string {
    const reason = error instanceof Error ? error.message : String(error)
    parts.feed.publish({ type: 'notice', text: `${method} ${path} failed: ${reason}` })
    return reason
  }

  function refuseWith(request: ApiRequest, operation: Operation | null, one: RequestProblem): Answer {
    const rows = operation?.errors ?? provider.errors
    const accept = request.headers.accept ?? '*/*'
    const row = judge(rows, [one], accept).refused?.row
    const context = { now: parts.clock.now(), requestId: request.id, requestPath: request.ownPath }
    return refusal(
      provider,
      operation,
      row,
      [one],
      { method: request.method, path: request.ownPath, accept },
      context,
    )
  }

  async function refuse(
    started: number,
    request: ApiRequest,
    response: Response,
    one: RequestProblem,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const answer = refuseWith(request, null, one)
    const message: RequestMessage = { ...request, body: undefined, bodyLength: 0 }
    await validateExchange(parts, provider, null, {
      id: request.id,
      account: null,
      message,
      incoming: request.incoming,
      answer,
      started,
      url: request.url,
      problem: one,
    })
    // Some providers answer a wrong method as if there were nothing there.
    send(response, answer.status === 405 ? { ...answer, headers: { ...answer.headers, ...headers } } : answer)
  }
}

/**
 * What is called below a provider's name and beside its API, such as another version of it: noted as an unknown route,
 * and answered by whoever comes next, who says where the API is.
 */
export function besideProvider(parts: MockParts, provider: Provider): Router {
  const lots = parts.rng.fork(`${provider.id} requests beside its API`)
  const body = readBody(provider.limits.bodyBytes)
  return Router().use(async (request: Request, response: Response, next: NextFunction) => {
    const started = parts.clock.elapsed()
    const one = toApiRequest(lots, provider, request, await body(request, response))
    const path = request.originalUrl.replace(/\?.*$/s, '')
    await validateExchange(parts, provider, null, {
      id: one.id,
      account: null,
      message: { ...one, path, body: undefined, bodyLength: 0 },
      incoming: one.incoming,
      answer: null,
      started,
      url: one.url,
      problem: problem('route'),
    })
    next()
  })
}

function isUndecodable(error: unknown): boolean {
  return error instanceof URIError || (error as { status?: unknown } | null)?.status === 400
}

/** Fixed steps before named ones, so that `/types.json` is not taken for an id. */
function byPath(operations: readonly Operation[]): readonly (readonly [string, readonly Operation[]])[] {
  const paths = new Map<string, Operation[]>()
  for (const operation of operations)
    paths.set(operation.path, [...(paths.get(operation.path) ?? []), operation])
  return [...paths]
    .sort(([a], [b]) => parameterCount(a) - parameterCount(b))
    .map(([path, group]) => [expressPath(path), group])
}

function parameterCount(path: string): number {
  return path.split('{').length
}

/** `/webhooks/{id}.json` → `/webhooks/:id.json`, everything else literal (path-to-regexp 8 reserves these). */
function expressPath(path: string): string {
  return path.replace(/[()[\]?+!*:\\]/g, String.raw`\$&`).replace(/\{(\w+)\}/g, ':$1')
}

function toApiRequest(lots: Random, { id }: Provider, request: Request, incoming: Incoming): ApiRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const)
  return {
    id: lots.bytes(16).toString('hex'),
    method: request.method,
    url: request.originalUrl,
    path: request.path,
    ownPath: `${request.baseUrl}${request.path}`.slice(`/${id}`.length),
    query: request.query as RequestMessage['query'],
    headers: Object.fromEntries(headers),
    incoming,
  }
}

function send(response: Response, { status, headers, body }: Answer): void {
  if (response.destroyed) return
  response.status(status)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body ?? undefined)
}
