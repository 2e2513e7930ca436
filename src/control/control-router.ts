import express, { type Request, type Response, type Router } from 'express'
import { readBody } from '../api/incoming.ts'
import type { RequestMessage } from '../contract/messages.ts'
import { describeError, MockError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { Operation } from '../spec/provider.ts'
import type { ControlRoute } from './control-call.ts'
import { messageOf } from './control-message.ts'
import { loadControlOperations } from './control-operations.ts'
import type { ControlParts } from './control-parts.ts'
import { ControlProblem } from './control-problem.ts'
import { errorProblem } from './error-problem.ts'
import { findRoute } from './find-route.ts'
import { hostAllowed, originAllowed } from './guard.ts'
import { ClientGone } from './handlers/waiting.ts'
import { judgeCall } from './judge-call.ts'
import { HEALTH_PATH, ROUTES } from './routes.ts'
import { send, sendProblem } from './send.ts'

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
    return judgeCall(await parts.contract(), operation, message)
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
