import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/core/json.ts'
import { boundWork, MAX_ERRORS } from '../../../src/schema/bounded-ajv.ts'

const OPTIONS = { allErrors: true, verbose: true, strict: false } as const

/** What ajv as it is, and with its work bounded, have against a value. */
function both(schema: JsonObject, value: Json) {
  const [plain, bounded] = [new Ajv2020(OPTIONS), boundWork(new Ajv2020(OPTIONS))].map((ajv) => {
    const validate = ajv.compile(schema)
    validate(value)
    return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
  })
  return { plain, bounded }
}

const MANY = 5_000
const ZEROS: Json = Array(MANY).fill(0)
const MEMBERS: Json = Object.fromEntries(Array.from({ length: MANY }, (_, i) => [`member-${i}`, 0]))
const STRINGS: JsonObject = { type: 'array', items: { type: 'string' } }

const WRONG: readonly (readonly [name: string, schema: JsonObject, value: Json])[] = [
  ['items', STRINGS, ZEROS],
  ['items of items', { items: STRINGS }, [[0], ZEROS, ZEROS]],
  ['additionalProperties', { additionalProperties: false }, MEMBERS],
  ['additionalProperties with a schema', { additionalProperties: { type: 'string' } }, MEMBERS],
  ['patternProperties', { patternProperties: { '^m': { type: 'string' } } }, MEMBERS],
  ['propertyNames', { propertyNames: { maxLength: 2 } }, MEMBERS],
  ['unevaluatedProperties', { unevaluatedProperties: false }, MEMBERS],
  ['unevaluatedItems', { prefixItems: [true], unevaluatedItems: { type: 'string' } }, ZEROS],
  ['alternatives', { items: { anyOf: [{ type: 'string' }, { type: 'boolean' }] } }, ZEROS],
]

describe('a value that is wrong in very many places', () => {
  it.each(WRONG)('has a bounded number of errors: %s', (_, schema, value) => {
    const { plain, bounded } = both(schema, value)
    expect(plain?.length).toBeGreaterThanOrEqual(MANY - 1)
    expect(bounded?.length).toBeGreaterThanOrEqual(MAX_ERRORS)
    expect(bounded?.length).toBeLessThan(3 * MAX_ERRORS)
    expect(bounded?.slice(0, MAX_ERRORS)).toEqual(plain?.slice(0, MAX_ERRORS))
  })

  it.each([
    ['the second alternative', { anyOf: [STRINGS, { type: 'array', items: { type: 'integer' } }] }],
    ['the third', { anyOf: [STRINGS, STRINGS, { type: 'array', items: { type: 'integer' } }] }],
    ['what is not forbidden', { not: STRINGS }],
    ['one alternative', { oneOf: [STRINGS, { items: { type: 'integer' } }] }],
  ] as const)('fits %s all the same', (_, schema) => {
    expect(both(schema, ZEROS)).toEqual({ plain: [], bounded: [] })
  })

  it('is not taken for right by a later alternative, whose loop has to begin anew', () => {
    const schema = { anyOf: [STRINGS, { type: 'array', items: { type: 'boolean' } }] }
    expect(both(schema, ZEROS).bounded).toContain(' anyOf')
    expect(both(schema, [true, ...(ZEROS as Json[])]).bounded).toContain(' anyOf')
  })
})

describe('duplicate items', () => {
  it.each([
    [[1, '1', true, null, {}, [], [1], { a: 1 }, '{}', '[]', 'null', { a: [1] }, { a: { b: 1 } }], true],
    [[1, 2, 1.0], false],
    [['a', 'b', 'a'], false],
    [
      [
        { a: 1, b: [2, { c: 3, d: 4 }] },
        { b: [2, { d: 4, c: 3 }], a: 1 },
      ],
      false,
    ],
    [
      [
        [1, 2],
        [2, 1],
      ],
      true,
    ],
    [[0, -0], false],
    [[{ ['__proto__']: 1 }, {}], true],
    [[], true],
  ] as const)('of %j are found as ajv finds them', (value, isFine) => {
    const { plain, bounded } = both({ uniqueItems: true }, value as unknown as Json)
    expect(bounded).toEqual(isFine ? [] : [' uniqueItems'])
    expect(plain).toEqual(bounded)
  })

  it('are allowed where the schema says so', () => {
    expect(both({ uniqueItems: false }, [1, 1]).bounded).toEqual([])
  })

  it('are looked for once for each item', () => {
    let reads = 0
    const items = Array.from({ length: 2_000 }, () =>
      Object.defineProperty({}, 'id', { enumerable: true, get: () => reads++ }),
    )
    expect(boundWork(new Ajv2020(OPTIONS)).compile({ uniqueItems: true })(items)).toBe(true)
    expect(reads).toBe(2_000)
  })
})
