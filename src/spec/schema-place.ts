import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'

const PARTS = ['allOf', 'anyOf', 'oneOf'] as const
const BRANCHES = ['if', 'then', 'else'] as const

/** Whether values of a schema can have something at a place; `*` stands for any one step. */
export function hasPlace(schema: Json | undefined, steps: readonly string[]): boolean {
  if (!isJsonObject(schema)) return schema === true
  const [step, ...rest] = steps
  if (step === undefined) return true
  return (
    childSchemas(schema, step).some((child) => hasPlace(child, rest)) ||
    alternatives(schema).some((part) => hasPlace(part, steps))
  )
}

/** The schemas of the properties with this name, wherever a schema says so. */
export function schemasAt(schema: Json | undefined, steps: readonly string[]): readonly JsonObject[] {
  if (!isJsonObject(schema)) return []
  const [step, ...rest] = steps
  if (step === undefined) return [schema]
  return [
    ...childSchemas(schema, step).flatMap((child) => schemasAt(child, rest)),
    ...alternatives(schema).flatMap((part) => schemasAt(part, steps)),
  ]
}

function childSchemas(schema: JsonObject, step: string): readonly Json[] {
  const { properties, items, prefixItems, additionalProperties } = schema
  const named = isJsonObject(properties) ? properties : {}
  const own = step === '*' ? Object.values(named) : Object.hasOwn(named, step) ? [named[step] as Json] : []
  const isIndex = step === '*' || /^\d+$/.test(step)
  const inList = isIndex ? [items, ...(Array.isArray(prefixItems) ? prefixItems : [])] : []
  return [...own, ...inList, additionalProperties === true ? undefined : additionalProperties].filter(
    isJsonObject,
  )
}

function alternatives(schema: JsonObject): readonly Json[] {
  const parts = PARTS.flatMap((key) => (Array.isArray(schema[key]) ? (schema[key] as readonly Json[]) : []))
  return [...parts, ...BRANCHES.flatMap((key) => schema[key] ?? [])]
}
