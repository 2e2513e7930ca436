import { loadContract } from '../../../src/contract/contract.ts'
import type { RequestMessage, ResponseMessage } from '../../../src/contract/messages.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import type { EventType, Operation } from '../../../src/spec/provider.ts'
import { operationsOf } from '../../support/operations-of.ts'

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

const loaded = await loadContract()

export const contract = {
  ...loaded,
  request: (...asked: Parameters<typeof loaded.request>) => loaded.request(...asked).violations,
}

/** The one operation of a document with this path item. */
export async function operation(path: string, method: string, value: JsonObject): Promise<Operation> {
  const [made] = await operationsOf({
    openapi: '3.1.0',
    jsonSchemaDialect: DIALECT,
    info: { title: 'Sample', version: '1' },
    paths: {
      [path]: { [method]: { operationId: 'sample', responses: { 200: { description: 'ok' } }, ...value } },
    },
  })
  if (made === undefined) throw new Error('the sample has no operation')
  return made
}

export async function eventType(value: JsonObject, headers: EventType['headers'] = []): Promise<EventType> {
  const { http, body } = await operation('/', 'post', value)
  return {
    type: 'sample.made',
    summary: '',
    headers,
    mediaType: 'application/json',
    schema: body?.contents[0]?.schema ?? {},
    sample: {},
    signature: [],
    http,
  }
}

export function json(schema: JsonObject, required = true): JsonObject {
  return { requestBody: { required, content: { 'application/json': { schema } } } }
}

export function request(message: Partial<RequestMessage> = {}): RequestMessage {
  const bodyLength = message.body === undefined ? 0 : JSON.stringify(message.body).length
  const headers: Record<string, string> = bodyLength === 0 ? {} : { 'content-type': 'application/json' }
  return { method: 'POST', path: '/things', query: {}, headers, body: undefined, bodyLength, ...message }
}

export function response(message: Partial<ResponseMessage> = {}): ResponseMessage {
  const bodyLength = message.body === undefined ? 0 : JSON.stringify(message.body).length
  const headers: Record<string, string> = bodyLength === 0 ? {} : { 'content-type': 'application/json' }
  return { status: 200, headers, body: undefined, bodyLength, ...message }
}
