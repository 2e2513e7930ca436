import type { IHttpOperation } from '@stoplight/types'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { firstExamples, isJsonMedia } from './event-example.ts'
import { type HttpOperations, operationKey } from './http-operations.ts'
import type {
  EventType,
  HeaderSchema,
  MediaSchema,
  Operation,
  Parameter,
  ResponseTemplate,
  Schema,
} from './provider.ts'
import {
  bodyContents,
  declaredResponses,
  entries,
  errorRows,
  type OperationNode,
  operationKeyword,
  operationNodes,
  securityOf,
  successStatus,
} from './provider-document.ts'
import type { SignatureKeyword } from './vocabulary.ts'

export function compileOperations(document: JsonObject, http: HttpOperations): readonly Operation[] {
  const rootErrors = errorRows(document)
  return operationNodes(document, 'paths').map((node) => ({
    id: String(node.value.operationId),
    method: node.method.toUpperCase() as Operation['method'],
    path: node.name,
    summary: text(node.value.summary),
    mock: operationKeyword(node),
    success: successStatus(node),
    security: securityOf(document, node),
    parameters: node.parameters.flatMap(compileParameter),
    body: compileBody(node),
    responses: new Map(
      [...declaredResponses(node)].map(([status, response]) => [
        status,
        { status, ...compileResponse(response) },
      ]),
    ),
    errors: [...errorRows(node.value), ...rootErrors],
    http: http.paths.get(operationKey(node.method, node.name)) as IHttpOperation,
  }))
}

export function compileEvents(document: JsonObject, http: HttpOperations): ReadonlyMap<string, EventType> {
  const signature = compileSignature(document['x-mock-signature'])
  const nodes = operationNodes(document, 'webhooks').filter((node) => node.method === 'post')
  return new Map(
    nodes.map((node) => {
      const [, media] = bodyContents(node).find(([mediaType]) => isJsonMedia(mediaType)) ?? []
      const path = (document.webhooks as JsonObject)[node.name] as JsonObject
      const own = node.value['x-mock-signature'] ?? path['x-mock-signature']
      return [
        node.name,
        {
          type: node.name,
          summary: text(node.value.summary),
          headers: node.parameters
            .flatMap(compileParameter)
            .filter((parameter) => parameter.in === 'header')
            .map(headerOf),
          schema: schemaOf(media ?? {}),
          sample: firstExamples(media ?? {})[0]?.[1] ?? null,
          signature: own === undefined ? signature : compileSignature(own),
          http: http.webhooks.get(operationKey('post', node.name)) as IHttpOperation,
        },
      ]
    }),
  )
}

export function compileSignature(keyword: Json | undefined): readonly SignatureKeyword[] {
  return (keyword === undefined ? [] : [keyword].flat()) as unknown as readonly SignatureKeyword[]
}

export function compileResponse(response: JsonObject): Omit<ResponseTemplate, 'status'> {
  return {
    contents: entries(response.content).map(compileMedia),
    headers: entries(response.headers).map(([name, header]) => ({
      name,
      required: header.required === true,
      schema: schemaOf(header),
    })),
  }
}

function compileBody(node: OperationNode): Operation['body'] {
  const body = node.value.requestBody
  if (!isJsonObject(body)) return null
  return { required: body.required === true, contents: bodyContents(node).map(compileMedia) }
}

function compileMedia([mediaType, media]: readonly [string, JsonObject]): MediaSchema {
  return { mediaType, schema: schemaOf(media) }
}

const PLACES: readonly Parameter['in'][] = ['path', 'query', 'header']

function compileParameter(parameter: JsonObject): readonly Parameter[] {
  const place = PLACES.find((known) => known === parameter.in)
  if (place === undefined) return []
  const required = parameter.required === true
  return [{ in: place, name: String(parameter.name), required, schema: schemaOf(parameter) }]
}

function headerOf({ name, required, schema }: Parameter): HeaderSchema {
  return { name, required, schema }
}

/** A header's or parameter's own `x-mock-value` moves into its schema, where the renderer looks for it. */
function schemaOf(holder: JsonObject): Schema {
  const schema = isJsonObject(holder.schema) ? holder.schema : {}
  const source = holder['x-mock-value']
  return source === undefined ? schema : { ...schema, 'x-mock-value': source }
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
