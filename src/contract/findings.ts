import type { IHttpHeaderParam } from '@stoplight/types'
import { type Json, pointerSteps } from '../core/json.ts'
import type { HeaderSchema, Schema } from '../spec/provider.ts'
import { coerce, typesOf } from './coerce.ts'
import type { Finding } from './messages.ts'
import { type SchemaProblem, valueProblems } from './value-problems.ts'

/** A problem of our own validator in the form in which findings are kept. */
export function problemFinding(problem: SchemaProblem): Finding {
  const { place, keyword, message } = problem
  const location =
    place === '' || place.startsWith('/') ? ['body', ...pointerSteps(place)].join('/') : lowerHeader(place)
  return { location, rule: keyword, message: `${location} ${message}` }
}

/** The first list, and of the second what it does not say yet: both validators judge the same, each its own gaps. */
export function joined(first: readonly Finding[], second: readonly Finding[]): readonly Finding[] {
  const said = new Set(first.map(key))
  const more = second.filter((finding) => !said.has(key(finding)))
  return more.length === 0 ? first : [...first, ...more]
}

/** What is wrong with headers; lists are read from their comma-separated text. */
export function headerFindings(
  specs: readonly HeaderSchema[],
  headers: Readonly<Record<string, string>>,
  direction: 'request' | 'response',
): readonly Finding[] {
  return specs.flatMap(({ name, required, schema }) => {
    const location = `header/${name.toLowerCase()}`
    const text = headers[name.toLowerCase()]
    if (text === undefined)
      return required ? [{ location, rule: 'required', message: `${location} is missing` }] : []
    const types = typesOf(schema)
    if (types[0] === 'object') return []
    const value: Json = types.includes('array')
      ? text.split(',').map((part) => part.trim())
      : coerce(text, schema)
    return valueProblems(schema, value, direction, location).map(problemFinding)
  })
}

export function headerSchemas(headers: readonly IHttpHeaderParam[] | undefined): readonly HeaderSchema[] {
  if (headers === undefined || headers.length === 0) return NO_HEADERS
  const known = read.get(headers)
  if (known !== undefined) return known
  const fresh = headers.map(({ name, required = false, schema = {} }) => ({
    name,
    required,
    schema: schema as Schema,
  }))
  read.set(headers, fresh)
  return fresh
}

const NO_HEADERS: readonly HeaderSchema[] = []
const read = new WeakMap<readonly IHttpHeaderParam[], readonly HeaderSchema[]>()

function lowerHeader(place: string): string {
  return place.startsWith('header/') ? place.toLowerCase() : place
}

function key({ location, rule }: Finding): string {
  return `${location} ${rule}`
}
