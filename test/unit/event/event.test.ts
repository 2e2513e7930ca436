import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/core/json.ts'
import type { Webhook } from '../../../src/core/model.ts'
import { type AccountName, createRandom } from '../../../src/core/random.ts'
import { composeEvent, eventIdentity } from '../../../src/event/compose.ts'
import { skipReason } from '../../../src/event/match.ts'
import type { EventType, Provider } from '../../../src/spec/provider.ts'
import type { ResourceKeyword } from '../../../src/spec/vocabulary.ts'

const schema: JsonObject = {
  properties: {
    id: { 'x-mock-value': 'event.id' },
    kind: { 'x-mock-value': 'event.type' },
    meta: { properties: { at: { 'x-mock-value': { from: 'event.occurred-at', precision: 's' } } } },
  },
}
const type = {
  type: 'note.created',
  schema,
  sample: { id: 'sample', kind: 'note.created', meta: { at: 'then' }, data: { a: 1, b: [1] } },
} as unknown as EventType
const provider = {
  id: 'acme',
  accounts: [],
  operations: [],
  events: new Map([[type.type, type]]),
  delivery: { eventId: { format: 'uuid' } },
  environment: null,
  environments: new Map(),
} as unknown as Provider
const parts = {
  clock: { now: () => 5_000, wall: () => 5_000 },
  rng: { ...createRandom('1'), uuid: () => 'fresh' },
}
const composed = async (payload?: Json) =>
  (
    await composeEvent(parts, {
      provider,
      account: 'main' as AccountName,
      type: type.type,
      payload,
      raw: true,
    })
  ).body

describe('composing an event', () => {
  it('takes the sample with fresh ids and times', async () => {
    expect(await composed()).toEqual({
      id: 'fresh',
      kind: 'note.created',
      meta: { at: '1970-01-01T00:00:05Z' },
      data: { a: 1, b: [1] },
    })
  })

  it('merges the payload over both, null included', async () => {
    expect(await composed({ id: 'mine', data: { a: null } })).toMatchObject({
      id: 'mine',
      data: { a: null, b: [1] },
    })
  })

  it('keeps the order of the keys of the sample', async () => {
    expect(Object.keys((await composed({ data: {} })) as object)).toEqual(['id', 'kind', 'meta', 'data'])
  })

  it('finds the identity that a payload brings', async () => {
    const identityOf = (payload: Json) => eventIdentity(parts, provider, type, { payload })
    expect(await identityOf({ id: 'mine', meta: { at: '1970-01-01T00:00:09Z' } })).toEqual({
      id: 'mine',
      occurredAt: 9_000,
      changes: [],
    })
    expect(await identityOf({ id: 7, meta: { at: 'yesterday' } })).toEqual({
      id: 'fresh',
      occurredAt: 5_000,
      changes: [],
    })
  })
})

describe('why a webhook does not get an event', () => {
  const webhook = (parts: Partial<Webhook>) => ({ enabled: true, filter: null, ...parts }) as Webhook
  const byType = { filter: { field: 'events', match: 'type', default: 'all-types' } } as ResourceKeyword
  const byEntity = { filter: { field: 'numbers', match: '/entity', default: 'nothing' } } as ResourceKeyword
  const byRelation = {
    narrow: { field: 'of', match: '/relation', default: 'own', everything: 'all' },
  } as ResourceKeyword
  const event = (body: Json) => ({ type: 'a.b', body })

  it.each([
    ['everything', byType, webhook({}), {}, null],
    ['its type', byType, webhook({ filter: ['x', 'a.b'] }), {}, null],
    ['another type', byType, webhook({ filter: ['x'] }), {}, 'watches x, the event is a.b'],
    ['nothing', byType, webhook({ filter: [] }), {}, 'watches nothing yet, the event is a.b'],
    ['switched off', byType, webhook({ enabled: false }), {}, 'is switched off'],
    ['its entity', byEntity, webhook({ filter: ['1'] }), { entity: '1' }, null],
    ['one of several', byEntity, webhook({ filter: ['2'] }), { entity: ['1', '2'] }, null],
    [
      'another entity',
      byEntity,
      webhook({ filter: ['2'] }),
      { entity: '1' },
      'watches 2, the event is for 1',
    ],
    [
      'no entity',
      byEntity,
      webhook({ filter: ['2'] }),
      { entity: null },
      'watches 2, the event is for nothing it could watch',
    ],
    ['of its own account', byRelation, webhook({ fields: {} }), { relation: 'own' }, null],
    [
      'of managed accounts',
      byRelation,
      webhook({ fields: { of: 'managed' } }),
      { relation: 'managed' },
      null,
    ],
    ['of all accounts', byRelation, webhook({ fields: { of: 'all' } }), { relation: 'managed' }, null],
    ['of no account', byRelation, webhook({ fields: {} }), { relation: null }, null],
    [
      'of other accounts',
      byRelation,
      webhook({ fields: {} }),
      { relation: 'managed' },
      'has the of "own", the event "managed"',
    ],
  ])('watches %s', (_, resource, hook, body, reason) => {
    expect(skipReason(resource, hook, event(body))).toBe(reason)
  })
})
