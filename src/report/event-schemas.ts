import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { EventType } from '../spec/provider.ts'

/** An event type with its sample, and the JSON Schemas (2020-12) of its body and of an object of its headers. */
export function eventSchemas({ type, summary, sample, schema, headers }: EventType): JsonObject {
  return {
    type,
    summary,
    sample,
    body: plain(schema),
    headers: {
      type: 'object',
      properties: Object.fromEntries(headers.map((header) => [header.name, plain(header.schema)])),
      required: headers.filter(({ required }) => required).map(({ name }) => name),
    },
  }
}

/** Without hookproof's own keywords, which no other reader knows. */
function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain)
  if (!isJsonObject(value)) return value
  const known = Object.entries(value).filter(([key]) => !key.startsWith('x-mock-'))
  return Object.fromEntries(known.map(([key, one]) => [key, plain(one)]))
}
