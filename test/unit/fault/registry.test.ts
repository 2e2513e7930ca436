import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/core/json.ts'
import { createRandom } from '../../../src/core/random.ts'
import type { Plane } from '../../../src/fault/catalogue.ts'
import type { FaultSubject } from '../../../src/fault/fault.ts'
import { readFault } from '../../../src/fault/read-fault.ts'
import { createFaultRegistry } from '../../../src/fault/registry.ts'

function registryOf(sources: readonly JsonObject[], seed = 'registry') {
  const registry = createFaultRegistry(createRandom(seed))
  const ids = sources.map((source) => {
    const read = readFault(source)
    if ('issues' in read) throw new Error(JSON.stringify(read.issues))
    return registry.add(read.fault).id
  })
  return { registry, ids }
}
const api = (more: Partial<FaultSubject> = {}): FaultSubject => ({
  provider: 'acme',
  account: 'main',
  operation: 'createHook',
  ...more,
})
const delivery = (more: Partial<FaultSubject> = {}): FaultSubject => ({
  provider: 'acme',
  account: 'main',
  event: { type: 'note.created', id: 'evt_1', providerId: 'n-1' },
  webhook: { id: 'whk_1', providerId: '7' },
  attempt: 1,
  ...more,
})
/** What is applied to each message: the status, or the name, or nothing. */
function appliedTo(
  { registry }: ReturnType<typeof registryOf>,
  subjects: readonly FaultSubject[],
  plane: Plane = 'api',
): readonly string[] {
  return subjects.map((subject) =>
    registry
      .match(plane, subject)
      .map(({ action }) => ('status' in action ? String(action.status) : action.name))
      .join('+'),
  )
}
const times = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one)

