import type { ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import express, { type Request, type Response, type Router } from 'express'
import { parseJson, readBody } from '../api/body.ts'
import type { RequestMessage } from '../contract/messages.ts'
import { matchPath } from '../contract/parameters.ts'
import { isLocalName, isLoopback } from '../core/address.ts'
import { describeError, MockError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { loadContractOperations } from '../spec/load.ts'
import type { Operation } from '../spec/provider.ts'
import { CONTROL_DOCUMENT } from '../spec/shipped.ts'
import type { ControlAnswer, ControlParts, ControlRoute } from './call.ts'
import { ClientGone } from './handlers/clock.ts'
import { ControlProblem, errorProblem } from './problems.ts'
import { HEALTH_PATH, ROUTES } from './routes.ts'
import { validateCall } from './validate-call.ts'

/** The request as the contract sees it. @throws ControlProblem 400, 413 or 415 when it cannot be read */
async function messageOf(
  read: ReturnType<typeof readBody>,
  request: Request,
  response: Response,
): Promise<RequestMessage> {
  const incoming = await read(request, response)
  if ('problem' in incoming) throw unreadable(incoming.problem.problem, incoming.problem.reason ?? '')
  const { bytes } = incoming
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  )
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  const parsed = isJson ? parseJson(bytes) : { body: undefined }
  if ('problem' in parsed)
    throw new ControlProblem(400, 'not-json', `The body is not JSON: ${parsed.problem.reason}.`)
  const searchParams = new URLSearchParams(request.url.replace(/^[^?]*\??/, ''))
  const query = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, oneOrAll(searchParams.getAll(name))]),
  )
  return {
    method: request.method,
    path: request.path,
    query,
    headers,
    body: parsed.body,
    bodyLength: bytes.length,
  }
}

function unreadable(problem: string, reason: string): ControlProblem {
  if (problem === 'too-large') return new ControlProblem(413, 'too-large', 'The body is larger than 10 MiB.')
  if (problem === 'media-type')
    return new ControlProblem(415, 'unsupported-media-type', `The body cannot be read: ${reason}.`)
  return new ControlProblem(400, 'bad-request', `The body cannot be read: ${reason}.`)
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] ?? '') : values
}

/** The operations of the control API, by their ids, as `openapi/control.yaml` declares them. */
export async function loadControlOperations(): Promise<ReadonlyMap<string, Operation>> {
  const { operations } = await loadContractOperations(CONTROL_DOCUMENT)
  return new Map(operations.map((operation) => [operation.id, operation]))
}

interface FoundRoute {
  readonly route: ControlRoute
  readonly path: Readonly<Record<string, string>>
}

/** The route of a request. @throws ControlProblem 404 with what there is, 405 with what is allowed */
function findRoute(routes: readonly ControlRoute[], method: string, path: string): FoundRoute {
  const here = routes.flatMap((route) => {
    const match = matchPath(route.path, path)
    return match === undefined ? [] : [{ route, path: match }]
  })
  // HEAD is GET without its body, which node leaves out.
  const wanted = method === 'HEAD' ? 'GET' : method
  const found = here.find(({ route }) => route.method === wanted)
  if (found !== undefined) return { route: found.route, path: decoded(found.path) }
  if (here.length > 0) throw notAllowed(method, path, here)
  throw new ControlProblem(
    404,
    'unknown-route',
    `There is no ${method} /_mock${path}; see "routes" for what there is.`,
    {
      routes: routes.map((route) => `${route.method} /_mock${route.path}`),
    },
  )
}

function notAllowed(method: string, path: string, here: readonly FoundRoute[]): ControlProblem {
  const methods = here.map(({ route }) => route.method)
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ')
  return new ControlProblem(
    405,
    'method-not-allowed',
    `/_mock${path} does not take ${method}, only ${allow}.`,
    {
      headers: { Allow: allow },
    },
  )
}

function decoded(path: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(Object.entries(path).map(([name, text]) => [name, decodeURIComponent(text)]))
  } catch {
    throw new ControlProblem(400, 'bad-request', 'The path is not percent-encoded UTF-8.')
  }
}

/** Headers of a request, names in lower case. */
type GuardedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

interface GuardSettings {
  readonly host: string
  readonly serverNames: readonly string[]
}

/**
 * Whether the Host header names this mock. A page whose name was rebound to 127.0.0.1 sends its own name, so nothing is
 * answered to it.
 */
