import type { JSONSchema } from 'json-schema-to-typescript-lite'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { valueKeyword } from '../spec/document.ts'
import type { EventType, Provider, Schema } from '../spec/provider.ts'
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

const LISTS = ['allOf', 'anyOf', 'oneOf'] as const

const NAMED = ['properties', 'patternProperties', ...LISTS] as const

/** The part of an event's schema that a type can say: conditions, patterns and limits would only confuse it. */
function typeSchema(schema: Schema, eventType: string): JsonObject {
  const nested = (one: Json): Json => (isJsonObject(one) ? typeSchema(one, eventType) : one)
  const only: Record<string, Json> = { ...plainKeywords(schema), ...listKeywords(schema, nested) }
  // What distinguishes the event types is each one's own, so that a union of bodies can be narrowed by it.
  if (valueKeyword(schema)?.from === 'event.type') return { ...only, const: eventType }
  const { properties, patternProperties, additionalProperties } = schema
  if (isJsonObject(properties)) only.properties = mapped(properties, nested)
  if (isJsonObject(patternProperties)) only.patternProperties = mapped(patternProperties, nested)
  if (additionalProperties !== undefined) only.additionalProperties = nested(additionalProperties)
  // A schema without properties allows any object.
  else if ([schema.type].flat().includes('object') && !NAMED.some((key) => schema[key] !== undefined))
    only.additionalProperties = true
  return joined({ ...only, ...itemKeywords(schema, nested) })
}

/** What stands beside alternatives, and every part of an `allOf`, in as few schemas as possible: the generator reads one kind of them. */
function joined({ allOf, anyOf, oneOf, description, ...own }: JsonObject): JsonObject {
  const parts = Array.isArray(allOf) ? [...(allOf as readonly JsonObject[]), own] : [own]
  const wholes: JsonObject[] = []
  for (const part of parts) {
    if (Object.keys(part).length === 0) continue
    const last = wholes.at(-1)
    const both = last && merged(last, part)
    if (both === undefined) wholes.push(part)
    else wholes[wholes.length - 1] = both
  }
  const alternatives = Object.entries({ anyOf, oneOf }).flatMap(([key, list]) =>
    list === undefined ? [] : [{ [key]: list }],
  )
  // A type alone says no more than its alternatives do.
  const isBare = wholes.length === 1 && Object.keys(wholes[0] ?? {}).every((key) => BARE.has(key))
  const all = alternatives.length > 0 && isBare ? [{ ...wholes[0], ...alternatives[0] }] : wholes
  const rest = all === wholes ? alternatives : alternatives.slice(1)
  const every = [...all, ...rest]
  const [only = {}] = every
  const about = description === undefined ? {} : { description }
  return every.length > 1 ? { ...about, allOf: every } : { ...only, ...about }
}

const BARE: ReadonlySet<string> = new Set(['type', 'required', 'deprecated', 'additionalProperties'])

/** One schema that says what both say; undefined where no single one does. */
function merged(a: JsonObject, b: JsonObject): JsonObject | undefined {
  if (MIXED.some((key) => a[key] !== undefined && b[key] !== undefined)) return undefined
  const type = commonType(a.type, b.type)
  if (type === null) return undefined
  const properties: Record<string, Json> = { ...(a.properties as JsonObject | undefined) }
  for (const [name, one] of Object.entries((b.properties ?? {}) as JsonObject)) {
    const other = properties[name]
    properties[name] = other === undefined ? one : bothOf(other, one)
  }
  const required = [a.required, b.required].flatMap((names) => (Array.isArray(names) ? names : []))
  const additionalProperties = additional(a, b)
  const { additionalProperties: _, ...both } = { ...a, ...b }
  return {
    ...both,
    ...(type === undefined ? {} : { type }),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required: [...new Set(required)] }),
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
  }
}

/** Keywords that cannot be had twice. */
const MIXED = [...LISTS, 'items', 'patternProperties', 'enum', 'const'] as const

function bothOf(a: Json, b: Json): Json {
  if (!isJsonObject(a)) return a === false ? a : b
  if (!isJsonObject(b)) return b === false ? b : a
  return merged(a, b) ?? { allOf: [a, b] }
}

/** Undefined: neither says one; null: nothing is of both. */
function commonType(a: Json | undefined, b: Json | undefined): Json | undefined | null {
  if (a === undefined || b === undefined) return a ?? b
  const [first, second] = [[a].flat(), [b].flat()]
  const common = first.flatMap((one) => {
    if (second.includes(one)) return [one]
    if (one === 'number' && second.includes('integer')) return ['integer']
    return one === 'integer' && second.includes('number') ? [one] : []
  })
  return common.length === 0 ? null : common.length === 1 ? (common[0] ?? null) : common
}

/** "Any object" of which the other part knows the properties adds none to them. */
function additional(a: JsonObject, b: JsonObject): Json | undefined {
  const said = [a, b].flatMap(({ additionalProperties, properties }, index) => {
    const other = index === 0 ? b : a
    const isVague =
      additionalProperties === true && properties === undefined && other.properties !== undefined
    return additionalProperties === undefined || isVague ? [] : [additionalProperties]
  })
  return said.find((one) => one === false) ?? said.find((one) => one !== true) ?? said[0]
}

