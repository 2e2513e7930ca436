import { isJsonObject, type Json } from '../core/json.ts'
import { suggestion } from '../core/text.ts'
import type { Operation, Schema } from '../spec/provider.ts'
import { contentFor } from './media-types.ts'
import type { RequestMessage, RuleViolation } from './messages.ts'

/** What a request carries that its operation does not declare, though JSON Schema allows it. */
export function strictViolations(operation: Operation, message: RequestMessage): readonly RuleViolation[] {
  const content =
    message.body === undefined || operation.body === null
      ? undefined
      : contentFor(operation.body.contents, message.headers['content-type'])
  return [
    ...undeclaredQuery(operation, message.query),
    ...(content === undefined ? [] : undeclaredProperties([content.schema], message.body, 'body')),
  ]
}

export function undeclaredQuery(
  operation: Pick<Operation, 'parameters'>,
  query: RequestMessage['query'],
): readonly RuleViolation[] {
  const names = Object.keys(query)
  if (names.length === 0) return []
  const declared = operation.parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name }) => name)
  // `page[size]` belongs to a declared object `page`.
  const isDeclared = (name: string) => declared.includes(name) || declared.includes(name.replace(/\[.*$/, ''))
  return names
    .filter((name) => !isDeclared(name))
    .map((name) => undeclared(`query/${name}`, 'query parameter', name, declared))
}

export function undeclaredProperties(
  schemas: readonly Json[],
  value: Json | undefined,
  place: string,
): RuleViolation[] {
  const all = schemas.flatMap(alternatives)
  if (Array.isArray(value)) {
    const items = all.flatMap(({ items: one }) => (one === undefined ? [] : [one]))
    return value.flatMap((entry: Json, index) => undeclaredProperties(items, entry, `${place}/${index}`))
  }
  if (!isJsonObject(value)) return []
  const isOpen = all.some((one) => 'additionalProperties' in one || 'patternProperties' in one)
  const declared = all.flatMap(({ properties }) => (isJsonObject(properties) ? [properties] : []))
  return Object.entries(value).flatMap(([name, child]) => {
    const known = declared.flatMap((properties) =>
      Object.hasOwn(properties, name) ? [properties[name] ?? true] : [],
    )
    if (known.length > 0) return undeclaredProperties(known, child, `${place}/${name}`)
    if (isOpen || declared.length === 0) return []
    return [undeclared(`${place}/${name}`, 'property', name, declared.flatMap(Object.keys))]
  })
}

const composed = new WeakMap<Schema, readonly Schema[]>()

/** A schema and everything that it is composed of. */
function alternatives(schema: Json): readonly Schema[] {
  if (!isJsonObject(schema)) return []
  const known = composed.get(schema) ?? partsOf(schema)
  composed.set(schema, known)
  return known
}

function partsOf(schema: Schema): readonly Schema[] {
  const lists = ['allOf', 'anyOf', 'oneOf'].flatMap((key) =>
    Array.isArray(schema[key]) ? (schema[key] as Json[]) : [],
  )
  const singles = ['if', 'then', 'else'].flatMap((key) => (schema[key] === undefined ? [] : [schema[key]]))
  return [schema, ...[...lists, ...singles].flatMap(alternatives)]
}

function undeclared(
  location: string,
  what: string,
  name: string,
  declared: readonly string[],
): RuleViolation {
  const hint = declared.length === 0 ? 'None is declared.' : suggestion(name, declared)
  return { location, rule: 'undeclared', message: `${what} "${name}" is not declared. ${hint}` }
}
