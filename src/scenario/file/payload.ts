import { isJsonObject, type Json, toPointer } from '../../core/json.ts'
import { nearest, suggestion } from '../../core/text.ts'
import { type Issue, issue } from '../../schema/issue.ts'
import type { EventType, Schema } from '../../spec/provider.ts'

/** Members of a payload that neither the schema nor the sample of its event knows. */
export function payloadIssues(
  { type, schema, sample }: EventType,
  payload: Json | undefined,
  at: string,
): readonly Issue[] {
  return within(payload, { schemas: [schema], sample, at, type })
}

interface Place {
  /** What the document says of it, in every alternative. */
  readonly schemas: readonly Schema[]
  readonly sample: Json | undefined
  readonly at: string
  readonly type: string
}

function within(value: Json | undefined, place: Place): readonly Issue[] {
  const parts = place.schemas.flatMap(partsOf)
  if (Array.isArray(value)) {
    const schemas = parts.flatMap(({ items }) => (isJsonObject(items) ? [items] : []))
    return (value as readonly Json[]).flatMap((one, i) =>
      within(one, { ...place, schemas, sample: undefined, at: `${place.at}/${i}` }),
    )
  }
  if (!isJsonObject(value)) return []
  const known = parts.flatMap(({ properties }) => (isJsonObject(properties) ? [properties] : []))
  const sample = isJsonObject(place.sample) ? place.sample : {}
  const names = [...new Set([...known, sample].flatMap((one) => Object.keys(one)))]
  const isClosed = parts.some(takesNoOther) && !parts.some(takesAny)
  // Where the document leaves it open, only what looks like a slip is one.
  const isUnknown = (name: string) =>
    !names.includes(name) && (isClosed || (!parts.some(takesAny) && nearest(name, names) !== undefined))
  return Object.entries(value).flatMap(([name, one]) => {
    const at = `${place.at}${toPointer([name])}`
    if (isUnknown(name)) {
      const hint = `${suggestion(name, names)} Where it is intended, add raw: true.`
      return [issue(at, `the body of ${place.type} has no "${name}" here`, hint)]
    }
    const schemas = known.flatMap((properties) => {
      const found = Object.hasOwn(properties, name) ? properties[name] : undefined
      return isJsonObject(found) ? [found] : []
    })
    return within(one, { ...place, schemas, sample: sample[name], at })
  })
}

/** A schema with all its alternatives and conditions. */
function partsOf(schema: Schema): readonly Schema[] {
  const lists = [schema.allOf, schema.anyOf, schema.oneOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  )
  const inner = [...(lists as readonly Json[]), schema.then ?? null, schema.else ?? null].filter(isJsonObject)
  return [schema, ...inner.flatMap(partsOf)]
}

function takesAny({ additionalProperties, patternProperties }: Schema): boolean {
  return (
    patternProperties !== undefined || additionalProperties === true || isJsonObject(additionalProperties)
  )
}

function takesNoOther({ additionalProperties, unevaluatedProperties }: Schema): boolean {
  return additionalProperties === false || unevaluatedProperties === false
}
