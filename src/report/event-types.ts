import type { JSONSchema } from 'json-schema-to-typescript-lite'
import type { Json, JsonObject } from '../core/json.ts'
import type { EventType, Provider, Schema } from '../spec/provider.ts'
import { valueKeyword } from '../spec/value-keyword.ts'
import { commentText, typeSchema } from './type-schema.ts'

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
