import type { IHttpOperation } from '@stoplight/types'
import type { Operation } from '../spec/provider.ts'
import { joined, problemFinding } from './findings.ts'
import { matchPath } from './match-path.ts'
import { isJson, matchMediaType, mediaTypeOf } from './media-types.ts'
import type { Finding, RequestMessage } from './messages.ts'
import type { Prism, PrismDiagnostic } from './prism.ts'
import { prismFinding } from './prism-finding.ts'
import { requestOperation } from './prism-operation.ts'
import { bodyProblems, readParameters } from './schema-problems.ts'

/** All that is wrong with a client's request, by Prism and, where Prism has gaps, by our own validator. */
export function judgeRequest(
  prism: Prism,
  operation: Operation,
  message: RequestMessage,
): readonly Finding[] {
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

export function declaredTypes(http: IHttpOperation): readonly string[] {
  return http.request?.body?.contents?.map((content) => content.mediaType) ?? []
}

/** Prism looks at the media type only if the length is given and the header is there; and throws if it is malformed. */
export function mediaTypeFinding(
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

export function mediaTypeText(contentType: string | undefined, declared: readonly string[]): string {
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

export function declaredHeaders(
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
