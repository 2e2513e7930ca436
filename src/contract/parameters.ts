import type { IHttpOperationRequest } from '@stoplight/types'
import { isJsonObject, type Json } from '../core/json.ts'
import type { Operation, Parameter, Schema } from '../spec/provider.ts'
import type { RequestMessage } from './messages.ts'
import { type SchemaViolation, validateValue } from './validate.ts'

// Reads and validates the path, query and header parameters of a request.

/** How the text of a parameter is read as each type. JSON's own notation only: neither `0x10`, `1e3`, ` 5` nor the empty string, which JavaScript would read as numbers. */
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

interface CompiledTemplate {
  readonly pattern: RegExp
  readonly names: readonly string[]
}

const compiled = new Map<string, CompiledTemplate>()

/**
 * The path parameters of a path that fits the template from its first to its last character, still percent-encoded;
 * undefined when it does not fit. Only used for a document's templates, so the cache stays small.
 */
export function matchPath(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const { pattern, names } = compiledTemplate(template)
  const match = pattern.exec(path)
  if (match === null) return undefined
  return Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? '']))
}

function compiledTemplate(template: string): CompiledTemplate {
  const known = compiled.get(template)
  if (known !== undefined) return known
  const parts = template.split(/\{([^{}]+)\}/)
  const source = parts.map((part, index) => (index % 2 === 0 ? literal(part) : '([^/]+)')).join('')
  const fresh = { pattern: new RegExp(`^${source}$`), names: parts.filter((_, index) => index % 2 === 1) }
  compiled.set(template, fresh)
  return fresh
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Parameters by their declared names; absent ones are left out, those that break their schema are kept. */
export type ParameterValues = Readonly<Record<Parameter['in'], Readonly<Record<string, Json>>>>

interface ReadParameters {
  readonly values: ParameterValues
  readonly violations: readonly SchemaViolation[]
}

type ParameterMessage = Pick<RequestMessage, 'path' | 'query' | 'headers'>

type ReadableOperation = Pick<Operation, 'path' | 'parameters' | 'http'>

/** The values of an operation's parameters, read as the types of their schemas, and how they break those. */
export function readParameters(operation: ReadableOperation, message: ParameterMessage): ReadParameters {
  const values: Record<Parameter['in'], Record<string, Json>> = { path: {}, query: {}, header: {} }
  const violations: SchemaViolation[] = []
  if (operation.parameters.length === 0) return { values, violations }
  const path = matchPath(operation.path, message.path) ?? {}
  for (const parameter of operation.parameters) {
    const raw = rawValue(parameter, path, message)
    const place = `${parameter.in}/${parameter.name}`
    if (raw === undefined) {
      if (parameter.required) violations.push(violationAt(parameter, 'required', 'is missing', undefined))
      continue
    }
    // Objects in parameters have many notations; they are left to Prism, which knows them.
    if (typesOf(parameter.schema)[0] === 'object') continue
    const texts = decoded(parameter, raw)
    if (texts === undefined) {
      violations.push(violationAt(parameter, 'format', 'must be percent-encoded UTF-8', String(raw)))
      continue
    }
    const large = largeInteger(parameter.schema, texts)
    const value = large ?? readValue(parameter, texts, explodes(operation.http.request, parameter))
    values[parameter.in][parameter.name] = value
    const checked = large === undefined ? value : Number(large)
    violations.push(...validateValue(parameter.schema, checked, 'request', place))
  }
  return { values, violations }
}

/** Of 64 bits, with the sign. */
const LARGEST = 2n ** 63n

/** An int64 that a number would round, as text; undefined for every other value. */
function largeInteger({ type, format }: Schema, text: Raw): string | undefined {
  if (type !== 'integer' || format !== 'int64' || typeof text !== 'string') return undefined
  if (!/^-?\d{1,40}$/.test(text) || Number.isSafeInteger(Number(text))) return undefined
  const exact = BigInt(text)
  return exact < LARGEST && exact >= -LARGEST ? String(exact) : undefined
}

type Raw = string | readonly string[]

function rawValue(
  { in: place, name }: Parameter,
  path: Readonly<Record<string, string>>,
  message: ParameterMessage,
): Raw | undefined {
  if (place === 'path') return path[name]
  const source: Readonly<Record<string, Raw>> = place === 'query' ? message.query : message.headers
  const key = place === 'query' ? name : name.toLowerCase()
  return Object.hasOwn(source, key) ? source[key] : undefined
}

/** Only paths arrive percent-encoded; undefined when the encoding is broken. */
function decoded(parameter: Parameter, raw: Raw): Raw | undefined {
  if (parameter.in !== 'path' || typeof raw !== 'string') return raw
  try {
    return decodeURIComponent(raw)
  } catch {
    return undefined
  }
}

function readValue(parameter: Parameter, raw: Raw, explode: boolean): Json {
  const { schema } = parameter
  if (!typesOf(schema).includes('array')) return typeof raw === 'string' ? coerce(raw, schema) : [...raw]
  const texts = typeof raw !== 'string' ? raw : explode ? [raw] : raw === '' ? [] : raw.split(',')
  const items = isJsonObject(schema.items) ? schema.items : undefined
  return texts.map((text) => coerce(parameter.in === 'header' ? text.trim() : text, items))
}

/** Whether a list in the query repeats the name (`?a=1&a=2`) or is one string with commas. */
function explodes(request: IHttpOperationRequest | undefined, parameter: Parameter): boolean {
  if (parameter.in !== 'query') return false
  return request?.query?.find((candidate) => candidate.name === parameter.name)?.explode ?? true
}

function violationAt(
  { in: place, name }: Parameter,
  keyword: string,
  message: string,
  value: string | undefined,
): SchemaViolation {
  const params = keyword === 'required' ? { missingProperty: name } : { format: 'percent-encoding' }
  return { place: `${place}/${name}`, field: name, keyword, params, message, value }
}
