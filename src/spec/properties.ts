import { isJsonObject, type Json } from '../core/json.ts'
import type { Schema } from './provider.ts'

/** The properties of an object schema, those of its `allOf` parts among them. */
export function properties(schema: Schema): readonly (readonly [name: string, schema: Schema])[] {
  const own: readonly (readonly [string, Json])[] = isJsonObject(schema.properties)
    ? Object.entries(schema.properties)
    : []
  return [...parts(schema).flatMap((part) => properties(part)), ...own.filter(isSchemaEntry)]
}

export function requiredNames(schema: Schema): readonly string[] {
  const own = Array.isArray(schema.required) ? (schema.required as readonly string[]) : []
  return [...parts(schema).flatMap(requiredNames), ...own]
}

function parts(schema: Schema): readonly Schema[] {
  return Array.isArray(schema.allOf) ? (schema.allOf as readonly Json[]).filter(isJsonObject) : []
}

function isSchemaEntry(entry: readonly [string, Json]): entry is readonly [string, Schema] {
  return isJsonObject(entry[1])
}
