import type { IHttpOperation } from '@stoplight/types'
import { asText, isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { Account } from '../core/model.ts'
import type { ProviderId } from '../core/random.ts'
import { readDocument } from '../schema/locate.ts'
import { credentialHeaders, documentScopes } from './accounts.ts'
import { bundle } from './bundle.ts'
import { possibleProblems } from './checks/problems.ts'
import { compileDeliveries } from './delivery-policy.ts'
import {
  bodyContents,
  declaredResponses,
  entries,
  errorRows,
  firstExamples,
  isJsonMedia,
  type OperationNode,
  operationKeyword,
  operationNodes,
  securityOf,
  successStatus,
} from './document.ts'
import { splitId } from './names.ts'
import { type Made, type Packed, pack } from './precompiled.ts'
import type {
  ContractDocument,
  EventType,
  HeaderSchema,
  MediaSchema,
  Operation,
  Parameter,
  Provider,
  ResponseTemplate,
  Schema,
} from './provider.ts'
import { operationServerPath, serverPath } from './server-path.ts'
import { readContract, readProvider } from './validate.ts'
import type { DeliveryKeyword, ProviderKeyword, ResourceKeyword, SignatureKeyword } from './vocabulary.ts'

// Compiles a valid OpenAPI document to the provider, or the mere contract, that a mock works with.

/** What the contract engine needs of the operations, by method and name: `GET /webhooks`, `POST note.created`. */
interface HttpOperations {
  readonly paths: ReadonlyMap<string, IHttpOperation>
  /** A webhook operation has no path; the validators ask for one, so it is `/`. */
  readonly webhooks: ReadonlyMap<string, IHttpOperation>
}

/** @param resolved a document without `$ref`s, its `jsonSchemaDialect` being the full URI of 2020-12 */
async function httpOperations(resolved: JsonObject): Promise<HttpOperations> {
  const { transformOas3Operations, transformOas3WebhookOperations } = await import(
    '@stoplight/http-spec/oas3/operation'
  )
  const paths = transformOas3Operations(resolved) as unknown as readonly IHttpOperation[]
  const webhooks = transformOas3WebhookOperations(resolved)
  return {
    paths: new Map(paths.map((operation) => [operationKey(operation.method, operation.path), operation])),
    webhooks: new Map(
      webhooks.map(({ name, ...operation }) => [
        operationKey(operation.method, name),
        { ...operation, path: '/' } as unknown as IHttpOperation,
      ]),
    ),
  }
}

function operationKey(method: string, name: string): string {
  return `${method.toUpperCase()} ${name}`
}

function compileOperations(
  document: JsonObject,
  http: HttpOperations,
  resource?: ResourceKeyword,
): readonly Operation[] {
  const rootErrors = errorRows(document)
  return operationNodes(document, 'paths').map((node) => ({
    id: asText(node.value.operationId),
    method: node.method.toUpperCase() as Operation['method'],
    path: node.name,
    serverPath: operationServerPath(document, node),
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
    problems: [...possibleProblems(document, node, resource)],
    errors: [...errorRows(node.value), ...rootErrors],
    http: http.paths.get(operationKey(node.method, node.name)) as IHttpOperation,
  }))
}

function compileEvents(document: JsonObject, http: HttpOperations): ReadonlyMap<string, EventType> {
  const signature = compileSignature(document['x-mock-signature'])
  const nodes = operationNodes(document, 'webhooks').filter((node) => node.method === 'post')
  return new Map(
    nodes.map((node) => {
      const [mediaType = 'application/json', media] =
        bodyContents(node).find(([one]) => isJsonMedia(one)) ?? []
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
          mediaType,
          schema: schemaOf(media ?? {}),
          sample: firstExamples(media ?? {})[0]?.[1] ?? null,
          signature: own === undefined ? signature : compileSignature(own),
          http: http.webhooks.get(operationKey('post', node.name)) as IHttpOperation,
        },
      ]
    }),
  )
}

function compileSignature(keyword: Json | undefined): readonly SignatureKeyword[] {
  return (keyword === undefined ? [] : [keyword].flat()) as unknown as readonly SignatureKeyword[]
}

function compileResponse(response: JsonObject): Omit<ResponseTemplate, 'status'> {
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
  return [{ in: place, name: asText(parameter.name), required, schema: schemaOf(parameter) }]
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

const DEFAULT_BODY_LIMIT = 1024 * 1024

/** The provider of a valid document and its accounts: everything but the files. */
async function compileProvider(
  resolved: JsonObject,
  resource: ResourceKeyword,
  accounts: readonly Account[],
): Promise<Omit<Provider, 'file' | 'files'>> {
  const http = await httpOperations(resolved)
  const keyword = resolved['x-mock-provider'] as unknown as ProviderKeyword
  const { name, variant } = splitId(keyword.id)
  const { components } = resolved
  const responses = isJsonObject(components) ? entries(components.responses) : []
  return {
    id: keyword.id as ProviderId,
    name,
    variant: variant ?? keyword.variant ?? null,
    ...documentInfo(resolved),
    sources: keyword.sources ?? [],
    basePath: `/${keyword.id}${serverPath(resolved)}`,
    limits: { bodyBytes: keyword.bodyLimit ?? DEFAULT_BODY_LIMIT },
    credentialHeaders: credentialHeaders(resolved),
    accounts,
    scopes: documentScopes(resolved),
    resource,
    operations: compileOperations(resolved, http, resource),
    events: compileEvents(resolved, http),
    errors: errorRows(resolved),
    responses: new Map(responses.map(([name, response]) => [name, compileResponse(response)])),
    signature: compileSignature(resolved['x-mock-signature']),
    ...compileDeliveries(resolved['x-mock-delivery'] as unknown as DeliveryKeyword),
  }
}

function documentInfo(resolved: JsonObject): Pick<Provider, 'title' | 'version' | 'description'> {
  const info = isJsonObject(resolved.info) ? resolved.info : {}
  return {
    title: asText(info.title ?? ''),
    version: asText(info.version ?? ''),
    description: asText(info.description ?? ''),
  }
}

/** A provider document as plain data: what is loaded at once, or written by the build. */
export async function packProvider(file: string): Promise<Made<Packed>> {
  const { resolved, resource, accounts, files } = await readProvider(file)
  return { data: pack(await compileProvider(resolved, resource, accounts)), files }
}

/** As {@link packProvider}, of a document that is a contract only. */
export async function packContract(file: string): Promise<Made<Packed>> {
  const document = await bundle(
    await readDocument(file, { action: 'load the document', code: 'BAD_DOCUMENT' }),
  )
  const resolved = await readContract(document)
  const contract: ContractDocument = {
    ...documentInfo(resolved),
    operations: compileOperations(resolved, await httpOperations(resolved)),
  }
  return { data: pack(contract), files: document.files }
}
