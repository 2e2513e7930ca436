import { expect, it } from 'vitest'
import { exampleAnswer } from '../../../src/api/example-answer.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { operationsOf } from '../../support/operations-of.ts'

const schema = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'integer' }, name: { const: 'n' } },
}

async function answer(responses: JsonObject, accept = '*/*', status?: number) {
  const [operation] = await operationsOf({
    openapi: '3.1.0',
    info: { title: 'Acme', version: '1' },
    paths: { '/me': { get: { responses } } },
  })
  if (operation === undefined) throw new Error('no operation')
  return exampleAnswer(operation, accept, status)
}

const JSON_TYPE = { 'Content-Type': 'application/json' }

it('answers the first example of the status', async () => {
  const examples = { a: { value: { id: 7 } }, b: { value: { id: 8 } } }
  const content = { 'application/json': { schema, examples } }
  const responses = {
    200: { description: '', content },
    404: { description: '', content: { 'text/plain': { example: 'gone' } } },
  }
  expect(await answer(responses)).toEqual({ status: 200, headers: JSON_TYPE, body: '{"id":7}' })
  expect(await answer(responses, '*/*', 404)).toEqual({
    status: 404,
    headers: { 'Content-Type': 'text/plain' },
    body: 'gone',
  })
})

it('makes a value from the schema where there is no example, and headers', async () => {
  const headers = {
    'X-Rate': { schema: { type: 'integer', example: 5 } },
    'X-Trace': { schema: { type: 'string' }, example: 'abc' },
    'X-List': { schema: { type: 'array', items: { type: 'string' } } },
  }
  expect(
    await answer({ 201: { description: '', headers, content: { 'application/json': { schema } } } }),
  ).toEqual({
    status: 201,
    headers: { ...JSON_TYPE, 'X-Rate': '5', 'X-Trace': 'abc' },
    body: '{"id":0,"name":"n"}',
  })
})

it('answers nothing where nothing is declared', async () => {
  expect(await answer({ 204: { description: '' } })).toEqual({ status: 204, headers: {}, body: null })
})

it.each([
  ['application/json', '{"id":1}'],
  ['text/html', '<p>1</p>'],
  ['text/html;q=0.1, application/json', '{"id":1}'],
  // It cannot be met: the provider answers as it can.
  ['image/png', '{"id":1}'],
  [';;q=,,*/', '{"id":1}'],
])('answers what is accepted as %s', async (accept, body) => {
  const content = { 'application/json': { example: { id: 1 } }, 'text/html': { example: '<p>1</p>' } }
  expect((await answer({ 200: { description: '', content } }, accept)).body).toBe(body)
})

it('loads nothing that makes up data, which would hold up every request meanwhile', async () => {
  await answer({ 200: { description: '', content: { 'application/json': { schema } } } })
  const { cache } = (await import('node:module')).createRequire(import.meta.url)
  const loaded = Object.keys(cache).filter((file) => /faker/.test(file))
  expect(loaded).toEqual([])
})
