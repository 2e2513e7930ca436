import type {
  IHttpHeaderParam,
  IHttpOperation,
  IHttpOperationResponse,
  IMediaTypeContent,
} from '@stoplight/types'
import { type Json, pointerSteps } from '../core/json.ts'
import { MAX_ERRORS } from '../schema/bounded-ajv.ts'
import type { EventType, HeaderSchema, Operation, Schema } from '../spec/provider.ts'
import { isForm } from './form.ts'
import { contentFor, isJson, mediaTypeOf } from './media-types.ts'
import { bounded, type RequestMessage, type ResponseMessage, type RuleViolation } from './messages.ts'
import { coerce, matchPath, type ParameterValues, readParameters, typesOf } from './parameters.ts'
import { loadPrism, type Prism } from './prism.ts'
import { aboutPlace, type Direction, loadEngine, type SchemaViolation, validateValue } from './validate.ts'

/**
 * Validates messages by the document, both ways. Credentials and scopes are not its business.
 *
 * Prism validates. Our own validator, on the same schemas, gives keyword, place and parameters of what Prism refused, and
 * covers what Prism leaves out: path parameters (it matches them unanchored, reads a comma as a list and throws at a broken
 * encoding), forms (of repeated fields it takes the last), list and object headers (it throws where they are absent), the
 * notation of numbers in parameters, whether there is a body (it takes `0`, `false` and `""` for none), media types (it
 * takes `application/problem+json` for `application/json`), `allOf`, and read-only properties below alternatives.
 *
 * A schema that does not compile makes it throw, where Prism would accept everything.
 */
export interface Contract {
  /** A client's request to the mock. */
  request(operation: Operation, message: RequestMessage): CheckedRequest
  /** The mock's own answer. */
  response(operation: Operation, message: ResponseMessage): readonly RuleViolation[]
  /** A delivery, as it is about to be sent. */
  delivery(event: EventType, message: DeliveryMessage): readonly RuleViolation[]
  /** The receiver's answer to a delivery. */
  receiverAnswer(event: EventType, answer: ReceiverAnswer): readonly RuleViolation[]
}

