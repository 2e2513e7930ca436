import type { ServerResponse } from 'node:http'
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { readBody } from '../api/body.ts'
import { expressPath } from '../api/router.ts'
import { MockError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { lazily } from '../core/lazy.ts'
import { loadContractOperations } from '../spec/load.ts'
import type { Operation } from '../spec/provider.ts'
import { CONTROL_DOCUMENT } from '../spec/shipped.ts'
import type { ControlAnswer, ControlParts, ControlRoute } from './call.ts'
import { originOf } from './openapi.ts'
import { ControlProblem, errorProblem, sendJson, sendProblem } from './problems.ts'
import { ROUTES } from './routes.ts'
import { readMessage, uploadOf, validateCall, validateUpload } from './validate-call.ts'
import { ClientGone } from './wait.ts'

/** Most of what is sent here is small, and to handle more holds everybody else up; a snapshot is read as it arrives. */
const MAX_BODY_BYTES = 1024 * 1024

const METHODS = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const

/** The control API, to be mounted at `/_mock`. Its contract is `openapi/control.yaml`, loaded with the first request. */
export function controlRouter(parts: ControlParts): Router {
  const router = express.Router({ caseSensitive: true, strict: true })
  const read = readBody(MAX_BODY_BYTES)
  for (const path of new Set(ROUTES.map((route) => route.path))) {
    const routes = ROUTES.filter((route) => route.path === path)
    const route = router.route(expressPath(path))
    for (const one of routes) route[METHODS[one.method]]((request, response) => call(one, request, response))
    route.all((request) => {
      throw notAllowed(request, routes)
    })
  }
  router.use(({ method, path }) => {
    const detail = `There is no ${method} /_mock${path}; see "routes" for what there is.`
    const routes = ROUTES.map((route) => `${route.method} /_mock${route.path}`)
    throw new ControlProblem(404, 'unknown-route', detail, { routes })
  })
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    if (error instanceof ClientGone || response.headersSent) return void response.destroy()
    sendProblem(response, errorProblem(error) ?? internalError(parts, request, error))
  })
  return router

  async function call(route: ControlRoute, request: Request, response: Response): Promise<void> {
    const message = route.upload === true ? null : await readMessage(read, request, response)
    let query = {}
    if (route.immediate !== true) {
      const operation = (await loadControlOperations()).get(route.operationId)
      if (operation === undefined) throw new Error(`control.yaml has no operation ${route.operationId}`)
      const contract = await parts.contract()
      query =
        message === null
          ? validateUpload(contract, operation, request)
          : validateCall(contract, operation, message)
    }
    const answer = await route.handler({
      parts,
      origin: originOf(request),
      path: request.params as Readonly<Record<string, string>>,
      query,
      body: (message?.body ?? {}) as JsonObject,
      upload: () => uploadOf(request),
      // Made for those who ask: a signal that is aborted at the end of every call costs more than some of the calls.
      get gone() {
        return goneSignal(response)
      },
    })
    await send(response, answer)
  }
}

/** The operations of the control API, by their ids, as `openapi/control.yaml` declares them. */
export const loadControlOperations = lazily(async (): Promise<ReadonlyMap<string, Operation>> => {
  const { operations } = await loadContractOperations(CONTROL_DOCUMENT)
  return new Map(operations.map((operation) => [operation.id, operation]))
})

function notAllowed({ method, path }: Request, routes: readonly ControlRoute[]): ControlProblem {
  const methods = routes.map((route) => route.method)
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ')
  const detail = `/_mock${path} does not take ${method}, only ${allow}.`
  return new ControlProblem(405, 'method-not-allowed', detail, { headers: { Allow: allow } })
}

async function send(response: ServerResponse, answer: ControlAnswer): Promise<void> {
  if ('stream' in answer) await answer.stream(response)
  else sendJson(response, answer.status, answer.body)
}

function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController()
  if (response.closed) gone.abort()
  else response.once('close', () => gone.abort())
  return gone.signal
}

/** The reason goes to the person at the keyboard, not to the client. */
function internalError({ feed }: ControlParts, request: Request, error: unknown): ControlProblem {
  const reason = error instanceof Error ? error.message : String(error)
  feed.publish({
    type: 'notice',
    text: `${request.method} ${request.originalUrl} failed inside hookproof: ${reason}`,
  })
  // Such as a full disk: the caller may be able to do something about it.
  const isElsewhere = error instanceof MockError && error.kind === 'environment'
  const detail = isElsewhere ? error.message : 'This is a fault of hookproof, not of the request.'
  return new ControlProblem(500, 'internal-error', detail)
}
