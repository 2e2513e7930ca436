import type { Json } from '../core/json.ts'
import type { MediaSchema, Operation, Schema } from '../spec/provider.ts'
import { matchMediaType } from './media-types.ts'
import { type SchemaProblem, valueProblems } from './value-problems.ts'

export { type ParameterValues, type ReadParameters, readParameters } from './read-parameters.ts'
export type { SchemaProblem } from './value-problems.ts'

/** What is wrong with a value that is sent: all of it, in the order of the schema. */
export function schemaProblems(schema: Schema, value: Json | undefined): readonly SchemaProblem[] {
  return valueProblems(schema, value, 'request')
}

/**
 * What is wrong with the body of a request: keyword, place and parameters, from which a provider's own messages are
 * made. A media type that is not declared is judged by the first one that is.
 */
export function bodyProblems(
  operation: Pick<Operation, 'body'>,
  mediaType: string | undefined,
  body: Json | undefined,
): readonly SchemaProblem[] {
  const declared = operation.body
  if (declared === null) return []
  if (body === undefined) return declared.required ? [MISSING_BODY] : []
  const content = contentFor(declared.contents, mediaType) ?? declared.contents[0]
  return content === undefined ? [] : valueProblems(content.schema, body, 'request')
}

const MISSING_BODY: SchemaProblem = {
  place: '',
  field: '',
  keyword: 'required',
  params: {},
  message: 'must have a body',
  value: undefined,
}

export function contentFor(
  contents: readonly MediaSchema[],
  contentType: string | undefined,
): MediaSchema | undefined {
  const declared = contents.map((content) => content.mediaType)
  const match = matchMediaType(contentType, declared)
  return contents.find((content) => content.mediaType === match)
}
