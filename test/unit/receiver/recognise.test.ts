import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import type { HeaderLines } from '../../../src/core/model.ts'
import { recogniseEvent } from '../../../src/receiver/recognise.ts'
import type { EventType, Provider } from '../../../src/spec/provider.ts'

type Told = Parameters<typeof recogniseEvent>[0]

const eventType = (type: string, properties: Json, headers: readonly (readonly [string, Json])[] = []) =>
  ({
    type,
    headers: headers.map(([name, schema]) => ({ name, required: true, schema })),
    schema: { type: 'object', properties },
    signature: [],
  }) as unknown as EventType

const provider = (types: readonly EventType[], headers: Record<string, string> = {}): Told => ({
  events: new Map(types.map((type) => [type.type, type])),
  delivery: { headers } as unknown as Provider['delivery'],
  signature: [],
})
const told = (from: Told, headers: HeaderLines, body: unknown) => {
  const { type, id } = recogniseEvent(from, { headers, body: Buffer.from(JSON.stringify(body)) })
  return [type?.type, id]
}

const inBody = {
  event: {
    properties: { name: { 'x-mock-value': 'event.type' }, id: { 'x-mock-value': { from: 'event.id' } } },
  },
}
const inHeaders = [
  ['X-Event', { 'x-mock-value': 'event.type' }],
  ['X-Id', { 'x-mock-value': 'event.id' }],
] as const

describe('recogniseEvent', () => {
  it.each<[string, Told, HeaderLines, unknown, unknown[]]>([
    [
      'its place in the body',
      provider([eventType('a', inBody), eventType('b', inBody)]),
      [],
      { event: { name: 'b', id: 7 } },
      ['b', '7'],
    ],
    [
      'its header, whatever the case',
      provider([eventType('a', {}, inHeaders), eventType('b', {}, inHeaders)]),
      [
        ['x-EVENT', 'b'],
        ['x-id', 'e1'],
      ],
      {},
      ['b', 'e1'],
    ],
    [
      'a template of headers',
      provider([eventType('a', {}), eventType('b', {})], { 'X-What': '{event};{id}' }),
      [['X-What', 'b;e2']],
      {},
      ['b', 'e2'],
    ],
    [
      'its constants',
      provider([eventType('a', { kind: { const: 'A' } }), eventType('b', { kind: { const: 'B' } })]),
      [],
      { kind: 'B' },
      ['b', undefined],
    ],
    ['being the only one', provider([eventType('a', {})]), [], [], ['a', undefined]],
    [
      'nothing',
      provider([eventType('a', inBody), eventType('b', inBody)]),
      [],
      { event: { name: 'c' } },
      [undefined, undefined],
    ],
  ])('knows an event by %s', (_, from, headers, body, expected) => {
    expect(told(from, headers, body)).toEqual(expected)
  })
})
