import type { ErrorObject } from 'ajv/dist/2020.js'
import { type Json, type JsonObject, toPointer } from '../../core/json.ts'

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  array: 'a list',
  object: 'an object',
  boolean: 'true or false',
  null: 'empty',
}

/** What a schema wants, in words: its title, or its type. */
export function wantedBy(schema: JsonObject): readonly string[] {
  if (typeof schema.title === 'string') return [schema.title]
  if (Array.isArray(schema.enum)) return schema.enum.map(String)
  return [schema.type].flat().flatMap((type) => TYPES[String(type)] ?? [])
}

export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

const WANTED: Readonly<Record<string, (schema: JsonObject) => string>> = {
  const: (schema) => String(schema.const),
  type: (schema) => listed(wantedBy(schema)),
  minimum: ({ minimum, maximum }) => range(minimum, maximum),
  maximum: ({ minimum, maximum }) => range(minimum, maximum),
  minItems: () => 'a list with anything in it',
  minLength: () => 'a text with anything in it',
  uniqueItems: () => 'a list without the same twice',
}

/** Of these, a title says all: of others, their limits count. */
const TITLED: ReadonlySet<string> = new Set(['type', 'const'])

/** An error in which `title` says what is wanted, and which is placed at the member that it is about. */
export function plainError(error: ErrorObject): ErrorObject {
  const { propertyName, instancePath, keyword } = error
  if (propertyName !== undefined && keyword !== 'propertyNames')
    return { ...error, instancePath: `${instancePath}${toPointer([propertyName])}` }
  const schema = error.parentSchema as JsonObject | undefined
  const wanted = schema === undefined ? undefined : WANTED[keyword]
  if (schema === undefined || wanted === undefined) return error
  if (typeof schema.title === 'string' && TITLED.has(keyword)) return { ...error, keyword: 'type' }
  return { ...error, keyword: 'type', parentSchema: { ...schema, title: wanted(schema) } }
}

function range(minimum: Json | undefined, maximum: Json | undefined): string {
  return maximum === undefined ? `a number from ${minimum} on` : `a number from ${minimum} to ${maximum}`
}
