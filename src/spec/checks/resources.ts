import { atPointer, type JsonObject, pointerSteps, toPointer } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import type { Issue } from '../../schema/issue.ts'
import {
  bodySchemas,
  hasPlace,
  type OperationNode,
  operationNodes,
  properties,
  walkDocument,
} from '../document.ts'
import type { ResourceKeyword } from '../vocabulary.ts'
/** The pointers of the schemas that carry `x-mock-resource`, in the document as it is written. */
export function resourcePointers(document: JsonObject): readonly string[] {
  return [...walkDocument(document)]
    .filter((node) => node.kind === 'schema' && node.value['x-mock-resource'] !== undefined)
    .map((node) => node.pointer)
}

export function resourceAt(document: JsonObject, pointer: string | undefined): ResourceKeyword | undefined {
  const keyword = pointer === undefined ? undefined : atPointer(document, `${pointer}/x-mock-resource`)
  return keyword as unknown as ResourceKeyword | undefined
}

/** The root keywords that every provider needs, and exactly one resource whose fields exist. */
export function resourceIssues(document: JsonObject, resolved: JsonObject): readonly Issue[] {
  const missing = (['x-mock-provider', 'x-mock-delivery'] as const)
    .filter((keyword) => document[keyword] === undefined)
    .map((keyword) => ({
      code: 'NO_KEYWORD',
      reason: `it has no ${keyword}`,
      hint: WRITE_KEYWORD,
      pointer: '',
    }))
  const [pointer, ...others] = resourcePointers(document)
  if (pointer === undefined)
    return [
      ...missing,
      { code: 'NO_RESOURCE', reason: 'no schema has x-mock-resource', hint: MARK_SCHEMA, pointer: '' },
    ]
  const repeated = others.map((other) => ({
    code: 'SECOND_RESOURCE',
    reason: `a second schema has x-mock-resource (the first is #${pointer})`,
    pointer: `${other}/x-mock-resource`,
  }))
  return [...missing, ...repeated, ...fieldIssues(resolved, pointer)]
}

const WRITE_KEYWORD = 'openapi/README.md describes the keywords.'

const MARK_SCHEMA = 'Put it on the schema of a webhook as it is read.'

function fieldIssues(resolved: JsonObject, pointer: string): readonly Issue[] {
  const resource = resourceAt(resolved, pointer)
  const schema = atPointer(resolved, pointer)
  if (resource === undefined) return []
  const readable = properties(schema as JsonObject).map(([name]) => name)
  const { timestamps = {}, derived = {}, enabled, filter, narrow, health = {} } = resource
  const { precision: _ofTimes, ...times } = timestamps
  const fields: readonly (readonly [at: string, field: string | undefined])[] = [
    ['id/field', resource.id.field],
    ['url/field', resource.url.field],
    ['enabled/field', enabled?.field],
    ['narrow/field', narrow?.field],
    ...Object.entries(health).map(
      ([at, named]) => [`health/${at}`, typeof named === 'string' ? named : named.field] as const,
    ),
    ...Object.entries(times).map(([at, field]) => [`timestamps/${at}`, field] as const),
    ...Object.keys(derived).map((field) => [`derived${toPointer([field])}`, field] as const),
  ]
  const unknown = fields.flatMap(([at, field]) => {
    if (field === undefined || readable.includes(field)) return []
    return [
      {
        code: 'UNKNOWN_FIELD',
        reason: `the schema has no property "${field}"`,
        hint: suggestion(field, readable),
        pointer: `${pointer}/x-mock-resource/${at}`,
      },
    ]
  })
  const events = operationNodes(resolved, 'webhooks')
  return [
    ...unknown,
    ...matchIssues(filter?.match, events, `${pointer}/x-mock-resource/filter/match`),
    ...matchIssues(narrow?.match, events, `${pointer}/x-mock-resource/narrow/match`),
  ]
}

function matchIssues(
  match: string | undefined,
  events: readonly OperationNode[],
  pointer: string,
): readonly Issue[] {
  if (match === undefined || match === 'type' || events.length === 0) return []
  const steps = pointerSteps(match)
  if (events.some((event) => bodySchemas(event).some((schema) => hasPlace(schema, steps)))) return []
  return [
    {
      code: 'UNKNOWN_PLACE',
      reason: `no webhook's body has anything at "${match}"`,
      pointer,
    },
  ]
}
