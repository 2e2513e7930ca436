import type { IHttpOperationRequest } from '@stoplight/types'
import { isJsonObject, type Json } from '../core/json.ts'
import type { Operation, Parameter } from '../spec/provider.ts'
import { coerce, typesOf } from './coerce.ts'
import { matchPath } from './match-path.ts'
import type { RequestMessage } from './messages.ts'
import { type SchemaProblem, valueProblems } from './value-problems.ts'

/** Parameters by their declared names; absent ones are left out, those that break their schema are kept. */
export type ParameterValues = Readonly<Record<Parameter['in'], Readonly<Record<string, Json>>>>

export interface ReadParameters {
  readonly values: ParameterValues
  readonly problems: readonly SchemaProblem[]
}

export type ParameterMessage = Pick<RequestMessage, 'path' | 'query' | 'headers'>
type ReadableOperation = Pick<Operation, 'path' | 'parameters' | 'http'>

/** The values of an operation's parameters, read as the types of their schemas, and all that is wrong with them. */
export function readParameters(operation: ReadableOperation, message: ParameterMessage): ReadParameters {
  const values: Record<Parameter['in'], Record<string, Json>> = { path: {}, query: {}, header: {} }
  const problems: SchemaProblem[] = []
  if (operation.parameters.length === 0) return { values, problems }
  const path = matchPath(operation.path, message.path) ?? {}
  for (const parameter of operation.parameters) {
    const raw = rawValue(parameter, path, message)
    const place = `${parameter.in}/${parameter.name}`
    if (raw === undefined) {
      if (parameter.required) problems.push(problemAt(parameter, 'required', 'is missing', undefined))
      continue
    }
    // Objects in parameters have many notations; they are left to Prism, which knows them.
    if (typesOf(parameter.schema)[0] === 'object') continue
    const texts = decoded(parameter, raw)
    if (texts === undefined) {
      problems.push(problemAt(parameter, 'format', 'must be percent-encoded UTF-8', String(raw)))
      continue
    }
    const value = readValue(parameter, texts, explodes(operation.http.request, parameter))
    values[parameter.in][parameter.name] = value
    problems.push(...valueProblems(parameter.schema, value, 'request', place))
  }
  return { values, problems }
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

/** Whether a list in the query repeats the name (`?a=1&a=2`) or is one text with commas. */
function explodes(request: IHttpOperationRequest | undefined, parameter: Parameter): boolean {
  if (parameter.in !== 'query') return false
  return request?.query?.find((candidate) => candidate.name === parameter.name)?.explode ?? true
}

function problemAt(
  { in: place, name }: Parameter,
  keyword: string,
  message: string,
  value: string | undefined,
): SchemaProblem {
  const params = keyword === 'required' ? { missingProperty: name } : { format: 'percent-encoding' }
  return { place: `${place}/${name}`, field: name, keyword, params, message, value }
}
