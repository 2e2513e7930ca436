import type { IHttpHeaderParam, IHttpOperation, IHttpOperationResponse } from '@stoplight/types'
import { type Json, pointerSteps } from '../core/json.ts'
import type { EventType, HeaderSchema, Operation, Schema } from '../spec/provider.ts'
import { isJson, matchMediaType, mediaTypeOf } from './media-types.ts'
import type { Finding, RequestMessage, ResponseMessage } from './messages.ts'
import { bodyProblems, coerce, matchPath, readParameters, typesOf } from './parameters.ts'
import {
  loadPrism,
  type Prism,
  type PrismDiagnostic,
  prismFinding,
  requestOperation,
  responseFor,
  responseOperation,
} from './prism.ts'
import { type SchemaProblem, valueProblems } from './validate.ts'
/** A problem of our own validator in the form in which findings are kept. */
export function problemFinding(problem: SchemaProblem): Finding {
  const { place, keyword, message } = problem
  const location =
    place === '' || place.startsWith('/') ? ['body', ...pointerSteps(place)].join('/') : lowerHeader(place)
  return { location, rule: keyword, message: `${location} ${message}` }
}

/** The first list, and of the second what it does not say yet: both validators judge the same, each its own gaps. */
function joined(first: readonly Finding[], second: readonly Finding[]): readonly Finding[] {
  const said = new Set(first.map(key))
  const more = second.filter((finding) => !said.has(key(finding)))
  return more.length === 0 ? first : [...first, ...more]
}

/** What is wrong with headers; lists are read from their comma-separated text. */
export function headerFindings(
  specs: readonly HeaderSchema[],
  headers: Readonly<Record<string, string>>,
  direction: 'request' | 'response',
): readonly Finding[] {
  return specs.flatMap(({ name, required, schema }) => {
    const location = `header/${name.toLowerCase()}`
    const text = headers[name.toLowerCase()]
    if (text === undefined)
      return required ? [{ location, rule: 'required', message: `${location} is missing` }] : []
    const types = typesOf(schema)
    if (types[0] === 'object') return []
    const value: Json = types.includes('array')
      ? text.split(',').map((part) => part.trim())
      : coerce(text, schema)
    return valueProblems(schema, value, direction, location).map(problemFinding)
  })
}

function headerSchemas(headers: readonly IHttpHeaderParam[] | undefined): readonly HeaderSchema[] {
  if (headers === undefined || headers.length === 0) return NO_HEADERS
  const known = read.get(headers)
  if (known !== undefined) return known
  const fresh = headers.map(({ name, required = false, schema = {} }) => ({
    name,
    required,
    schema: schema as Schema,
  }))
  read.set(headers, fresh)
  return fresh
}

const NO_HEADERS: readonly HeaderSchema[] = []

const read = new WeakMap<readonly IHttpHeaderParam[], readonly HeaderSchema[]>()

function lowerHeader(place: string): string {
  return place.startsWith('header/') ? place.toLowerCase() : place
}

function key({ location, rule }: Finding): string {
  return `${location} ${rule}`
}

/** All that is wrong with a client's request, by Prism and, where Prism has gaps, by our own validator. */
function validateRequest(prism: Prism, operation: Operation, message: RequestMessage): readonly Finding[] {
  if (matchPath(operation.path, message.path) === undefined)
    return [{ location: 'path', rule: 'path', message: `${message.path} is not ${operation.path}` }]
  const { http } = operation
  const contentType = message.headers['content-type']
  const declared = declaredTypes(http)
  const mediaType = message.bodyLength === 0 ? undefined : matchMediaType(contentType, declared)
  const typeFinding = mediaTypeFinding(contentType, declared, mediaType, message.bodyLength)
  const judgeable = message.bodyLength === 0 || mediaType !== undefined
  const diagnostics = prismRequest(prism, requestOperation(http, mediaType), message)
  const names = operation.parameters.map((parameter) => parameter.name)
  const said = diagnostics.map((one) => prismFinding(one, names))
  const own = [
    ...readParameters(operation, message).problems,
    ...(judgeable
      ? bodyProblems(operation, mediaType, message.bodyLength === 0 ? undefined : message.body)
      : []),
  ].map(problemFinding)
  const found = [...typeFinding, ...joined(said, own)]
  const isUnread = mediaType !== undefined && isJson(mediaType) && message.body === undefined
  return isUnread ? [...found.filter(({ location }) => location !== 'body'), UNREAD] : found
}

