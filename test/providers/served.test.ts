import SwaggerParser from '@apidevtools/swagger-parser'
import type { OpenAPIV3_1 } from 'openapi-types'
import { afterAll, describe, expect, it } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import { startMock } from '../../src/mock/start-mock.ts'
import { shippedProviders } from '../../src/spec/shipped.ts'

const mock = await startMock({ providers: shippedProviders().map(({ id }) => id) })
afterAll(() => mock.close(0))

/** Of every `$ref` and every key. */
function* references(value: Json): Generator<readonly [key: string, target: Json]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value as JsonObject)) {
    yield [key, inner]
    yield* references(inner)
  }
}

describe.each(mock.providers.map(({ id }) => id))('the served document of %s', (id) => {
  const read = async (query = '') =>
    (await (await fetch(`${mock.origin}/${id}/openapi.json${query}`)).json()) as JsonObject

  it('is OpenAPI 3.1 in one file, with the mock as its first server', async () => {
    const document = await read()
    const [first, second] = document.servers as readonly JsonObject[]
    expect(first?.url).toBe(mock.url(id))
    expect(second?.url).toMatch(/^https:/)
    const targets = [...references(document)].filter(([key, to]) => key === '$ref' && typeof to === 'string')
    expect(targets.length).toBeGreaterThan(10)
    expect(targets.filter(([, to]) => !String(to).startsWith('#/'))).toEqual([])
    const parsed = await SwaggerParser.validate(document as unknown as OpenAPIV3_1.Document)
    expect(Object.keys(parsed.paths ?? {}).length).toBeGreaterThan(2)
  })

  it('is the same without the keywords of the mock, where they are not wanted', async () => {
    const [whole, plain] = [await read(), await read('?x-mock=false')]
    const ours = (document: JsonObject) => [...references(document)].filter(([key]) => /^x-mock-/.test(key))
    expect(ours(whole).length).toBeGreaterThan(10)
    expect(ours(plain)).toEqual([])
    expect(await SwaggerParser.validate(plain as unknown as OpenAPIV3_1.Document)).toMatchObject({
      openapi: whole.openapi,
    })
    for (const part of ['paths', 'webhooks', 'components'])
      expect(Object.keys(partOf(plain, part))).toEqual(Object.keys(partOf(whole, part)))
  })

  it('has its tokens from an operation of the mock, never from the provider', async () => {
    const urls = [...references(await read())].filter(([key]) => key === 'tokenUrl').map(([, url]) => url)
    const { operations = [] } = mock.providers.find((one) => one.id === id) ?? {}
    const routes = operations.map(({ serverPath, path }) => `${mock.origin}/${id}${serverPath}${path}`)
    expect(urls.filter((url) => !routes.includes(String(url)))).toEqual([])
  })
})

function partOf(document: JsonObject, name: string): JsonObject {
  const part = document[name]
  return isJsonObject(part) ? part : {}
}
