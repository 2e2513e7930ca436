import { isJsonObject, type Json } from '../core/json.ts'
import type { Schema } from '../spec/provider.ts'

/** JSON's own notation only: neither `0x10`, `1e3`, ` 5` nor the empty string, which JavaScript would read as numbers. */
const READERS: Readonly<Record<string, (text: string) => Json | undefined>> = {
  integer: (text) => (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined),
  number: (text) => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  null: (text) => (text === 'null' ? null : undefined),
}

/** The text of a parameter as the first of its schema's types that can be read from it; else the text as it is. */
export function coerce(text: string, schema: Json | undefined): Json {
  for (const type of typesOf(schema)) {
    const value = READERS[type]?.(text)
    if (value !== undefined) return value
  }
  return text
}

/** The types that a schema allows, its alternatives included; in the order in which they are tried. */
export function typesOf(schema: Json | undefined): readonly string[] {
  if (!isJsonObject(schema)) return []
  const found = known.get(schema) ?? findTypes(schema)
  known.set(schema, found)
  return found
}

const known = new WeakMap<Schema, readonly string[]>()

function findTypes(schema: Schema): readonly string[] {
  const own = typeof schema.type === 'string' ? [schema.type] : Array.isArray(schema.type) ? schema.type : []
  const inner = ['allOf', 'anyOf', 'oneOf'].flatMap((key) =>
    listAt(schema, key).flatMap((entry) => [...typesOf(entry)]),
  )
  const fixed = [...listAt(schema, 'enum'), ...('const' in schema ? [schema.const] : [])].map(typeOf)
  return [...new Set([...own.map(String), ...inner, ...(own.length === 0 ? fixed : [])])]
}

function listAt(schema: Schema, key: string): readonly Json[] {
  const list = schema[key]
  return Array.isArray(list) ? list : []
}

function typeOf(value: Json | undefined): string {
  if (value === null) return 'null'
  return Number.isInteger(value) ? 'integer' : Array.isArray(value) ? 'array' : typeof value
}
