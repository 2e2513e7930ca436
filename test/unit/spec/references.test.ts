import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/core/json.ts'
import { referenceIssues } from '../../../src/spec/references.ts'

/** So many schemas, each with so many properties that refer to the next one. */
function chain(schemas: number, properties: number, last: Json = { type: 'string' }): JsonObject {
  const entries = Array.from({ length: schemas }, (_, i): [string, Json] => [
    `s${i}`,
    {
      properties: Object.fromEntries(
        Array.from({ length: properties }, (_, j) => [`p${j}`, { $ref: `#/components/schemas/s${i + 1}` }]),
      ),
    },
  ])
  return {
    paths: { $ref: '#/components/schemas/s0' },
    components: { schemas: { ...Object.fromEntries(entries), [`s${schemas}`]: last } },
  }
}

describe('references', () => {
  it('may lead to one another', () => {
    expect(referenceIssues(chain(6, 3))).toEqual([])
  })

  it.each([
    [12, 3],
    [30, 10],
    [200, 50],
  ])('are refused where %i schemas refer %i times to the next one', (schemas, properties) => {
    expect(referenceIssues(chain(schemas, properties))).toEqual([
      {
        code: 'TOO_LARGE',
        reason: expect.stringMatching(
          /^what the references of the document lead to has (?:[\d,]+|more than 1,000,000,000) values when it is written out, .* of them behind "#\/components\/schemas\/s0", and 250,000 is the most$/,
        ),
        hint: 'Refer to fewer schemas within schemas that are themselves referred to.',
        pointer: '/paths/$ref',
      },
    ])
  })

  it('are refused where they are nested too deeply', () => {
    expect(referenceIssues(chain(120, 1))).toEqual([
      {
        code: 'TOO_LARGE',
        reason: 'what "#/components/schemas/s0" leads to is nested 361 levels deep, and 200 is the most',
        pointer: '/paths/$ref',
      },
    ])
  })

  it.each<[Json, string]>([
    [5, '5'],
    [['#/components'], '["#/components"]'],
    [{}, '{}'],
    [null, 'null'],
  ])('are refused where they are no text, such as %j', (target, shown) => {
    expect(referenceIssues({ components: { schemas: { s: { $ref: target } } } })).toMatchObject([
      {
        code: 'EXTERNAL_REFERENCE',
        reason: `"${shown}" leads out of the document`,
        pointer: '/components/schemas/s/$ref',
      },
    ])
  })

  it('are looked at once, however many there are', () => {
    const counted = (schemas: number) => {
      let looks = 0
      const watch = <T extends object>(value: T): T =>
        new Proxy(value, {
          get(target, key) {
            looks++
            const inner: unknown = Reflect.get(target, key)
            return typeof inner === 'object' && inner !== null ? watch(inner) : inner
          },
        })
      // Each refers to a schema that refers to nothing, and none to the next one.
      const entries = Array.from({ length: schemas }, (_, i): [string, Json] => [
        `s${i}`,
        { properties: { a: { $ref: `#/components/schemas/t${i}` } } },
      ])
      const ends = Array.from({ length: schemas }, (_, i): [string, Json] => [`t${i}`, { type: 'string' }])
      referenceIssues(watch({ components: { schemas: Object.fromEntries([...entries, ...ends]) } }))
      return looks
    }
    expect(counted(400) / counted(100)).toBeLessThan(5)
  })

  it('names the first circles of many', () => {
    const issues = referenceIssues(chain(500, 1, { items: { $ref: '#/components/schemas/s0' } }))
    expect(issues).toHaveLength(20)
    expect(issues[0]).toMatchObject({
      code: 'CIRCULAR_REFERENCE',
      reason: expect.stringMatching(/^"#\/components\/schemas\/s1" is a circular reference \(.{100,400}\)$/),
      pointer: '/components/schemas/s0/properties/p0/$ref',
    })
  })
})
