import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../../../../src/core/json.ts'
import { EXPECTATIONS } from '../../../../src/scenario/expectations/index.ts'
import { BARE_STEPS, STEPS } from '../../../../src/scenario/steps/index.ts'

const FOLDER = fileURLToPath(new URL('../../../../scenarios', import.meta.url))
const schema = JSON.parse(await readFile(`${FOLDER}/scenario.schema.json`, 'utf8')) as JsonObject
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
const validate = ajv.compile(schema)
const files = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith('.yaml'))
const HEAD = { version: 1, name: 'n', provider: 'tsanet' }

function places(value: Json): readonly string[] {
  validate(value)
  return ((validate.errors ?? []) as ErrorObject[]).map(({ instancePath }) => instancePath)
}

/** Every schema of an object with members of its own, by its place. */
function objects(value: Json, steps: readonly string[] = []): readonly (readonly [string, JsonObject])[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.entries(value).flatMap(([key, one]) => objects(one as Json, [...steps, key]))
  const isOne = isJsonObject(value) && value.type === 'object' && isJsonObject(value.properties)
  return isOne ? [[toPointer(steps), value], ...inner] : inner
}

describe('scenario.schema.json', () => {
  it.each(files)('accepts %s', async (name) => {
    expect(places(parse(await readFile(`${FOLDER}/${name}`, 'utf8')))).toEqual([])
  })

  it.each(Object.entries(STEPS).map(([word, { example }]) => [word, example]))(
    'accepts the example of %s',
    (word, example) => {
      expect(places({ ...HEAD, steps: [{ [word]: example }] })).toEqual([])
      expect(places({ ...HEAD, steps: [word] }).length === 0).toBe(BARE_STEPS.includes(word))
    },
  )

  it('knows no member but its own, anywhere', () => {
    const found = objects(schema)
    expect(found.length).toBeGreaterThan(60)
    expect(found.filter(([, one]) => one.additionalProperties !== false)).toEqual([])
  })

  it('says of every step, expectation and member of a file what it is about', () => {
    const members = Object.entries(schema.properties as JsonObject).filter(([key]) => key !== '$schema')
    const known = [...Object.values(STEPS), ...Object.values(EXPECTATIONS)]
    expect(members.filter(([, one]) => typeof (one as JsonObject).description !== 'string')).toEqual([])
    expect(known.filter(({ about }) => about === '')).toEqual([])
    const step = ((schema.properties as JsonObject).steps as JsonObject).items as { anyOf: JsonObject[] }
    expect(step.anyOf).toHaveLength(1 + Object.keys(STEPS).length)
    for (const one of step.anyOf.slice(1)) expect(JSON.stringify(one)).toContain('"examples":[')
  })

  it.each([
    [{ nme: 1 }, ''],
    [{ clock: 'x0' }, '/clock'],
    [{ steps: [{ advnce: '1s' }] }, '/steps/0'],
    [{ steps: [{ expect: { received: 1, delivery: {} } }] }, '/steps/0/expect'],
    [{ steps: [{ wait: { received: -1 } }] }, '/steps/0/wait/received'],
    [{ faults: { api: [{ do: { latency: '2 s' } }] } }, '/faults/api/0/do'],
    [{ faults: { api: [{ do: 'duplicate' }] } }, '/faults/api/0/do'],
    [{ webhooks: { app: { url: 'x', secrt: '' } } }, '/webhooks/app'],
  ])('finds what is wrong with %j', (more, place) => {
    expect(places({ ...HEAD, ...more } as Json)).toContain(place)
  })
})
