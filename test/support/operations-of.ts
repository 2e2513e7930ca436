import type { IHttpOperation } from '@stoplight/types'
import { atPointer, isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import type { MediaSchema, Operation, Parameter, Schema } from '../../src/spec/provider.ts'

/** The operations of a document whose references, if any, stay within it. */
export async function operationsOf(document: JsonObject): Promise<readonly Operation[]> {
  const { transformOas3Operations } = await import('@stoplight/http-spec/oas3')
  const resolved = withoutReferences(document)
  return (transformOas3Operations(resolved as never) as IHttpOperation[]).map(toOperation)
}

function toOperation(http: IHttpOperation): Operation {
  const { request, responses } = http
  const lists = { path: request?.path, query: request?.query, header: request?.headers }
  const parameters = (['path', 'query', 'header'] as const).flatMap((place) =>
    (lists[place] ?? []).map(
      ({ name, required = false, schema }): Parameter => ({
        in: place,
        name,
        required,
        schema: (schema ?? {}) as Schema,
      }),
    ),
  )
  const body = request?.body
  const statuses = responses.filter(({ code }) => /^\d{3}$/.test(code))
  return {
    id: http.iid ?? `${http.method} ${http.path}`,
    method: http.method.toUpperCase() as Operation['method'],
    path: http.path,
    serverPath: '',
    summary: http.summary ?? '',
    mock: null,
    success: Number(statuses.find(({ code }) => code.startsWith('2'))?.code ?? 200),
    security: [],
    parameters,
    body:
      body === undefined ? null : { required: body.required ?? false, contents: contentsOf(body.contents) },
    responses: new Map(
      statuses.map(({ code, contents }) => [
        Number(code),
        { status: Number(code), contents: contentsOf(contents), headers: [] },
      ]),
    ),
    problems: [],
    errors: [],
    http,
  }
}

function contentsOf(
  contents: readonly { mediaType: string; schema?: unknown }[] = [],
): readonly MediaSchema[] {
  return contents.map(({ mediaType, schema }) => ({ mediaType, schema: (schema ?? {}) as Schema }))
}

/** Each `#/…` reference replaced by what it names: the same object wherever it is named, so it is compiled once. */
function withoutReferences(document: JsonObject): JsonObject {
  const resolved = new Map<string, Json>()
  const resolve = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(resolve)
    if (!isJsonObject(value)) return value
    const { $ref: target } = value
    if (typeof target !== 'string')
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]))
    const known = resolved.get(target) ?? resolve(atPointer(document, target.slice(1)) ?? {})
    resolved.set(target, known)
    return known
  }
  return resolve(document) as JsonObject
}
