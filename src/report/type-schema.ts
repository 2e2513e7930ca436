import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { Schema } from '../spec/provider.ts'
import { valueKeyword } from '../spec/value-keyword.ts'

const LISTS = ['allOf', 'anyOf', 'oneOf'] as const
const NAMED = ['properties', 'patternProperties', ...LISTS] as const

/** The part of an event's schema that a type can say: conditions, patterns and limits would only confuse it. */
export function typeSchema(schema: Schema, eventType: string): JsonObject {
  const nested = (one: Json): Json => (isJsonObject(one) ? typeSchema(one, eventType) : one)
  const only: Record<string, Json> = { ...plainKeywords(schema), ...listKeywords(schema, nested) }
  // What tells the event types apart is each one's own, so that a union of bodies can be narrowed by it.
  if (valueKeyword(schema)?.from === 'event.type') return { ...only, const: eventType }
  const { properties, patternProperties, additionalProperties } = schema
  if (isJsonObject(properties)) only.properties = mapped(properties, nested)
  if (isJsonObject(patternProperties)) only.patternProperties = mapped(patternProperties, nested)
  if (additionalProperties !== undefined) only.additionalProperties = nested(additionalProperties)
  // An object of which nothing is said may hold anything.
  else if ([schema.type].flat().includes('object') && !NAMED.some((key) => schema[key] !== undefined))
    only.additionalProperties = true
  return { ...only, ...itemKeywords(schema, nested) }
}

function plainKeywords({ description, type, required, enum: values, const: value, deprecated }: Schema) {
  const only: Record<string, Json> = {}
  if (typeof description === 'string') only.description = commentText(description)
  if (type !== undefined) only.type = type
  if (Array.isArray(required)) only.required = required
  if (Array.isArray(values) && values.length > 0) only.enum = values
  if (value !== undefined) only.const = value
  if (deprecated !== undefined) only.deprecated = deprecated
  return only
}

function listKeywords(schema: Schema, nested: (one: Json) => Json): Record<string, Json> {
  const only: Record<string, Json> = {}
  for (const key of LISTS) {
    const list = Array.isArray(schema[key]) ? (schema[key] as readonly Json[]) : []
    const saying = list.filter(saysType)
    // One alternative that says nothing lets everything pass; one condition more leaves the others as they are.
    if (saying.length > 0 && (key === 'allOf' || saying.length === list.length))
      only[key] = saying.map(nested)
  }
  return only
}

const SAYING = ['type', 'enum', 'const', 'properties', 'patternProperties', 'items', 'prefixItems', ...LISTS]

function saysType(schema: Json): boolean {
  return !isJsonObject(schema) || SAYING.some((key) => schema[key] !== undefined)
}

function itemKeywords({ items, prefixItems }: Schema, nested: (one: Json) => Json): Record<string, Json> {
  if (!Array.isArray(prefixItems)) return items === undefined ? {} : { items: nested(items) }
  return {
    items: (prefixItems as readonly Json[]).map(nested),
    additionalItems: items === undefined ? true : nested(items),
  }
}

function mapped(object: JsonObject, nested: (one: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, one]) => [name, nested(one)]))
}

/** Nothing that a document says ends its comment. */
export function commentText(text: string): string {
  return text.trim().replaceAll('*/', '*\\/')
}
