import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import type { Draw } from './draw.ts'

/** Texts that formats and patterns of the documents ask for. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  uri: ['@receiver@'],
  url: ['@receiver@'],
  uuid: ['00000000-0000-4000-8000-000000000000'],
  'date-time': ['2026-06-05T09:00:00Z'],
  date: ['2026-06-05'],
  email: ['a@example.com'],
}

/** A value that mostly fits a schema, with some of what is optional left out. */
export function sample(draw: Draw, schema: Json | undefined, depth = 0): Json {
  if (!isJsonObject(schema) || depth > 12) return draw.oneOf<Json>(['text', 1, {}])
  const { const: constant, enum: choices, examples, example, default: fallback, type } = schema
  if (constant !== undefined) return constant
  if (Array.isArray(choices)) return draw.oneOf(choices)
  for (const known of [Array.isArray(examples) ? examples[0] : undefined, example, fallback])
    if (known !== undefined && draw.chance(0.6)) return known
  for (const all of [schema.oneOf, schema.anyOf])
    if (Array.isArray(all) && all.length > 0) return sample(draw, draw.oneOf(all), depth + 1)
  if (Array.isArray(schema.allOf))
    return Object.assign({}, ...schema.allOf.map((part: Json) => sample(draw, part, depth + 1)))
  const kind = Array.isArray(type) ? draw.oneOf(type as readonly Json[]) : type
  if (kind === 'object' || isJsonObject(schema.properties)) return sampleObject(draw, schema, depth)
  if (kind === 'array')
    return Array.from({ length: draw.size(4) }, () => sample(draw, schema.items, depth + 1))
  if (kind === 'integer' || kind === 'number') return Number(schema.minimum ?? 0) + draw.below(5)
  if (kind === 'boolean') return draw.chance(0.5)
  if (kind === 'null') return null
  return sampleText(draw, schema)
}

function sampleObject(draw: Draw, { properties = {}, required = [] }: JsonObject, depth: number): Json {
  const needed = required as readonly Json[]
  const entries = Object.entries(properties as JsonObject)
    .filter(([name]) => needed.includes(name) || draw.chance(0.5))
    .map(([name, inner]) => [name, sample(draw, inner, depth + 1)] as const)
  return Object.fromEntries(entries)
}

function sampleText(draw: Draw, { format, pattern, minLength }: JsonObject): string {
  const known = FORMATS[String(format)]
  if (known !== undefined) return draw.oneOf(known)
  if (pattern !== undefined) return draw.oneOf(['1ms', '10s', 'abc', '0403170701', '/a', 'evt_1'])
  return 'text-123'.padEnd(Number(minLength ?? 0), 'x')
}