export function hostAllowed(host: string | undefined, { host: bound, serverNames }: GuardSettings): boolean {
  const name = host === undefined ? undefined : hostName(host)
  if (name === undefined) return false
  return (
    isLocalName(name) ||
    isLoopback(name) ||
    [bound, ...serverNames].some((allowed) => (hostName(allowed) ?? allowed) === name)
  )
}

/** Whether a write comes from the mock's own pages or from no browser at all. */
export function originAllowed(method: string, headers: GuardedHeaders): boolean {
  if (SAFE_METHODS.includes(method)) return true
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  if (site === 'cross-site' || site === 'same-site') return false
  if (origin === undefined) return true
  return typeof origin === 'string' && origin.toLowerCase() === `http://${String(host).toLowerCase()}`
}

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** The name of `name:port` or `[address]:port`, in lower case; undefined when it is neither. */
function hostName(host: string): string | undefined {
  const bare = host.toLowerCase()
  if (isIP(bare) === 6) return bare
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@?#\s]+))(?::\d+)?$/.exec(bare)
  return match?.[1] ?? match?.[2]?.replace(/\.$/, '')
}

function send(response: ServerResponse, answer: ControlAnswer): void {
  if ('stream' in answer) answer.stream(response)
  else write(response, answer.status, 'application/json', {}, answer.body)
}

function sendProblem(response: ServerResponse, { body, headers }: ControlProblem): void {
  write(response, body.status, 'application/problem+json', headers, body)
}

function write(
  response: ServerResponse,
  status: number,
  type: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
    ...headers,
  })
  response.end(bytes)
}

const MOST_BODY_BYTES = 10 * 1024 * 1024

/** The control API, to be mounted at `/_mock`. Its contract is `openapi/control.yaml`, loaded with the first request. */
export function controlRouter(parts: ControlParts): Router {
  let loading: Promise<ReadonlyMap<string, Operation>> | undefined
  const operations = () => {
    loading ??= loadControlOperations()
    return loading
  }
  const judged = async ({ operationId }: ControlRoute, message: RequestMessage) => {
    const operation = (await operations()).get(operationId)
    if (operation === undefined) throw new Error(`control.yaml has no operation ${operationId}`)
    return validateCall(await parts.contract(), operation, message)
  }
  const read = readBody(MOST_BODY_BYTES)
  const router = express.Router()
  router.use(async (request, response) => {
    try {
      guard(parts, request)
      const { route, path } = findRoute(ROUTES, request.method, request.path)
      const message = await messageOf(read, request, response)
      const query = route.immediate === true ? {} : await judged(route, message)
      const body = (message.body ?? {}) as JsonObject
      const call = {
        parts,
        path,
        query,
        body,
        // Few ask, and a signal that is aborted at the end of every call costs more than the rest of some of them.
        get gone() {
          return goneSignal(response)
        },
      }
      send(response, await route.handler(call))
    } catch (error) {
      if (error instanceof ClientGone || response.headersSent) return void response.destroy()
      sendProblem(response, errorProblem(error) ?? internalError(parts, request, error))
    }
  })
  return router
}

function guard({ settings }: ControlParts, request: Request): void {
  if (request.path === HEALTH_PATH) return
  const { host } = request.headers
  if (!hostAllowed(host, settings)) {
    const detail = `The Host "${host ?? ''}" is neither loopback nor known. Add --server-name ${host?.replace(/:\d+$/, '') ?? 'NAME'} if it is this mock.`
    throw new ControlProblem(403, 'forbidden-host', detail, { errors: [{ field: 'Host', detail }] })
  }
  if (originAllowed(request.method, request.headers)) return
  const detail = `A page of ${request.headers.origin ?? 'another site'} may not write here.`
  throw new ControlProblem(403, 'forbidden-origin', detail, { errors: [{ field: 'Origin', detail }] })
}

function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController()
  if (response.closed) gone.abort()
  else response.once('close', () => gone.abort())
  return gone.signal
}

/** The person at the keyboard is told what broke; the client is not. */
function internalError({ feed }: ControlParts, request: Request, error: unknown): ControlProblem {
  const reason = error instanceof Error ? error.message : String(error)
  feed.publish({
    type: 'notice',
    text: `${request.method} ${request.originalUrl} failed inside hookproof: ${reason}`,
  })
  // A full disk, say: nobody's fault, and whoever asked can do something about it.
  const isElsewhere = error instanceof MockError && error.kind === 'environment'
  const detail = isElsewhere ? describeError(error) : 'This is a fault of hookproof, not of the request.'
  return new ControlProblem(500, 'internal-error', detail)
}
