import { type NextFunction, type Request, type Response, Router } from 'express'
import type { CheckedRequest } from '../contract/contract.ts'
import type { RequestMessage } from '../contract/messages.ts'
import type { Random } from '../core/random.ts'
import { namesFor } from '../spec/names.ts'
import type { Operation, Provider } from '../spec/provider.ts'
import { readBody } from './body.ts'
import {
  type ApiRequest,
  type IncomingBody,
  type MockParts,
  problem,
  type RequestProblem,
} from './context.ts'
import { refuse } from './errors.ts'
import { createApiFaults } from './faults.ts'
import { type Handled, handleRequest, readRequestBody } from './handle-request.ts'
import { createIdempotency } from './idempotency.ts'
import { recordRequest } from './record-request.ts'
import type { Answer } from './render.ts'

/** A provider's whole API, to be mounted at the provider's name, and what is called beside it. */
export function providerRouter(parts: MockParts, provider: Provider): Router {
  const router = Router()
  const idempotency = createIdempotency(parts)
  // A separate random stream, so that requests do not change the ids of later events.
  const rng = parts.rng.fork(`${provider.id} requests`)
  const applyFaults = createApiFaults(parts, provider, (response, answer) =>
    send(response as Response, answer),
  )
  const body = readBody(provider.limits.bodyBytes)
  const base = provider.basePath.slice(`/${provider.id}`.length)
  const elsewhere = provider.operations.map(({ serverPath }) => serverPath).filter((path) => path !== base)
  // What has servers of its own comes first: below the base path, everything else is an unknown route.
  for (const path of [...new Set(elsewhere), base]) router.use(expressPath(path) || '/', routes(path))
  router.use((request: Request, response: Response, _next: NextFunction) => refuseBeside(request, response))
  return router

  /** The operations of the servers at a path. */
  function routes(serverPath: string): Router {
    const own = Router({ caseSensitive: true, strict: true })
    const operations = provider.operations.filter((operation) => operation.serverPath === serverPath)
    for (const [path, group] of byPath(operations)) {
      const byMethod = new Map(group.map((operation) => [operation.method as string, operation]))
      own.route(path).all((request: Request, response: Response) => answerAt(byMethod, request, response))
    }
    if (serverPath === base)
      own.use(async (request: Request, response: Response, _next: NextFunction) => {
        const started = parts.clock.elapsed()
        return refuseRoute(request, await body(request, response), started, response, problem('route'))
      })
    own.use(async (error: unknown, request: Request, response: Response, next: NextFunction) => {
      // A path that cannot be decoded is no route; all else is our own failure, and answered by the application itself.
      if (response.headersSent || !isUndecodable(error)) {
        publishFailure(request, error)
        return next(error)
      }
      const unread = { bytes: Buffer.alloc(0) }
      return refuseRoute(request, unread, parts.clock.elapsed(), response, problem('route'))
    })
    return own
  }

  async function answerAt(
    byMethod: ReadonlyMap<string, Operation>,
    request: Request,
    response: Response,
  ): Promise<void> {
    const started = parts.clock.elapsed()
    // RFC 9110, section 9.3.2: as GET, without the body.
    const operation = byMethod.get(request.method === 'HEAD' ? 'GET' : request.method)
    const incoming = await body(request, response)
    if (operation === undefined) {
      const allowed = [...byMethod.keys()].flatMap((method) =>
        method === 'GET' ? ['GET', 'HEAD'] : [method],
      )
      const wrong = problem('method', { allowed, reason: `known are ${allowed.join(', ')}` })
      return refuseRoute(request, incoming, started, response, wrong, { Allow: allowed.join(', ') })
    }
    const apiRequest = toApiRequest(rng, operation, request, incoming)
    const faulty = await applyFaults(operation, apiRequest, response)
    const checked = (await parts.contract()).request(operation, apiRequest.message)
    const usual = () => handleOrFail(operation, apiRequest, checked)
    const { answer, account } = faulty === null ? await usual() : await faulty.handled(usual)
    await recordRequest(parts, provider, apiRequest, started, {
      operation,
      checked,
      account,
      answer,
      faulty,
    })
    if (faulty === null) send(response, answer)
    else faulty.give(answer)
  }

  async function handleOrFail(
    operation: Operation,
    request: ApiRequest,
    checked: CheckedRequest,
  ): Promise<Handled> {
    try {
      return await handleRequest(parts, idempotency, provider, operation, request, checked)
    } catch (error) {
      publishFailure(request.message, error)
      return { answer: refuse(parts, provider, operation, request, [problem('unavailable')]), account: null }
    }
  }

  /** To the person at the keyboard; the client learns no more than that it failed. */
  function publishFailure({ method, path }: { method: string; path: string }, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    parts.feed.publish({ type: 'notice', text: `${method} ${path} failed: ${reason}` })
  }

  /**
   * What is called below a provider's name and beside its API, such as another version of it: an unknown route of the
   * provider's. Where the API is, the person at the keyboard learns.
   */
  async function refuseBeside(request: Request, response: Response): Promise<void> {
    const started = parts.clock.elapsed()
    const asked = toApiRequest(rng, null, request, await body(request, response))
    const path = request.originalUrl.replace(/\?.*$/s, '')
    const where = `${parts.settings.origin()}${provider.basePath}`
    const text = `${request.method} ${path} is beside the API of ${provider.id}, which is at ${where}.`
    parts.feed.publish({ type: 'notice', text })
    const one = problem('route')
    const hasRow = provider.errors.some(({ when }) => [when].flat().includes('route'))
    const answer = hasRow ? refuse(parts, provider, null, asked, [one]) : null
    const shown = { ...asked, message: { ...asked.message, path } }
    await recordRequest(parts, provider, shown, started, { operation: null, problem: one, answer })
    send(response, answer ?? { status: 404, headers: {}, body: null })
  }

  async function refuseRoute(
    request: Request,
    incoming: IncomingBody,
    started: number,
    response: Response,
    one: RequestProblem,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const apiRequest = toApiRequest(rng, null, request, incoming)
    const answer = refuse(parts, provider, null, apiRequest, [one])
    await recordRequest(parts, provider, apiRequest, started, { operation: null, problem: one, answer })
    // Some providers answer a wrong method as if there were nothing there.
    send(response, answer.status === 405 ? { ...answer, headers: { ...answer.headers, ...headers } } : answer)
  }
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

/** Every path that a provider is mounted at: its id, and the other names that stand for it alone. */
export function mountPaths(providers: readonly Provider[], provider: Provider): string[] {
  const names = namesFor(providers, provider)
  return [...new Set(names.flatMap((name) => [`/${name}`, `/${encodeURIComponent(name)}`]))].map(expressPath)
}

/** `/webhooks/{id}.json` → `/webhooks/:"id".json`, everything else literal (path-to-regexp 8 reserves these). */
export function expressPath(path: string): string {
  return path
    .split(/\{([^{}]+)\}/)
    .map((part, i) => {
      const literal = part.replace(/[{}()[\]?+!*:"\\]/g, String.raw`\$&`)
      return i % 2 === 0 ? literal : `:"${literal}"`
    })
    .join('')
}

function toApiRequest(
  rng: Random,
  operation: Operation | null,
  request: Request,
  incoming: IncomingBody,
): ApiRequest {
  const { method, path } = request
  const headers = lowerCaseHeaders(request)
  const { unreadable, ...body } = readRequestBody(operation, headers, incoming)
  return {
    id: rng.bytes(16).toString('hex'),
    url: request.originalUrl,
    // Without the first step: one of the provider's names.
    ownPath: `${request.baseUrl}${path}`.replace(/^\/[^/]*/, ''),
    accept: headers.accept ?? '*/*',
    incoming,
    message: { method, path, query: request.query as RequestMessage['query'], headers, ...body },
    unreadable,
  }
}

export function lowerCaseHeaders({ headers }: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

/** RFC 9110, section 8.6: these have no Content-Length. */
const BODYLESS: ReadonlySet<number> = new Set([204, 304])

function send(response: Response, { status, headers, body }: Answer): void {
  if (response.destroyed) return
  response.status(status)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (response.req.method === 'HEAD' && !BODYLESS.has(status))
    response.setHeader('Content-Length', Buffer.byteLength(body ?? ''))
  response.end(body ?? undefined)
}