describe('the faults in force', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['one repeats', { do: 503 }, ['503', '503', '503', '503', '503']],
    ['one, so many times', { do: 503, times: 2 }, ['503', '503', '', '', '']],
    ['a list is used up', { do: [503, 'pass', 429] }, ['503', '', '429', '', '']],
    // biome-ignore lint/suspicious/noThenProperty: the word of the format
    ['the last one repeats', { do: [503, 429], then: 'repeat-last' }, ['503', '429', '429', '429', '429']],
    // biome-ignore lint/suspicious/noThenProperty: the word of the format
    ['a list goes round', { do: [503, 'pass'], then: 'cycle' }, ['503', '', '503', '', '503']],
    // biome-ignore lint/suspicious/noThenProperty: the word of the format
    ['times counts the applied', { do: [503, 'pass'], then: 'cycle', times: 2 }, ['503', '', '503', '', '']],
    ['nth', { do: 503, on: { nth: [2, 4] } }, ['', '503', '', '503', '']],
    ['nth of a list takes its turns', { do: [503, 429], on: { nth: [2, 4, 5] } }, ['', '503', '', '429', '']],
    ['never', { do: 503, probability: 0 }, ['', '', '', '', '']],
  ])('%s', (_, source, expected) => {
    expect(appliedTo(registryOf([{ plane: 'api', ...source }]), times(5, api()))).toEqual(expected)
  })

  it.each<[JsonObject, Plane, FaultSubject, FaultSubject]>([
    [{ provider: 'acme' }, 'api', api(), api({ provider: 'other' })],
    [{ account: 'main' }, 'api', api(), api({ account: null })],
    [{ operation: 'createHook' }, 'api', api(), api({ operation: 'readHook' })],
    [
      { event: 'note.created' },
      'delivery',
      delivery(),
      delivery({ event: { type: 'x', id: 'y', providerId: 'z' } }),
    ],
    [
      { event: 'evt_1' },
      'delivery',
      delivery(),
      delivery({ event: { type: 'x', id: 'evt_2', providerId: 'z' } }),
    ],
    [
      { event: 'n-1' },
      'delivery',
      delivery(),
      delivery({ event: { type: 'x', id: 'y', providerId: 'n-2' } }),
    ],
    [{ webhook: 'whk_1' }, 'delivery', delivery(), delivery({ webhook: { id: 'whk_2', providerId: '8' } })],
    [{ webhook: '7' }, 'delivery', delivery(), delivery({ webhook: { id: 'whk_2', providerId: '8' } })],
    [{ attempt: [1, 3] }, 'delivery', delivery({ attempt: 3 }), delivery({ attempt: 2 })],
    [{ event: 'note.created' }, 'receiver', delivery(), { provider: '', account: null }],
    [{ attempt: 1 }, 'receiver', delivery(), { provider: '', account: null }],
    [{ provider: 'acme', event: 'note.created' }, 'receiver', delivery(), delivery({ provider: 'other' })],
  ])(
    'on %j applies on the plane %s to what matches alone, and counts nothing else',
    (on, plane, fits, other) => {
      const set = registryOf([{ plane, on, do: plane === 'delivery' ? 'drop' : 503 }])
      const applied = plane === 'delivery' ? 'drop' : '503'
      expect(appliedTo(set, [other, fits, other, fits], plane)).toEqual(['', applied, '', applied])
      expect(appliedTo(set, [fits], plane === 'api' ? 'delivery' : 'api')).toEqual([''])
      expect(set.registry.list()).toMatchObject([{ matched: 2, applied: 2 }])
    },
  )

  it.each<[string, Partial<FaultSubject>]>([
    ['webhook', { webhook: { id: 'whk_2', providerId: '7' } }],
    ['event', { event: { type: 'note.created', id: 'evt_2', providerId: 'n-1' } }],
    ['account', { account: 'second' }],
  ])('a counter of its own for each %s', (key, other) => {
    const subjects = [delivery(), delivery(other), delivery(), delivery(other), delivery()]
    const shared = registryOf([{ plane: 'delivery', do: ['drop', 'reserialise'] }])
    expect(appliedTo(shared, subjects, 'delivery')).toEqual(['drop', 'reserialise', '', '', ''])
    const apart = registryOf([{ plane: 'delivery', do: ['drop', 'reserialise'], key }])
    expect(appliedTo(apart, subjects, 'delivery')).toEqual(['drop', 'drop', 'reserialise', 'reserialise', ''])
    const once = registryOf([{ plane: 'delivery', do: 'drop', key, times: 1, on: { nth: [1, 2] } }])
    expect(appliedTo(once, subjects, 'delivery')).toEqual(['drop', 'drop', '', '', ''])
  })

  it('apply as likely as they say, the same for the same seed, each independently of the others', () => {
    const half = { plane: 'api', do: 503, probability: 0.5 }
    const first = appliedTo(registryOf([half]), times(400, api()))
    expect(first.filter((one) => one === '503').length).toBeGreaterThan(160)
    expect(first.filter((one) => one === '503').length).toBeLessThan(240)
    expect(appliedTo(registryOf([half]), times(400, api()))).toEqual(first)
    expect(appliedTo(registryOf([half], 'another seed'), times(400, api()))).not.toEqual(first)
    // What another fault draws disturbs none, and two of them are not the same.
    const both = appliedTo(registryOf([half, { ...half, do: 429 }]), times(400, api()))
    expect(both.map((one) => (one.startsWith('503') ? '503' : ''))).toEqual(first)
    expect(new Set(both)).toEqual(new Set(['', '503', '429', '503+429']))
  })

  it('a turn that chance passes over is not taken', () => {
    const set = registryOf([{ plane: 'api', do: [501, 502, 503], probability: 0.3 }])
    expect(appliedTo(set, times(100, api())).filter((one) => one !== '')).toEqual(['501', '502', '503'])
  })

  it('apply together, in the order in which they were added', () => {
    const set = registryOf([
      { plane: 'api', do: ['latency', 'pass'] },
      { plane: 'api', do: 503 },
      { plane: 'delivery', do: 'drop' },
      { plane: 'api', on: { nth: 2 }, do: 'reset' },
    ])
    expect(appliedTo(set, times(3, api()))).toEqual(['latency+503', '503+reset', '503'])
    expect(set.registry.match('api', api())).toMatchObject([
      { fault: set.ids[1], action: { name: 'status' } },
    ])
    expect(set.registry.list().map(({ matched, applied }) => [matched, applied])).toEqual([
      [4, 1],
      [4, 4],
      [0, 0],
      [4, 1],
    ])
  })

  it('go one by one, and count anew when they come back', () => {
    const set = registryOf([{ plane: 'api', do: 503, times: 1 }])
    const [id] = set.ids
    expect(id).toMatch(/^flt_[0-9a-z]{20}$/)
    expect(appliedTo(set, times(2, api()))).toEqual(['503', ''])
    expect(set.registry.isEmpty).toBe(false)
    const [{ fault } = { fault: undefined }] = set.registry.list()
    expect(set.registry.remove(id as never)).toBe(true)
    expect(set.registry.remove(id as never)).toBe(false)
    expect(set.registry.isEmpty).toBe(true)
    expect(set.registry.match('api', api())).toEqual([])
    expect(set.registry.add(fault as never).id).not.toBe(id)
    expect(appliedTo(set, times(2, api()))).toEqual(['503', ''])
  })

  it.each<[JsonObject, readonly number[]]>([
    [{}, []],
    [{ provider: 'acme' }, [500, 503, 504]],
    [{ account: 'main' }, [500, 501, 504]],
    [{ provider: 'acme', account: 'main' }, [500, 501, 503, 504]],
    [{ provider: 'acme', account: 'second' }, [500, 501, 502, 503, 504]],
  ])('cleared within %j, these stay: %j', (scope, left) => {
    const set = registryOf(
      [
        {},
        { provider: 'acme' },
        { provider: 'acme', account: 'main' },
        { account: 'main' },
        { provider: 'other', account: 'second' },
      ].map((on, i) => ({ plane: 'api', on, do: 500 + i })),
    )
    set.registry.clear(scope as never)
    expect(set.registry.list().map(({ fault }) => fault.source.do)).toEqual(left)
  })
})
