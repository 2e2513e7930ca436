import type { Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Request, Response } from 'express'
import { NOT_JSON, parseBody, type readBody } from '../api/body.ts'
import type { RequestProblem } from '../api/context.ts'
import { lowerCaseHeaders } from '../api/router.ts'
import type { Contract } from '../contract/contract.ts'
import type { RequestMessage } from '../contract/messages.ts'
import { undeclaredQuery } from '../contract/strict.ts'
import type { SchemaViolation } from '../contract/validate.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import { changedNumberIn, numberHint, numberReason } from '../core/number-text.ts'
import { listSome, suggestion } from '../core/text.ts'
import type { Operation, Schema } from '../spec/provider.ts'
import { ControlProblem, type ProblemPlace } from './problems.ts'
import { ClientGone } from './wait.ts'

/** The request as the contract sees it. @throws ControlProblem 400, 413 or 415 when it cannot be read */
export async function readMessage(
  read: ReturnType<typeof readBody>,
  request: Request,
  response: Response,
): Promise<RequestMessage> {
  const incoming = await read(request, response)
  if ('problem' in incoming) throw unreadable(incoming.problem.problem, reasonOf(incoming.problem))
  const { bytes } = incoming
  const parsed = isJson(request) ? parseBody(bytes) : { body: undefined }
  if ('problem' in parsed) {
    const { problem, reason } = parsed.problem
    const why = reasonOf(parsed.problem)
    throw reason === NOT_JSON
      ? new ControlProblem(400, 'not-json', `The body cannot be read: ${why}.`)
      : unreadable(problem, why)
  }
  const changed = parsed.body === undefined ? undefined : changedNumberIn(bytes.toString())
  if (changed !== undefined) {
    const place = `line ${changed.line}, column ${changed.column}`
    throw new ControlProblem(
      400,
      'bad-request',
      `The body cannot be kept as it is: in ${place}, ${numberReason(changed)}. ${numberHint(changed)}`,
    )
  }
  return { ...messageHead(request), body: parsed.body, bodyLength: bytes.length }
}

function isJson({ headers }: Request): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '')
}

function messageHead(request: Request): Omit<RequestMessage, 'body' | 'bodyLength'> {
  const query = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(request.url.replace(/^[^?]*\??/, ''))) {
    const known = query.get(name)
    if (Array.isArray(known)) known.push(value)
    else query.set(name, known === undefined ? value : [known, value])
  }
  return {
    method: request.method,
    path: request.path,
    query: Object.fromEntries(query),
    headers: lowerCaseHeaders(request),
  }
}

/** As {@link validateCall}, for a request whose body is read by its handler, which validates it. */
export function validateUpload(
  contract: Contract,
  operation: Operation,
  request: Request,
): Readonly<Record<string, Json>> {
  const { body: _, ...head } = operation.http.request ?? {}
  const headOnly = { ...operation, body: null, http: { ...operation.http, request: head } }
  const values = validateCall(contract, headOnly, { ...messageHead(request), body: undefined, bodyLength: 0 })
  if (!isJson(request)) throw mediaTypeProblem(operation)
  if (!(encodingOf(request) in DECODERS))
    throw unreadable('media-type', `send it as ${listSome(Object.keys(DECODERS))}`)
  return values
}

/** The content encodings of an upload, by name: those that are taken of other bodies. */
const DECODERS: Readonly<Record<string, (request: Request) => Readable>> = {
  identity: (request) => request,
  gzip: (request) => decoded(request, createGunzip()),
  deflate: (request) => decoded(request, createInflate()),
  br: (request) => decoded(request, createBrotliDecompress()),
}

function encodingOf({ headers }: Request): string {
  return (headers['content-encoding'] ?? 'identity').toLowerCase()
}

/** Unlike a pipeline it leaves the request open when the bytes are wrong, for an answer. */
function decoded(request: Request, decoder: Transform): Transform {
  request.once('close', () => {
    if (!request.complete) decoder.destroy(new ClientGone())
  })
  return request.pipe(decoder)
}