/** A request whose parameters have been read, and everything in which it breaks its contract. */
export interface CheckedRequest {
  readonly values: ParameterValues
  readonly violations: readonly RuleViolation[]
  /** Of {@link violations}, those that a schema explains, in the form from which a provider's own messages are made. */
  readonly parameters: readonly SchemaViolation[]
  /** As `parameters`. A body of an undeclared media type is validated as the first declared one. */
  readonly body: readonly SchemaViolation[]
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

/** Loads Prism's validators: a few tens of milliseconds, once for each process. */
export async function loadContract(): Promise<Contract> {
  const prism = await loadPrism()
  loadEngine()
  return {
    request(operation, message) {
      const checked = checkRequest(prism, operation, message)
      return { ...checked, violations: bounded(checked.violations) }
    },
    response: (operation, message) => bounded(checkResponse(prism, operation.http, message)),
    delivery: (event, message) => bounded(checkDelivery(prism, event, message)),
    receiverAnswer: (event, answer) => bounded(checkReceiverAnswer(prism, event, answer)),
  }
}

function checkRequest(prism: Prism, operation: Operation, message: RequestMessage): CheckedRequest {
  const { values, violations: parameters } = readParameters(operation, message)
  if (matchPath(operation.path, message.path) === undefined) {
    const wrong = { location: 'path', rule: 'path', message: `${message.path} is not ${operation.path}` }
    return { values, violations: [wrong], parameters, body: [] }
  }
  const { http } = operation
  const contentType = message.headers['content-type']
  const hasBody = message.bodyLength > 0
  const declared = http.request?.body?.contents ?? []
  const content = hasBody ? contentFor(declared, contentType) : undefined
  const body = bodyViolations(
    operation,
    contentType ?? 'application/json',
    hasBody ? message.body : undefined,
  )
  const prismViolations = [
    ...checkBody(prism, content, contentType, message.body, 'request', body),
    ...prism.headers(message.headers, http.request?.headers, 'request'),
    ...prism.query(message.query, http.request?.query),
  ]
  const isTyped = !hasBody || content !== undefined
  const own = [...parameters, ...(isTyped ? body : [])].map(ruleViolation)
  const violations = [
    ...(hasBody && content === undefined ? [mediaTypeViolation(contentType, declared)] : []),
    ...joined(prismViolations, own),
  ]
  const isParsed = content !== undefined && (isJson(content.mediaType) || isForm(content.mediaType))
  if (!isParsed || message.body !== undefined) return { values, violations, parameters, body }
  // The body is there but unreadable, so a violation that says it is missing would mislead.
  const rest = violations.filter(({ location }) => location !== 'body')
  const reason =
    message.unread === undefined ? 'body is not valid JSON' : `body cannot be read: ${message.unread}`
  const unread = { location: 'body', rule: 'body', message: reason }
  return { values, violations: [...rest, unread], parameters, body }
}

/** How the body of a request breaks its schema. One of an undeclared media type is validated as the first declared one. */
export function bodyViolations(
  operation: Pick<Operation, 'body'>,
  mediaType: string | undefined,
  body: Json | undefined,
): readonly SchemaViolation[] {
  const declared = operation.body
  if (declared === null) return []
  if (body === undefined) return declared.required ? [MISSING_BODY] : []
  const content = contentFor(declared.contents, mediaType) ?? declared.contents[0]
  return content === undefined ? [] : validateValue(content.schema, body, 'request')
}

const MISSING_BODY: SchemaViolation = {
  place: '',
  field: '',
  keyword: 'required',
  params: {},
  message: 'must have a body',
  value: undefined,
}

/** What Prism says of a body; nothing of one of which enough is known, since Prism does not stop. */
function checkBody(
  prism: Prism,
  content: IMediaTypeContent | undefined,
  contentType: string | undefined,
  value: Json | undefined,
  direction: Direction,
  known: readonly SchemaViolation[],
): readonly RuleViolation[] {
  const mediaType = contentType === undefined ? undefined : mediaTypeOf(contentType)
  if (content?.schema === undefined || mediaType === undefined || value === undefined) return []
  // Prism reads a form from its text, and of a field that is there several times the last one alone.
  const read = isForm(mediaType) ? 'application/json' : mediaType
  return known.length < MAX_ERRORS ? prism.body(value, content, read, direction) : []
}

/** RFC 9110, section 6.4.1: these have no content, whatever a document says. */
const isBodyless = (status: number) => status < 200 || status === 204 || status === 304

function checkResponse(
  prism: Prism,
  http: IHttpOperation,
  { status, headers, body, bodyLength }: ResponseMessage,
): readonly RuleViolation[] {
  const response = responseFor(http, status)
  if (response === undefined) return [undeclaredStatus(http, status)]
  const declared = response.contents ?? []
  const hasBody = bodyLength > 0
  if (hasBody && (declared.length === 0 || isBodyless(status))) {
    const message = `body is not declared for ${status}, but there is one`
    return [{ location: 'body', rule: 'body', message }]
  }
  if (!hasBody && declared.length > 0 && !isBodyless(status)) {
    const message = `body is declared for ${status}, but there is none`
    return [{ location: 'body', rule: 'required', message }]
  }
  const contentType = headers['content-type']
  const content = hasBody ? contentFor(declared, contentType) : undefined
  if (hasBody && content === undefined) return [mediaTypeViolation(contentType, declared)]
  const own = content?.schema === undefined ? [] : validateValue(content.schema as Schema, body, 'response')
  return joined(
    [
      ...checkBody(prism, content, contentType, body, 'response', own),
      ...prism.headers(headers, response.headers, 'response'),
    ],
    [...own.map(ruleViolation), ...headerViolations(headerSchemas(response.headers), headers, 'response')],
  )
}

/** A delivery is the request of its event's operation. */
function checkDelivery(
  prism: Prism,
  event: EventType,
  { headers, body }: DeliveryMessage,
): readonly RuleViolation[] {
  const declared = event.http.request?.body?.contents ?? []
  const contentType = headers['content-type']
  const content = body === undefined ? undefined : contentFor(declared, contentType)
  const own = validateValue(event.schema, body, 'request')
  return [
    ...(body !== undefined && content === undefined ? [mediaTypeViolation(contentType, declared)] : []),
    ...joined(
      [
        ...checkBody(prism, content, contentType, body, 'request', own),
        ...prism.headers(headers, event.http.request?.headers, 'request'),
      ],
      [...headerViolations(event.headers, headers, 'request'), ...own.map(ruleViolation)],
    ),
  ]
}

/** The status and the headers of a receiver's answer. Its body is its own affair. */
function checkReceiverAnswer(
  prism: Prism,
  { http }: EventType,
  { status, headers }: ReceiverAnswer,
): readonly RuleViolation[] {
  const response = responseFor(http, status)
  if (response === undefined) return [undeclaredStatus(http, status)]
  return joined(
    prism.headers(headers, response.headers, 'response'),
    headerViolations(headerSchemas(response.headers), headers, 'response'),
  )
}

const responses = new WeakMap<IHttpOperation, Map<number, IHttpOperationResponse | undefined>>()

/** The response that is declared for a status: by itself, by its range (`4XX`), or as the default. */
function responseFor(http: IHttpOperation, status: number): IHttpOperationResponse | undefined {
  const known = responses.get(http) ?? new Map<number, IHttpOperationResponse | undefined>()
  responses.set(http, known)
  if (!known.has(status)) {
    const codes = [String(status), `${String(status).charAt(0)}XX`, 'DEFAULT']
    const found = codes
      .map((code) => http.responses.find((response) => response.code.toUpperCase() === code))
      .find((response) => response !== undefined)
    known.set(status, found)
  }
  return known.get(status)
}

function undeclaredStatus(http: IHttpOperation, status: number): RuleViolation {
  const declared = http.responses.map((response) => response.code).join(', ')
  const message = `status ${status} is not declared; declared: ${declared}`
  return { location: 'status', rule: 'status', message }
}

/** Of a body whose media type is not declared. */
function mediaTypeViolation(
  contentType: string | undefined,
  declared: readonly { readonly mediaType: string }[],
): RuleViolation {
  if (declared.length === 0)
    return { location: 'body', rule: 'body', message: 'body is not declared, but there is one' }
  const types = declared.map(({ mediaType }) => mediaType).join(', ')
  const type = contentType === undefined ? undefined : mediaTypeOf(contentType)
  const what =
    contentType === undefined
      ? 'is missing'
      : type === undefined
        ? `"${contentType}" is no media type`
        : `${type} is not declared`
  const message = `header/content-type ${what}; declared: ${types}`
  return { location: 'header/content-type', rule: 'media-type', message }
}

/** How headers break their schemas; lists are read from their comma-separated text. */
export function headerViolations(
  specs: readonly HeaderSchema[],
  headers: Readonly<Record<string, string>>,
  direction: Direction,
): readonly RuleViolation[] {
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
    return validateValue(schema, value, direction, location).map(ruleViolation)
  })
}

