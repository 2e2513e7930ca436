import { isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import type { Operation } from './provider.ts'
import type { ErrorRow, OperationKeyword } from './vocabulary.ts'

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** One operation (of `paths` or `webhooks`) of a resolved document, with the parameters of its path among its own. */
export interface OperationNode {
  readonly name: string
  readonly method: (typeof METHODS)[number]
  readonly pointer: string
  readonly value: JsonObject
  readonly parameters: readonly JsonObject[]
}

export function operationNodes(document: JsonObject, under: 'paths' | 'webhooks'): readonly OperationNode[] {
  return entries(document[under]).flatMap(([name, path]) =>
    METHODS.flatMap((method) => {
      const value = path[method]
      if (!isJsonObject(value)) return []
      const own = objects(value.parameters)
      const shared = objects(path.parameters).filter(
        (parameter) => !own.some((other) => same(other, parameter)),
      )
      const pointer = toPointer([under, name, method])
      return [{ name, method, pointer, value, parameters: [...own, ...shared] }]
    }),
  )
}

export function operationKeyword(node: OperationNode): OperationKeyword | null {
  const keyword = node.value['x-mock-operation']
  return isJsonObject(keyword) ? (keyword as unknown as OperationKeyword) : null
}

export function errorRows(value: JsonObject): readonly ErrorRow[] {
  return objects(value['x-mock-errors']) as unknown as readonly ErrorRow[]
}

/** The operation's own, or the document's. */
export function securityOf(document: JsonObject, node: OperationNode): Operation['security'] {
  return objects(node.value.security ?? document.security) as unknown as Operation['security']
}

/** The statuses that an operation declares, in the order of the document; ranges such as `4XX` and `default` are none. */
export function declaredResponses(node: OperationNode): ReadonlyMap<number, JsonObject> {
  const numbered = entries(node.value.responses).filter(([status]) => /^\d{3}$/.test(status))
  return new Map(numbered.map(([status, response]) => [Number(status), response]))
}

export function bodyContents(
  node: OperationNode,
): readonly (readonly [mediaType: string, media: JsonObject])[] {
  const body = node.value.requestBody
  return isJsonObject(body) ? entries(body.content) : []
}

export function successStatus(node: OperationNode): number {
  const declared = [...declaredResponses(node).keys()]
  const success = declared.find((status) => status >= 200 && status < 300)
  return operationKeyword(node)?.status ?? success ?? declared[0] ?? 200
}

export function entries(value: Json | undefined): readonly (readonly [string, JsonObject])[] {
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    isJsonObject(inner) ? [[name, inner] as const] : [],
  )
}

export function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : []
}

function same(a: JsonObject, b: JsonObject): boolean {
  return a.name === b.name && a.in === b.in
}