/** There is a body, so what is said of one that is missing is beside the point. */
const UNREAD: Finding = { location: 'body', rule: 'body', message: 'body is not JSON that can be read' }

function declaredTypes(http: IHttpOperation): readonly string[] {
  return http.request?.body?.contents?.map((content) => content.mediaType) ?? []
}

/** Prism looks at the media type only if the length is given and the header is there; and throws if it is malformed. */
function mediaTypeFinding(
  contentType: string | undefined,
  declared: readonly string[],
  mediaType: string | undefined,
  bodyLength: number,
): readonly Finding[] {
  if (bodyLength === 0 || mediaType !== undefined) return []
  if (declared.length === 0)
    return [{ location: 'body', rule: 'body', message: 'body is not declared, but there is one' }]
  return [
    { location: 'header/content-type', rule: 'media-type', message: mediaTypeText(contentType, declared) },
  ]
}

function mediaTypeText(contentType: string | undefined, declared: readonly string[]): string {
  const wanted = `declared: ${declared.join(', ')}`
  if (contentType === undefined) return `header/content-type is missing; ${wanted}`
  const type = mediaTypeOf(contentType)
  return type === undefined
    ? `header/content-type "${contentType}" is no media type; ${wanted}`
    : `header/content-type ${type} is not declared; ${wanted}`
}

/**
 * Prism gets the declared headers alone (it walks all of them for each parameter), and no content type for JSON: the
 * operation already has the one matching content.
 */
function prismRequest(
  prism: Prism,
  http: IHttpOperation,
  message: RequestMessage,
): readonly PrismDiagnostic[] {
  const { 'content-type': contentType } = message.headers
  const mediaType =
    http.request?.body === undefined || contentType === undefined ? undefined : mediaTypeOf(contentType)
  return prism.request(http, {
    method: message.method.toLowerCase(),
    url: { path: message.path, query: message.query },
    headers: {
      ...declaredHeaders(http.request?.headers, message.headers),
      ...(mediaType === undefined || isJson(mediaType) ? {} : { 'content-type': mediaType }),
    },
    body: http.request?.body === undefined ? undefined : message.body,
  })
}

function declaredHeaders(
  specs: readonly { readonly name: string }[] | undefined,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const declared: Record<string, string> = {}
  for (const { name } of specs ?? []) {
    const value = headers[name.toLowerCase()]
    if (value !== undefined) declared[name.toLowerCase()] = value
  }
  return declared
}

/** RFC 9110, section 6.4.1: these have no content, whatever a document says. */
const bodyless = (status: number) => status < 200 || status === 204 || status === 304

/** All that is wrong with an answer. Any diagnostic counts: Prism calls an undeclared status a mere warning. */
function validateResponse(prism: Prism, http: IHttpOperation, message: ResponseMessage): readonly Finding[] {
  const response = responseFor(http, message.status)
  if (response === undefined) return [undeclaredStatus(http, message.status)]
  const declared = response.contents?.map((content) => content.mediaType) ?? []
  const present = message.bodyLength > 0
  if (present && (declared.length === 0 || bodyless(message.status)))
    return [
      {
        location: 'body',
        rule: 'body',
        message: `body is not declared for ${message.status}, but there is one`,
      },
    ]
  if (!present && declared.length > 0 && !bodyless(message.status))
    return [
      {
        location: 'body',
        rule: 'required',
        message: `body is declared for ${message.status}, but there is none`,
      },
    ]
  const contentType = message.headers['content-type']
  const mediaType = present ? matchMediaType(contentType, declared) : undefined
  if (present && mediaType === undefined)
    return [
      { location: 'header/content-type', rule: 'media-type', message: mediaTypeText(contentType, declared) },
    ]
  const narrowed = responseOperation(http, response, mediaType)
  const said = prism
    .response(narrowed, {
      statusCode: message.status,
      headers: {
        ...declaredHeaders(narrowed.responses[0]?.headers, message.headers),
        ...(mediaType === undefined ? {} : { 'content-type': mediaType }),
      },
      body: mediaType === undefined ? undefined : message.body,
    })
    .map((diagnostic) => prismFinding(diagnostic))
  return joined(said, ownFindings(response, mediaType, message))
}

