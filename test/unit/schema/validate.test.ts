import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/core/json.ts'
import { describeIssue } from '../../../src/schema/issue.ts'
import { compileSchema, describeSchema, loadCompiler, validPart } from '../../../src/schema/validate.ts'

const found = async (schema: JsonObject, value: Json) =>
  (await compileSchema(schema))(value).map(describeIssue)

const DURATION: JsonObject = { title: 'a duration such as 10s', type: 'string', pattern: '^\\d+s$' }
const AT_LEAST_ONE: JsonObject = { type: 'integer', minimum: 1 }

describe('a value that does not fit its schema', () => {
  const CASES: readonly (readonly [schema: JsonObject, value: Json, issues: readonly string[]])[] = [
    [{ type: 'string' }, 5, ['5 is not a string.']],
    [{ type: 'string', minLength: 1 }, '', ['"" is not a non-empty string.']],
    [{ type: 'boolean' }, 'yes', ['"yes" is not a boolean.']],
    [{ type: ['object', 'null'] }, [], ['[] is not an object or null.']],
    [AT_LEAST_ONE, 0, ['0 is not an integer ≥ 1.']],
    [AT_LEAST_ONE, 1.5, ['1.5 is not an integer ≥ 1.']],
    [{ type: 'number', minimum: 0, maximum: 1 }, 2, ['2 is not a number from 0 to 1.']],
    [{ type: 'array', items: { type: 'string' } }, 'a', ['"a" is not an array of strings.']],
    [{ type: 'array', minItems: 1 }, [], ['[] is not a non-empty array.']],
    [{ type: 'array', uniqueItems: true }, [1, 1], ['[1,1] is not an array without duplicates.']],
    [DURATION, '10', ['"10" is not a duration such as 10s.']],
    [DURATION, 10, ['10 is not a duration such as 10s.']],
    [{ const: 1 }, 2, ['2 is not 1.']],
    [
      {
        $defs: { word: { enum: ['list', 'create'] } },
        properties: {
          type: { anyOf: [{ $ref: '#/$defs/word' }, { type: 'array', items: { $ref: '#/$defs/word' } }] },
        },
      },
      { type: ['list', 5] },
      ['/type: ["list",5] is not one of the allowed values. Known are: create, list.'],
    ],
    [{ enum: ['list', 'create'] }, 'lst', ['"lst" is not one of the allowed values. Did you mean "list"?']],
    [{ enum: ['list', 'create'] }, 5, ['5 is not one of the allowed values. Known are: create, list.']],
    [{ type: 'object', required: ['url'] }, {}, ['it lacks the field "url".']],
    [
      { type: 'object', additionalProperties: false, properties: { timeout: DURATION } },
      { timout: '1s' },
      ['/timout: "timout" is no known field here. Did you mean "timeout"?'],
    ],
    [{ properties: { hash: false } }, { hash: 1 }, ['/hash: "hash" does not belong here.']],
    [{ type: 'object', propertyNames: DURATION }, { x: 1 }, ['/x: "x" is not a duration such as 10s.']],
    [
      { properties: { a: DURATION, b: AT_LEAST_ONE } },
      { a: 1, b: 'x' },
      ['/a: 1 is not a duration such as 10s.', '/b: "x" is not an integer ≥ 1.'],
    ],
  ]

  it.each(CASES)('has issues in the standard words: %j, %j', async (schema, value, issues) => {
    expect(await found(schema, value)).toEqual(issues)
  })

  it('has none where it fits', async () => {
    expect(await found(AT_LEAST_ONE, 3)).toEqual([])
  })
})

describe.each(['anyOf', 'oneOf'])('alternatives (%s)', (choice) => {
  const RANGE: JsonObject = {
    type: 'object',
    required: ['min', 'max'],
    additionalProperties: false,
    properties: { min: AT_LEAST_ONE, max: AT_LEAST_ONE },
  }
  const schema: JsonObject = { [choice]: [DURATION, RANGE] }

  it('are all named where none is near', async () => {
    const either = { [choice]: [DURATION, { type: 'integer' }] }
    expect(await found(either, true)).toEqual(['true is not a duration such as 10s or an integer.'])
  })

  it('are explained by the likeliest one alone', async () => {
    expect(await found(schema, { min: 0, max: 2 })).toEqual(['/min: 0 is not an integer ≥ 1.'])
    expect(await found(schema, { min: 1 })).toEqual(['it lacks the field "max".'])
  })

  it('are explained below references and below each other', async () => {
    const nested = {
      [choice]: [{ $ref: '#/$defs/range' }, { [choice]: [DURATION, { enum: ['none', 'full'] }] }],
      $defs: { range: RANGE },
    }
    expect(await found(nested, { min: 0, max: 2 })).toEqual(['/min: 0 is not an integer ≥ 1.'])
    expect(await found(nested, 'nine')).toEqual([
      '"nine" is not one of the allowed values. Did you mean "none"?',
    ])
  })
})

describe('a compiler', () => {
  it('knows shared schemas, and leaves out keywords that the caller reports', async () => {
    const compile = await loadCompiler({
      shared: [{ $id: 'shared', $defs: { duration: DURATION } }],
      ignored: ['minProperties'],
    })
    expect(compile({ $ref: 'shared#/$defs/duration' })('x').map(describeIssue)).toEqual([
      '"x" is not a duration such as 10s.',
    ])
    expect(compile({ minProperties: 1 })({})).toEqual([])
  })
})

describe('a schema', () => {
  it.each<readonly [JsonObject, string | undefined]>([
    [{ title: 'a name', type: 'string' }, 'a name'],
    [{ enum: ['a', 'b', 'c'] }, 'a, b or c'],
    [{ type: ['string', 'integer'], minimum: 0 }, 'a string or an integer ≥ 0'],
    [{ anyOf: [DURATION, { type: 'null' }] }, 'a duration such as 10s or null'],
    [{}, undefined],
  ])('is described by its title or its type: %j', (schema, words) => {
    expect(describeSchema(schema)).toBe(words)
  })
})

describe('the valid part of a file', () => {
  const file = { name: 5, vars: { a: 1, b: 2 }, webhooks: { app: {} }, steps: ['x', 'y'] }
  const options = { collections: new Set(['vars', 'webhooks']), lists: new Set(['steps']) }
  const without = (...pointers: readonly string[]) =>
    validPart(
      file,
      pointers.map((pointer) => ({ pointer, reason: 'it is wrong' })),
      options,
    )

  it('has neither wrong members nor wrong entries of collections, and names those', () => {
    expect(without('/name', '/vars/a/x', '/steps/0', '')).toEqual({
      value: { vars: { b: 2 }, webhooks: { app: {} }, steps: ['x', 'y'] },
      removed: ['a'],
    })
  })

  it('lacks the names of a whole collection that is wrong', () => {
    expect(without('/vars')).toEqual({
      value: { name: 5, webhooks: { app: {} }, steps: ['x', 'y'] },
      removed: ['a', 'b'],
    })
  })
})
