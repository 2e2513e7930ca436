import type { Json, JsonObject } from '../core/json.ts'
import type { Normalisation, ResourceKeyword } from '../spec/vocabulary.ts'

const RULES: Readonly<Record<Normalisation, (value: Json) => Json>> = {
  'one-or-many': (value) => (typeof value === 'string' ? [value] : value),
  'dotted-number': (value) => (Array.isArray(value) ? value.map(dotted) : dotted(value)),
}

/** The input with each field written as the provider keeps it. */
export function normalise(input: JsonObject, { normalise: rules = {} }: ResourceKeyword): JsonObject {
  return Object.fromEntries(
    Object.entries(input).map(([field, value]) => [
      field,
      (Object.hasOwn(rules, field) ? (rules[field] ?? []) : []).reduce(
        (kept, rule) => RULES[rule](kept),
        value,
      ),
    ]),
  )
}

/** 0403170701 → 0403.170.701: four digits, three, three. */
function dotted(value: Json): Json {
  if (typeof value !== 'string') return value
  const digits = /^(\d{4})(\d{3})(\d{3})$/.exec(value)
  return digits === null ? value : digits.slice(1).join('.')
}
