import type { IHttpOperation, IHttpOperationResponse } from '@stoplight/types'
import type { Schema } from '../spec/provider.ts'
import { headerFindings, headerSchemas, joined, problemFinding } from './findings.ts'
import { declaredHeaders, mediaTypeText } from './judge-request.ts'
import { matchMediaType } from './media-types.ts'
import type { Finding, ResponseMessage } from './messages.ts'
import type { Prism } from './prism.ts'
import { prismFinding } from './prism-finding.ts'
import { responseFor, responseOperation } from './prism-operation.ts'
import { valueProblems } from './value-problems.ts'

/** RFC 9110, section 6.4.1: these have no content, whatever a document says. */
const bodyless = (status: number) => status < 200 || status === 204 || status === 304

/** All that is wrong with an answer. Any diagnostic counts: Prism calls an undeclared status a mere warning. */
export function judgeResponse(
  prism: Prism,
  http: IHttpOperation,
  message: ResponseMessage,
): readonly Finding[] {
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

export function undeclaredStatus(http: IHttpOperation, status: number): Finding {
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
