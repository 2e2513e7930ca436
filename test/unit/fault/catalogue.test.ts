import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/core/json.ts'
import { FAULTS, PLANES } from '../../../src/fault/catalogue.ts'
import type { FaultDefinition } from '../../../src/fault/definition.ts'
import type { Parameter } from '../../../src/fault/parameters.ts'
import { readFault } from '../../../src/fault/read-fault.ts'
import { faultSchema } from '../../../src/fault/schema.ts'

const ajv = new Ajv2020({ allowUnionTypes: true, strict: false })
const schemas = Object.fromEntries(
  PLANES.map((plane) => [plane, ajv.compile(faultSchema(plane, { named: true }))]),
)
const faults = PLANES.flatMap((plane) =>
  Object.entries<FaultDefinition>(FAULTS[plane]).map(([name, fault]) => [plane, name, fault] as const),
)
const parameters = faults.flatMap(([plane, name, fault]) =>
  Object.entries(fault.parameters).map(([key, parameter]) => [plane, name, key, parameter] as const),
)
/** Whether the schema takes it, which has to be what reading makes of it. */
function agreed(source: JsonObject): boolean {
  const isRead = 'fault' in readFault(source)
  expect(schemas[source.plane as string]?.(source), JSON.stringify(source)).toBe(isRead)
  return isRead
}

describe('every fault', () => {
  it('is one of the list', () => {
    expect(PLANES.map((plane) => Object.keys(FAULTS[plane]).length)).toEqual([8, 17, 7])
  })

  it.each(faults)('%s %s reads alone, with nothing, and in a list', (plane, name, fault) => {
    expect(fault.about).toMatch(/^[a-z].*[^.]$/)
    for (const one of [name, [name, 'pass'], ...(name === 'status' ? [] : [{ [name]: {} }])])
      expect(agreed({ plane, do: one as Json }), JSON.stringify(one)).toBe(true)
    const read = readFault({ plane, do: name })
    expect('fault' in read && read.fault.do[0]?.name).toBe(name)
  })

  it.each(faults)('%s %s knows no other parameter', (plane, name) => {
    expect(
      agreed({ plane, do: name === 'status' ? { status: 503, hookproof: 1 } : { [name]: { hookproof: 1 } } }),
    ).toBe(['alter-after-signing', 'extra-fields'].includes(name))
  })
})

/** Nothing takes all of these; what one parameter takes is left out below. */
const ODD: readonly Json[] = ['no such thing', -1, 0.5, true, [1], null, { hookproof: 1 }, 10_000_000, '']

describe('every parameter', () => {
  const written = parameters.filter(([, , , parameter]) => writtenAsJson(parameter) !== undefined)

  it.each(written)('%s %s %s takes its own default', (_plane, _name, _key, parameter) => {
    const value = writtenAsJson(parameter)
    const { schema, fallback }: Parameter<unknown> = parameter
    expect(ajv.validate(schema, value as Json), JSON.stringify([schema, value])).toBe(true)
    expect(parameter.read(value as Json)).toEqual(fallback)
  })

  it.each(parameters)(
    '%s %s %s refuses what it cannot be, as its schema does',
    (plane, name, key, parameter) => {
      const refused = ODD.filter((value) => parameter.read(value) === undefined)
      for (const value of ODD) {
        const isTaken = !refused.includes(value)
        expect(ajv.validate(parameter.schema, value), JSON.stringify(value)).toBe(isTaken)
        const others = name === 'status' && key !== 'status' ? { status: 503 } : {}
        const written = name === 'status' ? { ...others, [key]: value } : { [name]: { [key]: value } }
        expect(agreed({ plane, do: written as Json })).toBe(isTaken)
      }
      expect(refused.length > 0).toBe(key !== 'body' || plane !== 'api')
    },
  )
})

/** Undefined where the default is the absence of a value. */
function writtenAsJson({ defaultText, fallback }: Parameter<unknown>): unknown {
  if (fallback === null || fallback === undefined) return undefined
  if (typeof fallback === 'number')
    return /^\d+(\.\d+)?$/.test(defaultText) ? Number(defaultText) : defaultText
  if (typeof fallback === 'string') return fallback
  return 'kind' in (fallback as object) ? defaultText : fallback
}

describe('the schema of a fault', () => {
  it.each<[JsonObject, boolean]>([
    [{ plane: 'api', do: 503 }, true],
    [{ plane: 'api', do: '503' }, true],
    [{ plane: 'api', do: 600 }, false],
    [{ plane: 'api', do: '199' }, false],
    [{ plane: 'api', do: '600' }, false],
    [
      { plane: 'api', do: [503, { status: 429, headers: { 'Retry-After': 2 } }, { latency: 0 }, 'pass'] },
      true,
    ],
    [{ plane: 'api', do: { status: 429, headers: { 'Retry After': '2' } } }, false],
    [{ plane: 'api', do: { status: 429, headers: { "a!#$%&'*+.^_`|~-": '2' } } }, true],
    [{ plane: 'api', do: { latency: { min: 0, max: '3s' } } }, true],
    [{ plane: 'api', do: { latency: { min: '1s' } } }, false],
    [{ plane: 'api', do: { latency: { median: '1s', sigma: 0 } } }, true],
    [{ plane: 'api', do: { latency: { median: '1s', min: '1s' } } }, false],
    [{ plane: 'api', do: { latency: null } }, false],
    [{ plane: 'api', do: { reset: {}, empty: {} } }, false],
    [{ plane: 'api', do: {} }, false],
    [{ plane: 'api', do: [] }, false],
    [{ plane: 'api', do: [['reset']] }, false],
    [{ plane: 'api' }, false],
    [{ plane: 'delivery', do: { 'extra-fields': { fields: 1 } } }, false],
    [{ plane: 'delivery', do: { 'huge-body': 2048 } }, true],
    [{ plane: 'delivery', do: { 'huge-body': { size: '1b' } } }, true],
    [{ plane: 'delivery', do: 'latency' }, false],
    [{ plane: 'delivery', on: { event: 'a', webhook: 'b', attempt: [1, 2], nth: 1 }, do: 'drop' }, true],
    [{ plane: 'delivery', on: { operation: 'a' }, do: 'drop' }, false],
    [{ plane: 'delivery', on: { attempt: 0 }, do: 'drop' }, false],
    [{ plane: 'delivery', on: { attempt: [] }, do: 'drop' }, false],
    [{ plane: 'delivery', on: { event: '' }, do: 'drop' }, false],
    [{ plane: 'delivery', do: 'drop', times: 1, probability: 0, key: 'event' }, true],
    [{ plane: 'delivery', do: 'drop', times: 0 }, false],
    [{ plane: 'delivery', do: 'drop', times: null }, false],
    [{ plane: 'delivery', do: 'drop', probability: 1.1 }, false],
    [{ plane: 'delivery', do: 'drop', key: 'operation' }, false],
    [{ plane: 'delivery', do: 'drop', key: null }, false],
    // biome-ignore lint/suspicious/noThenProperty: the word of the format
    [{ plane: 'delivery', do: ['drop'], then: 'cycle' }, true],
    // biome-ignore lint/suspicious/noThenProperty: the word of the format
    [{ plane: 'delivery', do: ['drop'], then: 'again' }, false],
    [{ plane: 'delivery', do: 'drop', nth: 1 }, false],
  ])('and reading agree on %j', (source, isFault) => {
    expect(agreed(source)).toBe(isFault)
  })
})
