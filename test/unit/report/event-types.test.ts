import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import { eventSchemas, eventTypes } from '../../../src/report/event-types.ts'
import { loadProviders } from '../../../src/spec/load.ts'
import type { EventType, Provider, Schema } from '../../../src/spec/provider.ts'

const event = (type: string, schema: Schema, more: Partial<EventType> = {}): EventType => ({
  type,
  summary: '',
  headers: [],
  mediaType: 'application/json',
  schema,
  sample: null,
  signature: [],
  http: { id: '', method: 'post', path: '/', responses: [] } as unknown as EventType['http'],
  ...more,
})
const typesOf = (events: readonly EventType[], more: Partial<Provider> = {}) =>
  eventTypes({
    id: 'acme',
    title: 'Acme',
    version: '1',
    signature: [],
    events: new Map(events.map((one) => [one.type, one])),
    ...more,
  } as unknown as Provider)
/** The type of one property, without the spaces. */
const typeOf = async (schema: Json) => {
  const code = await typesOf([
    event('a.b', { type: 'object', additionalProperties: false, required: ['x'], properties: { x: schema } }),
  ])
  const [, body = ''] = /interface ABBody \{\n {2}x: ([\s\S]*?)\n\}/.exec(code) ?? []
  return body.replaceAll(/\s+/g, ' ')
}

describe('eventTypes', () => {
  it('names each body and its headers, and says what the document says of them', async () => {
    const headers = [
      { name: 'X-Type', required: true, schema: { type: 'string', 'x-mock-value': 'event.type' } },
      { name: 'X-Count', required: false, schema: { type: 'integer' } },
      { name: 'X-Mode', required: true, schema: { enum: ['live', 'test'] } },
    ]
    const http = {
      id: '',
      method: 'post',
      path: '/',
      responses: [],
      request: { headers: [{ name: 'X-Count', description: 'How often. */ const x: any' }] },
    }
    const type = event(
      'note.created',
      {
        type: 'object',
        required: ['id'],
        description: 'A note.\n',
        properties: { id: { type: 'string' }, kind: { type: 'string', 'x-mock-value': 'event.type' } },
      },
      { summary: 'A note was made', headers, http: http as unknown as EventType['http'] },
    )
    const signature: Provider['signature'] = [{ scheme: 'static', headers: { 'X-Token': '{digest}' } }]
    expect(await typesOf([type], { signature, title: 'Acme\nnotes' })).toBe(
      `// The events of Acme notes 1, made by hookproof from its OpenAPI document.

/**
 * What each event type delivers. Header names are in lower case, as Node hands them out.
 */
export interface Events {
  /**
   * A note was made
   */
  "note.created": {
    body: NoteCreatedBody
    headers: NoteCreatedHeaders
  }
}
/**
 * A note.
 */
export interface NoteCreatedBody {
  id: string
  kind?: "note.created"
}
export interface NoteCreatedHeaders {
  "x-token": string
  "x-type": "note.created"
  /**
   * How often. *\\/ const x: any
   */
  "x-count"?: string
  "x-mode": ("live" | "test")
}

export type EventType = keyof Events
export type EventBody<Type extends EventType = EventType> = Events[Type]['body']
export type EventHeaders<Type extends EventType = EventType> = Events[Type]['headers']
`,
    )
  })

  it.each<[string, Json, string]>([
    ['anything', {}, 'unknown'],
    ['anything at all', true, 'unknown'],
    ['text or null', { type: ['string', 'null'], minLength: 3 }, '(string | null)'],
    ['an integer', { type: 'integer' }, 'number'],
    ['a constant', { const: 5 }, '5'],
    ['some of several', { enum: ['a', null] }, '("a" | null)'],
    [
      'a list, whatever its limits',
      { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string' } },
      'string[]',
    ],
    [
      'a tuple',
      { type: 'array', prefixItems: [{ type: 'string' }, { const: 1 }], items: false },
      '[string, 1]',
    ],
    ['either', { oneOf: [{ type: 'string' }, { type: 'number', 'x-foreign': 1 }] }, '(string | number)'],
    ['either, one of which says nothing', { anyOf: [{ minLength: 3 }, { type: 'null' }] }, 'unknown'],
    [
      'both',
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'string' } } },
          { type: 'object', properties: { b: {} } },
        ],
      },
      '{ a?: string b?: unknown }',
    ],
    [
      'what is common to several, and what is their own',
      {
        type: 'object',
        allOf: [
          {
            type: 'object',
            required: ['kind', 'data'],
            properties: { kind: { type: 'string' }, at: { type: 'string' }, data: { type: 'object' } },
          },
        ],
        required: ['at'],
        properties: {
          kind: { const: 'made' },
          data: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
        },
      },
      '{ kind: "made" at: string data: { n: number } }',
    ],
    [
      'properties beside alternatives',
      {
        type: 'object',
        properties: { a: { type: 'string' } },
        oneOf: [
          { type: 'object', required: ['b'], properties: { b: { type: 'string' } } },
          { type: 'object', required: ['c'], properties: { c: { type: 'string' } } },
        ],
      },
      '({ a?: string } & ({ b: string } | { c: string }))',
    ],
    [
      'parts that no single type has',
      { allOf: [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, { enum: ['a', 1] }] },
      '((string | number) & ("a" | 1))',
    ],
    [
      'what conditions say besides',
      JSON.parse(
        '{"type":"object","required":["a"],"properties":{"a":{"type":"string"}},"allOf":[{"if":{"required":["a"]},"then":{"properties":{"a":{"const":"x"}}}}],"not":{"required":["b"]}}',
      ),
      '{ a: string }',
    ],
    [
      'an open object',
      { type: 'object', additionalProperties: true, properties: { a: { type: 'string' } } },
      '{ a?: string [k: string]: unknown }',
    ],
    ['an object of which nothing is said', { type: 'object' }, '{ [k: string]: unknown }'],
    [
      'names that are no identifiers',
      { type: 'object', properties: { 'a"b': { type: 'null' } } },
      '{ "a\\"b"?: null }',
    ],
    ['a map', { type: 'object', additionalProperties: { type: 'number' } }, '{ [k: string]: number }'],
    ['names of TypeScript', { title: 'any', tsType: 'any', type: 'boolean' }, 'boolean'],
  ])('says what %s is', async (_, schema, type) => {
    expect(await typeOf(schema)).toBe(type)
  })

  it('keeps apart events whose names differ in signs only', async () => {
    const code = await typesOf([event('a.b', { const: 1 }), event('a-b', { const: 2 })])
    const names = [...code.matchAll(/export (?:type|interface) (\w+)/g)].map(([, name]) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(code).toContain('"a.b": {\n    body: ABBody\n    headers: ABHeaders\n')
    expect(code).toContain('"a-b": {\n    body: ABBody1\n    headers: ABHeaders1\n')
  })
})

describe('eventSchemas', () => {
  it('has no keyword of ours in it', async () => {
    for (const { events } of await loadProviders())
      for (const one of events.values()) {
        const schemas = eventSchemas(one)
        expect(JSON.stringify(schemas)).not.toContain('x-mock-')
        expect(schemas).toMatchObject({ type: one.type, sample: one.sample, body: { type: 'object' } })
      }
  })
})
