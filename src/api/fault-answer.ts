import { validateValue } from '../contract/validate.ts'
import { headerOf, replaceHeaders, toLines } from '../core/headers.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { written } from '../core/number-text.ts'
import type { ApiEffect } from '../fault/api-catalogue.ts'
import { valueKeyword } from '../spec/document.ts'
import type { HeaderSchema, MediaSchema, Operation, Provider, ResponseTemplate } from '../spec/provider.ts'
import { type ApiRequest, type MockParts, problem, type RenderContext, renderContext } from './context.ts'
import { acceptedContent, acceptFits, errorFacts, errorHeaders, rowOfStatus } from './errors.ts'
import { exampleBody, exampleHeader } from './example-answer.ts'
import { type Answer, renderAnswer, renderer } from './render.ts'

/** An answer that a fault asks for; `quota`: what a rate limit says of itself. */
export type StatusAnswer = Extract<ApiEffect, { readonly kind: 'answer' }> & { readonly quota?: number }

/**
 * The answer that a fault asks for by its status. With a body of the fault's own: that. Else what the provider itself
 * answers with this status: its error row, its response schema, its headers; where the rows have no words for it, or do
 * not fill the schema, the example that the document declares, or a value made from the schema. A status that the
 * operation does not declare is answered as another operation declares it, or as the row for unknown routes and methods
 * has it; without either, the answer has no body.
 */
export async function faultAnswer(
  { status, headers, body, quota }: StatusAnswer,
  provider: Pick<Provider, 'operations' | 'errors' | 'responses'>,
  operation: Operation,
  request: ApiRequest,
  parts: Pick<MockParts, 'clock'>,
): Promise<Answer> {
  if (body !== undefined) {
    const isTyped = headerOf(headers, 'Content-Type') !== undefined
    return {
      status,
      headers: { ...(!isTyped && { 'Content-Type': 'application/json' }), ...headers },
      body: isTyped && typeof body === 'string' ? body : JSON.stringify(body),
    }
  }
  const declaring = operationWith(status, operation, provider)
  const template = declaring?.responses.get(status)
  const given = { wait: headerOf(headers, 'Retry-After'), quota }
  const declared =
    declaring === undefined || template === undefined
      ? rowAnswer(status, provider, operation, request, parts)
      : await declaredAnswer(template, declaring, request, parts, given)
  return {
    ...declared,
    headers: Object.fromEntries(replaceHeaders(toLines(declared.headers), toLines(headers))),
  }
}

/** The operation itself, else another that declares the status, first of those that need credentials as this one does. */
function operationWith(
  status: number,
  operation: Operation,
  { operations }: Pick<Provider, 'operations'>,
): Operation | undefined {
  if (operation.responses.has(status)) return operation
  const others = operations.filter(({ responses }) => responses.has(status))
  const needsKey = ({ security }: Operation) => security.length > 0
  return others.find((one) => needsKey(one) === needsKey(operation)) ?? others[0]
}

/** As the first row with this status has it that names a response of the document. */
function rowAnswer(
  status: number,
  { errors, responses, operations }: Pick<Provider, 'operations' | 'errors' | 'responses'>,
  operation: Operation,
  request: ApiRequest,
  parts: Pick<MockParts, 'clock'>,
): Answer {
  const { accept, ownPath, message } = request
  const row = errors.find(
    (one) => one.status === status && one.response !== undefined && acceptFits(one, accept),
  )
  const template = responses.get(row?.response ?? '')
  if (row === undefined || template === undefined) return { status, headers: {}, body: null }
  const line = { method: message.method, path: ownPath }
  const allowed = operations.filter(({ path }) => path === operation.path).map(({ method }) => method)
  const problems = [problem('fault', { allowed })]
  const content = acceptedContent(template.contents, row.mediaType, accept)
  const context = {
    ...renderContext(parts, request, operation),
    error: errorFacts(row, status, problems, line),
  }
  return renderAnswer({ ...template, status }, content, context, undefined, errorHeaders(row, problems, line))
}