function plainKeywords({ description, type, required, enum: values, const: value, deprecated }: Schema) {
  const only: Record<string, Json> = {}
  if (typeof description === 'string') only.description = commentText(description)
  if (type !== undefined) only.type = type
  if (Array.isArray(required)) only.required = required
  if (Array.isArray(values) && values.length > 0) only.enum = values
  if (value !== undefined) only.const = value
  if (deprecated !== undefined) only.deprecated = deprecated
  return only
}

function listKeywords(schema: Schema, nested: (one: Json) => Json): Record<string, Json> {
  const only: Record<string, Json> = {}
  for (const key of LISTS) {
    const list = Array.isArray(schema[key]) ? (schema[key] as readonly Json[]) : []
    const saying = list.filter(saysType)
    // One alternative that says nothing lets everything pass; one condition more leaves the others as they are.
    if (saying.length > 0 && (key === 'allOf' || saying.length === list.length))
      only[key] = saying.map(nested)
  }
  return only
}

const SAYING = ['type', 'enum', 'const', 'properties', 'patternProperties', 'items', 'prefixItems', ...LISTS]

function saysType(schema: Json): boolean {
  return !isJsonObject(schema) || SAYING.some((key) => schema[key] !== undefined)
}

function itemKeywords({ items, prefixItems }: Schema, nested: (one: Json) => Json): Record<string, Json> {
  if (!Array.isArray(prefixItems)) return items === undefined ? {} : { items: nested(items) }
  return {
    items: (prefixItems as readonly Json[]).map(nested),
    additionalItems: items === undefined ? true : nested(items),
  }
}

function mapped(object: JsonObject, nested: (one: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, one]) => [name, nested(one)]))
}

/** Nothing that a document says ends its comment. */
function commentText(text: string): string {
  return text.trim().replaceAll('*/', '*\\/')
}

/** TypeScript declarations of a provider's events: an interface for each body and its headers, and `Events` over all. */
export async function eventTypes(provider: Provider): Promise<string> {
  const { compile } = await import('json-schema-to-typescript-lite')
  const events = [...provider.events.values()]
  const whole = {
    title: 'Events',
    description: 'What each event type delivers. Header names are in lower case, as Node hands them out.',
    ...closed(events.map((event) => [event.type, eventSchema(provider, event)])),
  }
  const code = await compile(whole as JSONSchema, 'Events', {
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
  })
  const { title, version } = provider
  const banner = `// The events of ${oneLine(title)} ${oneLine(version)}, made by hookproof from its OpenAPI document.`
  return `${banner}\n\n${code.trim()}\n\n${ALIASES}`
}

const ALIASES = `export type EventType = keyof Events
export type EventBody<Type extends EventType = EventType> = Events[Type]['body']
export type EventHeaders<Type extends EventType = EventType> = Events[Type]['headers']
`

function eventSchema(provider: Provider, event: EventType): JsonObject {
  const name = event.type
    .split(/[^A-Za-z0-9]+/)
    .map(capital)
    .join('')
  const body = { ...typeSchema(event.schema, event.type), title: `${name}Body` }
  const headers = { ...headersSchema(provider, event), title: `${name}Headers` }
  return {
    ...(event.summary === '' ? {} : { description: commentText(event.summary) }),
    ...closed([
      ['body', body],
      ['headers', headers],
    ]),
  }
}

/** An object with exactly these properties. */
function closed(entries: readonly (readonly [string, Json])[]): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(entries),
    required: entries.map(([name]) => name),
  }
}

/** Whatever a document says of a header, it arrives as text. */
function headersSchema({ signature }: Provider, event: EventType): JsonObject {
  const schemes = event.signature.length > 0 ? event.signature : signature
  const signing = schemes.flatMap((scheme) => ('headers' in scheme ? Object.keys(scheme.headers) : []))
  const described = new Map(
    (event.http.request?.headers ?? []).map(({ name, description }) => [name.toLowerCase(), description]),
  )
  const properties: Record<string, Json> = {}
  for (const name of signing) properties[name.toLowerCase()] = { type: 'string' }
  for (const { name, schema } of event.headers) {
    const description = described.get(name.toLowerCase())
    properties[name.toLowerCase()] = {
      ...(description === undefined ? {} : { description: commentText(description) }),
      ...headerType(schema, event.type),
    }
  }
  const optional = event.headers.filter(({ required }) => !required).map(({ name }) => name.toLowerCase())
  return {
    type: 'object',
    additionalProperties: false,
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
  }
}

function headerType(schema: Schema, type: string): JsonObject {
  if (valueKeyword(schema)?.from === 'event.type') return { const: type }
  const texts = 'const' in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : []
  return texts.length > 0 ? { enum: texts.map(String) } : { type: 'string' }
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