function undeclaredStatus(http: IHttpOperation, status: number): Finding {
  const declared = http.responses.map((response) => response.code).join(', ')
  return {
    location: 'status',
    rule: 'status',
    message: `status ${status} is not declared; declared: ${declared}`,
  }
}

function ownFindings(
  response: IHttpOperationResponse,
  mediaType: string | undefined,
  message: ResponseMessage,
): readonly Finding[] {
  const schema = response.contents?.find((content) => content.mediaType === mediaType)?.schema
  const body = schema === undefined ? [] : valueProblems(schema as Schema, message.body, 'response')
  return [
    ...body.map(problemFinding),
    ...headerFindings(headerSchemas(response.headers), message.headers, 'response'),
  ]
}

interface DeliveryMessage {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | undefined
}

interface ReceiverAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** All that is wrong with a delivery: the request of the event's operation, which Prism sees at the path `/`. */
function validateDelivery(prism: Prism, event: EventType, message: DeliveryMessage): readonly Finding[] {
  const declared = declaredTypes(event.http)
  const contentType = message.headers['content-type']
  const mediaType = message.body === undefined ? undefined : matchMediaType(contentType, declared)
  const typeFinding = mediaTypeFinding(contentType, declared, mediaType, message.body === undefined ? 0 : 1)
  const narrowed = requestOperation(event.http, mediaType)
  const said = prism
    .request(narrowed, {
      method: event.http.method.toLowerCase(),
      url: { path: '/', query: {} },
      headers: {
        ...declaredHeaders(narrowed.request?.headers, message.headers),
        ...(mediaType === undefined || isJson(mediaType) ? {} : { 'content-type': mediaType }),
      },
      body: mediaType === undefined ? undefined : message.body,
    })
    .map((diagnostic) => prismFinding(diagnostic))
  const own = [
    ...headerFindings(event.headers, message.headers, 'request'),
    ...valueProblems(event.schema, message.body, 'request').map(problemFinding),
  ]
  return [...typeFinding, ...joined(said, own)]
}

/** What is wrong with how a receiver answered: its status and its headers. Its body is its own affair. */
function validateReceiverAnswer(
  prism: Prism,
  { http }: EventType,
  { status, headers }: ReceiverAnswer,
): readonly Finding[] {
  const response = responseFor(http, status)
  if (response === undefined) return [undeclaredStatus(http, status)]
  const { 'content-type': _contentType, ...rest } = headers
  const said = prism
    .response(responseOperation(http, response, undefined), {
      statusCode: status,
      headers: rest,
      body: undefined,
    })
    .map((diagnostic) => prismFinding(diagnostic))
  return joined(said, headerFindings(headerSchemas(response.headers), headers, 'response'))
}

/**
 * Judges messages by the document, both ways: an empty list is a message that keeps to it. Credentials and scopes are
 * not its business. A schema that does not compile makes it throw: it must never accept everything.
 */
export interface Contract {
  /** A client's request to the mock. */
  request(operation: Operation, message: RequestMessage): readonly Finding[]
  /** The mock's own answer. */
  response(operation: Operation, message: ResponseMessage): readonly Finding[]
  /** A delivery, as it is about to be sent. */
  delivery(event: EventType, message: DeliveryMessage): readonly Finding[]
  /** The receiver's answer to a delivery. */
  receiverAnswer(event: EventType, answer: ReceiverAnswer): readonly Finding[]
}

/** Loads Prism's validators: a few tens of milliseconds, once for each process. */
export async function loadContract(): Promise<Contract> {
  const prism = await loadPrism()
  return {
    request: (operation, message) => validateRequest(prism, operation, message),
    response: (operation, message) => validateResponse(prism, operation.http, message),
    delivery: (event, message) => validateDelivery(prism, event, message),
    receiverAnswer: (event, answer) => validateReceiverAnswer(prism, event, answer),
  }
}