interface GivenFacts {
  /** Seconds, where the fault says how long to wait. */
  readonly wait: string | undefined
  readonly quota: number | undefined
}

async function declaredAnswer(
  { status, contents, headers }: ResponseTemplate,
  operation: Operation,
  request: ApiRequest,
  parts: Pick<MockParts, 'clock'>,
  given: GivenFacts,
): Promise<Answer> {
  const { accept, ownPath, message } = request
  const context = renderContext(parts, request, operation)
  const line = { method: message.method, path: ownPath }
  const scopes = operation.security.flatMap((schemes) => Object.values(schemes).flat())
  const problems = [problem('fault', { scopes })]
  const row = rowOfStatus(operation, status, accept)
  const content = acceptedContent(contents, row?.mediaType, accept)
  const declared = await Promise.all(
    headers.map(async (header) => [
      header.name,
      await headerValue(header, operation, status, context, given),
    ]),
  )
  const own = row && { error: errorFacts(row, status, problems, line) }
  return {
    status,
    headers: {
      ...Object.fromEntries(declared.filter(([, value]) => value !== undefined)),
      ...(row && errorHeaders(row, problems, line)),
      ...(content !== undefined && { 'Content-Type': content.mediaType }),
    },
    body: content === undefined ? null : await bodyOf(content, operation, status, context, own),
  }
}

/** Members that have no source are as the example has them. */
async function bodyOf(
  { mediaType, schema }: MediaSchema,
  operation: Operation,
  status: number,
  context: RenderContext,
  own: Pick<RenderContext, 'error'> | undefined,
): Promise<string | null> {
  const example = await exampleBody(operation, status, mediaType)
  if (example === undefined || typeof example === 'string') return example ?? null
  const filled = (values: RenderContext) => written(renderer(schema)(values, example) ?? null).value
  const answers = [...(own ? [filled({ ...context, ...own })] : []), over(example, filled(context)), example]
  const whole = answers.find((answer) => validateValue(schema, answer, 'response').length === 0)
  return JSON.stringify(whole ?? example)
}

/** What was filled in, over the example: what the provider draws from an error of its own stays as the example has it. */
function over(example: Json, rendered: Json | undefined): Json {
  if (rendered === undefined || rendered === null) return example
  if (!isJsonObject(example) || !isJsonObject(rendered)) return rendered
  const members = Object.entries(example).map(([name, value]) => [name, over(value, rendered[name])] as const)
  // In the order of the example; what it does not have comes last.
  return { ...Object.fromEntries(members), ...without(rendered, example) }
}

function without(rendered: JsonObject, example: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(rendered).filter(([name]) => !Object.hasOwn(example, name)))
}

/** Without a time that the fault names, another request makes sense in a second. */
const WAIT = '1'

/**
 * Headers that say how long to wait, and how many requests are allowed: RFC 9110, section 10.2.3;
 * draft-ietf-httpapi-ratelimit-headers.
 */
const LIMIT_HEADERS: Readonly<Record<string, (given: GivenFacts) => string | undefined>> = {
  'retry-after': ({ wait = WAIT }) => wait,
  'ratelimit-reset': ({ wait = WAIT }) => wait,
  'ratelimit-limit': ({ quota }) => quota?.toString(),
  'ratelimit-remaining': ({ quota }) => (quota === undefined ? undefined : '0'),
}

/**
 * Of a declared header: what the fault says, else its source, else its example. A source that has nothing leaves an
 * optional header out, as it does in any other answer: an example may be another operation's.
 */
async function headerValue(
  { name, schema, required }: HeaderSchema,
  operation: Operation,
  status: number,
  context: RenderContext,
  given: GivenFacts,
): Promise<string | undefined> {
  const key = name.toLowerCase()
  if (key === 'content-type') return undefined
  const known = LIMIT_HEADERS[key]?.(given) ?? renderer(schema)(context, undefined)
  const isAbsent = known === undefined && !required && valueKeyword(schema) !== undefined
  const value = isAbsent ? undefined : (known ?? (await exampleHeader(operation, status, name)))
  return value === undefined || value === null ? undefined : String(value)
}
