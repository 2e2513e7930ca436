import { isJsonObject, type Json } from '../core/json.ts'
import { shorten, suggestion } from '../core/text.ts'
import { MAX_ERRORS } from '../schema/bounded-ajv.ts'
import type { Operation, Schema } from '../spec/provider.ts'
import { contentFor } from './media-types.ts'
import { LONGEST_PLACE, type RequestMessage, type RuleViolation } from './messages.ts'

/** Of larger bodies the rest is not looked through: what is undeclared is no more than a remark. */
const MOST_VALUES = 10_000

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
  const declared = queryNames(operation)
  return unknownQueryNames(operation, query).map((name) =>
    undeclared(`query/${name}`, 'query parameter', name, declared),
  )
}

/** The names of query parameters that the operation does not declare; of many the first. */
export function unknownQueryNames(
  operation: Pick<Operation, 'parameters'>,
  query: RequestMessage['query'],
): readonly string[] {
  const names = Object.keys(query)
  if (names.length === 0) return []
  const declared = queryNames(operation)
  // `page[size]` belongs to a declared object `page`.
  const isDeclared = (name: string) => declared.includes(name) || declared.includes(name.replace(/\[.*$/, ''))
  return names.filter((name) => !isDeclared(name)).slice(0, MAX_ERRORS)
}

function queryNames({ parameters }: Pick<Operation, 'parameters'>): readonly string[] {
  return parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name)
}

export function undeclaredProperties(
  schemas: readonly Json[],
  body: Json | undefined,
  place: string,
): readonly RuleViolation[] {
  const found: RuleViolation[] = []
  let left = MOST_VALUES
  look(schemas, body, place)
  return found

  function look(schemas: readonly Json[], value: Json | undefined, place: string): void {
    if (typeof value !== 'object' || value === null) return
    const all = schemas.flatMap(alternatives)
    if (Array.isArray(value)) {
      const items = all.flatMap(({ items: one }) => (one === undefined ? [] : [one]))
      for (let i = 0; i < value.length && isGoingOn(); i++) look(items, value[i], `${place}/${i}`)
    } else if (isJsonObject(value)) {
      const isOpen = all.some((one) => 'additionalProperties' in one || 'patternProperties' in one)
      const declared = all.flatMap(({ properties }) => (isJsonObject(properties) ? [properties] : []))
      for (const name in value) {
        if (!isGoingOn()) return
        const known = declared.flatMap((properties) =>
          Object.hasOwn(properties, name) ? [properties[name] ?? true] : [],
        )
        if (known.length > 0) look(known, value[name], `${place}/${name}`)
        else if (!isOpen && declared.length > 0)
          found.push(undeclared(`${place}/${name}`, 'property', name, declared.flatMap(Object.keys)))
      }
    }
  }

  function isGoingOn(): boolean {
    return left-- > 0 && found.length < MAX_ERRORS
  }
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
  const message = `${what} "${shorten(name)}" is not declared. ${hint}`
  return { location: shorten(location, LONGEST_PLACE), rule: 'undeclared', message }
}
