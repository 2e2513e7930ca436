import type { Json } from '../core/json.ts'
import type { EventType } from '../spec/provider.ts'
import { headerFindings, headerSchemas, joined, problemFinding } from './findings.ts'
import { declaredHeaders, declaredTypes, mediaTypeFinding } from './judge-request.ts'
import { undeclaredStatus } from './judge-response.ts'
import { isJson, matchMediaType } from './media-types.ts'
import type { Finding } from './messages.ts'
import type { Prism } from './prism.ts'
import { prismFinding } from './prism-finding.ts'
import { requestOperation, responseFor, responseOperation } from './prism-operation.ts'
import { valueProblems } from './value-problems.ts'

export interface DeliveryMessage {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | undefined
}

export interface ReceiverAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** All that is wrong with a delivery: the request of the event's operation, which Prism sees at the path `/`. */
export function judgeDelivery(prism: Prism, event: EventType, message: DeliveryMessage): readonly Finding[] {
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
export function judgeReceiverAnswer(
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