const NO_HEADERS: readonly HeaderSchema[] = []

const read = new WeakMap<readonly IHttpHeaderParam[], readonly HeaderSchema[]>()

function headerSchemas(headers: readonly IHttpHeaderParam[] | undefined): readonly HeaderSchema[] {
  if (headers === undefined || headers.length === 0) return NO_HEADERS
  const known = read.get(headers)
  if (known !== undefined) return known
  const made = headers.map(({ name, required = false, schema = {} }) => ({
    name,
    required,
    schema: schema as Schema,
  }))
  read.set(headers, made)
  return made
}

/** What our own validator found, in the form in which violations are kept. */
export function ruleViolation({ place, keyword, message }: SchemaViolation): RuleViolation {
  const isBody = place === '' || place.startsWith('/')
  const isHeader = place.startsWith('header/')
  const location = isBody
    ? ['body', ...pointerSteps(place)].join('/')
    : isHeader
      ? place.toLowerCase()
      : place
  return { location, rule: keyword, message: `${location} ${aboutPlace(keyword, message)}` }
}

/** The first list, and those of the second that it does not have yet. */
function joined(first: readonly RuleViolation[], second: readonly RuleViolation[]): readonly RuleViolation[] {
  if (second.length === 0) return first
  const known = new Set(first.map(key))
  return [...first, ...second.filter((violation) => !known.has(key(violation)))]
}

function key({ location, rule }: RuleViolation): string {
  return `${location} ${rule}`
}
