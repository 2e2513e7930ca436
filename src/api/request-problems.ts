import { matchMediaType } from '../contract/media-types.ts'
import type { RequestMessage } from '../contract/messages.ts'
import {
  bodyProblems,
  type ParameterValues,
  readParameters,
  type SchemaProblem,
} from '../contract/schema-problems.ts'
import type { Json } from '../core/json.ts'
import type { Operation } from '../spec/provider.ts'
import type { Problem } from '../spec/vocabulary.ts'
import { problem, type RequestProblem } from './problem.ts'

/** The body's media type is one that the operation takes. */
export function mediaTypeProblem(
  operation: Operation,
  contentType: string | undefined,
): RequestProblem | null {
  const known = (operation.body?.contents ?? []).map(({ mediaType }) => mediaType)
  if (matchMediaType(contentType, known) !== undefined) return null
  return problem('media-type', {
    place: 'header/Content-Type',
    contentType: contentType ?? 'none',
    allowed: known,
    reason: `must be ${known.join(' or ')}`,
  })
}

/** Everything that schemas say against the parameters and, where it is JSON, the body. */
export function contractProblems(
  operation: Operation,
  message: RequestMessage,
): { readonly values: ParameterValues; readonly problems: readonly RequestProblem[] } {
  const { values, problems } = readParameters(operation, message)
  const parameterProblems = problems.map((one) => schemaProblem('parameter', one))
  if (operation.body === null) return { values, problems: parameterProblems }
  if (message.body === undefined && operation.body.required)
    return {
      values,
      problems: [...parameterProblems, problem('malformed', { reason: 'the body is missing' })],
    }
  const contentType = message.headers['content-type'] ?? 'application/json'
  const found = message.body === undefined ? [] : bodyProblems(operation, contentType, message.body)
  return { values, problems: [...parameterProblems, ...found.map((one) => schemaProblem('schema', one))] }
}

function schemaProblem(
  name: Problem,
  { place, keyword, message, value, params }: SchemaProblem,
): RequestProblem {
  const { allowedValues } = params
  return problem(name, {
    place,
    keyword,
    reason: message,
    value,
    ...(Array.isArray(allowedValues) && { allowed: allowedValues as readonly Json[] }),
    ...(typeof params.limit === 'number' && { limit: params.limit }),
  })
}