/** The decoded bytes of a body as they arrive. @throws ClientGone where it is cut off, ControlProblem 400 for wrong bytes */
export async function* uploadOf(request: Request): AsyncGenerator<Uint8Array> {
  const bytes = DECODERS[encodingOf(request)]?.(request) ?? request
  try {
    for await (const chunk of bytes) yield chunk as Buffer
  } catch (error) {
    if (request.destroyed && !request.complete) throw new ClientGone()
    throw unreadable('encoding', error instanceof Error ? error.message : String(error))
  } finally {
    // Many clients read no answer before they have sent everything.
    request.resume()
  }
}

/** Of a body that cannot be read, what the answer of a provider leaves out. */
function reasonOf({ unread, reason = '' }: RequestProblem): string {
  return unread ?? reason
}

function unreadable(problem: string, reason: string): ControlProblem {
  if (problem === 'too-large') return new ControlProblem(413, 'too-large', 'The body is larger than 1 MiB.')
  if (problem === 'media-type')
    return new ControlProblem(415, 'unsupported-media-type', `The body cannot be read: ${reason}.`)
  return new ControlProblem(400, 'bad-request', `The body cannot be read: ${reason}.`)
}

/**
 * Validates a request by the contract of the control API, and returns its query parameters as their types.
 *
 * @throws ControlProblem 400 for parameters, 415 for the media type, 422 for the body
 */
export function validateCall(
  contract: Contract,
  operation: Operation,
  message: RequestMessage,
): Readonly<Record<string, Json>> {
  const undeclared = undeclaredQuery(operation, message.query)
  if (undeclared.length > 0) throw refused(400, undeclared.map(placeOf))
  const { values, violations, parameters, body } = contract.request(operation, message)
  if (violations.length === 0) return values.query
  if (violations.some(({ rule }) => rule === 'media-type' || rule === 'body'))
    throw mediaTypeProblem(operation)
  if (parameters.length > 0) throw refused(400, parameters.map(parameterPlace))
  const schema = operation.body?.contents[0]?.schema ?? {}
  throw refused(422, body.length > 0 ? body.map((one) => bodyPlace(one, schema)) : violations.map(placeOf))
}

function refused(status: 400 | 422, places: readonly ProblemPlace[]): ControlProblem {
  const detail = places.map((place) => place.detail).join(' ')
  return new ControlProblem(status, status === 400 ? 'bad-request' : 'bad-body', detail, { errors: places })
}

function mediaTypeProblem({ body }: Operation): ControlProblem {
  const detail =
    body === null
      ? 'This request takes no body.'
      : 'The body must be JSON; send Content-Type: application/json.'
  return new ControlProblem(415, 'unsupported-media-type', detail, {
    errors: [{ field: 'Content-Type', detail }],
  })
}

function placeOf({
  location,
  message,
}: {
  readonly location: string
  readonly message: string
}): ProblemPlace {
  return { field: location.slice(location.indexOf('/') + 1), detail: sentence(message) }
}

function parameterPlace({ place, message }: SchemaViolation): ProblemPlace {
  const field = place.slice(place.indexOf('/') + 1)
  return { field, detail: sentence(`${field} ${message}`) }
}

function bodyPlace({ place, field, keyword, message }: SchemaViolation, schema: Schema): ProblemPlace {
  const name = place === '' ? 'the body' : place.slice(1)
  const known = keyword === 'additionalProperties' ? propertiesAt(schema, place) : undefined
  const detail =
    known !== undefined
      ? `"${field}" is not a known property. ${suggestion(field, known)}`
      : keyword === 'required'
        ? `${name} is missing.`
        : sentence(`${name} ${message}`)
  return { field: name, pointer: place, detail: capital(detail) }
}

/** The declared names beside an undeclared one: known at the top, which is where the control API closes its objects. */
function propertiesAt({ properties }: Schema, place: string): readonly string[] | undefined {
  return place.lastIndexOf('/') === 0 && isJsonObject(properties) ? Object.keys(properties) : undefined
}

function sentence(text: string): string {
  return capital(/[.?!]$/.test(text) ? text : `${text}.`)
}

function capital(text: string): string {
  return text.startsWith('the body') ? `The${text.slice(3)}` : text
}
