import { isJsonObject, isObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import type { Operation, Schema } from './provider.ts'
import type { ErrorRow, OperationKeyword, ValueDetails } from './vocabulary.ts'
export function isJsonMedia(mediaType: string): boolean {
  return /^application\/(?:[^;]+\+)?json\s*(?:;|$)/i.test(mediaType)
}

/** The examples of a media type with their places below it, those of `examples` first. */
export function firstExamples(media: JsonObject): readonly (readonly [pointer: string, value: Json])[] {
  const { example, examples } = media
  const named = isJsonObject(examples) ? Object.entries(examples) : []
  const values = named.flatMap(([name, one]) =>
    isJsonObject(one) && one.value !== undefined
      ? [[`/examples/${name.replaceAll('~', '~0').replaceAll('/', '~1')}/value`, one.value] as const]
      : [],
  )
  return example === undefined ? values : [...values, ['/example', example]]
}

/** The properties of an object schema, those of its `allOf` parts among them. */
export function properties(schema: Schema): readonly (readonly [name: string, schema: Schema])[] {
  const own: readonly (readonly [string, Json])[] = isJsonObject(schema.properties)
    ? Object.entries(schema.properties)
    : []
  return [...parts(schema).flatMap((part) => properties(part)), ...own.filter(isSchemaEntry)]
}

export function requiredNames(schema: Schema): readonly string[] {
  const own = Array.isArray(schema.required) ? (schema.required as readonly string[]) : []
  return [...parts(schema).flatMap(requiredNames), ...own]
}

function parts(schema: Schema): readonly Schema[] {
  return Array.isArray(schema.allOf) ? (schema.allOf as readonly Json[]).filter(isJsonObject) : []
}

function isSchemaEntry(entry: readonly [string, Json]): entry is readonly [string, Schema] {
  return isJsonObject(entry[1])
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

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

const PARTS = ['allOf', 'anyOf', 'oneOf'] as const

const BRANCHES = ['if', 'then', 'else'] as const

/** Whether values of a schema can have something at a place; `*` stands for any one step. */
export function hasPlace(schema: Json | undefined, steps: readonly string[]): boolean {
  if (!isJsonObject(schema)) return schema === true
  const [step, ...rest] = steps
  if (step === undefined) return true
  return (
    childSchemas(schema, step).some((child) => hasPlace(child, rest)) ||
    alternatives(schema).some((part) => hasPlace(part, steps))
  )
}

function childSchemas(schema: JsonObject, step: string): readonly Json[] {
  const { properties, items, prefixItems, additionalProperties } = schema
  const named = isJsonObject(properties) ? properties : {}
  const own = step === '*' ? Object.values(named) : Object.hasOwn(named, step) ? [named[step] as Json] : []
  const isIndex = step === '*' || /^\d+$/.test(step)
  const inList = isIndex ? [items, ...(Array.isArray(prefixItems) ? prefixItems : [])] : []
  return [...own, ...inList, additionalProperties === true ? undefined : additionalProperties].filter(
    isJsonObject,
  )
}

function alternatives(schema: JsonObject): readonly Json[] {
  const parts = PARTS.flatMap((key) => (Array.isArray(schema[key]) ? (schema[key] as readonly Json[]) : []))
  return [...parts, ...BRANCHES.flatMap((key) => schema[key] ?? [])]
}

/** What `x-mock-value` says on a schema, with the short form written out; undefined where it says nothing. */
export function valueKeyword(schema: Schema): ValueDetails | undefined {
  const keyword = schema['x-mock-value']
  if (typeof keyword === 'string') return { from: keyword as ValueDetails['from'] }
  return isObject(keyword) ? (keyword as unknown as ValueDetails) : undefined
}
