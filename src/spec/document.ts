import { asText, isJsonObject, isObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import type { Operation, Schema } from './provider.ts'
import type { ErrorRow, NodeKind, OperationKeyword, ValueDetails } from './vocabulary.ts'

export interface DocumentNode {
  readonly kind: NodeKind
  readonly value: Readonly<Record<string, unknown>>
  readonly steps: readonly string[]
  readonly pointer: string
}

/** What a key leads to: a node, a map of nodes, a list of nodes, or data that is nobody's grammar. */
type Child = NodeKind | readonly ['map' | 'list', NodeKind] | 'data'

type Children = Readonly<Record<string, Child>>

const ALL_METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

const each = (keys: readonly string[], child: Child): Children =>
  Object.fromEntries(keys.map((key) => [key, child]))

const exampleData = each(['example', 'examples'], 'data')

const called: Children = {
  parameters: ['list', 'parameter'],
  requestBody: 'request-body',
  responses: ['map', 'response'],
}

const valued: Children = { schema: 'schema', content: ['map', 'media'], ...exampleData }

const CHILDREN: Readonly<Record<NodeKind, Children>> = {
  root: { paths: ['map', 'path'], webhooks: ['map', 'event'], components: 'components' },
  components: {
    schemas: ['map', 'schema'],
    responses: ['map', 'response'],
    parameters: ['map', 'parameter'],
    headers: ['map', 'header'],
    requestBodies: ['map', 'request-body'],
    pathItems: ['map', 'path'],
    examples: 'data',
  },
  path: { ...each(ALL_METHODS, 'operation'), parameters: ['list', 'parameter'] },
  operation: called,
  event: { ...each(ALL_METHODS, 'event-operation'), parameters: ['list', 'parameter'] },
  'event-operation': called,
  parameter: valued,
  header: valued,
  'request-body': { content: ['map', 'media'] },
  response: { headers: ['map', 'header'], content: ['map', 'media'] },
  media: { schema: 'schema', ...exampleData },
  schema: {
    ...each(['properties', 'patternProperties', '$defs', 'dependentSchemas'], ['map', 'schema']),
    ...each(['allOf', 'anyOf', 'oneOf', 'prefixItems'], ['list', 'schema']),
    ...each(['items', 'contains', 'additionalProperties', 'propertyNames'], 'schema'),
    ...each(['unevaluatedItems', 'unevaluatedProperties', 'not', 'if', 'then', 'else'], 'schema'),
    ...each(['default', 'const', 'enum', 'example', 'examples'], 'data'),
  },
  other: {},
}

/** Every node of the document as it is written: examples, constants and foreign `x-` keys are not looked into. */
export function* walkDocument(root: Readonly<Record<string, unknown>>): Generator<DocumentNode> {
  yield* walk('root', root, [])
}

function* walk(kind: NodeKind, value: unknown, steps: readonly string[]): Generator<DocumentNode> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walk(kind, item, [...steps, String(index)])
    return
  }
  if (!isObject(value)) return
  yield { kind, value, steps, pointer: toPointer(steps) }
  for (const [key, inner] of Object.entries(value)) {
    const child = Object.hasOwn(CHILDREN[kind], key) ? CHILDREN[kind][key] : undefined
    if (child === 'data' || (child === undefined && key.startsWith('x-'))) continue
    const below = [...steps, key]
    if (child === undefined || typeof child === 'string') yield* walk(child ?? 'other', inner, below)
    else if (isObject(inner) || Array.isArray(inner))
      for (const [name, item] of Object.entries(inner)) yield* walk(child[1], item, [...below, name])
  }
}

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

export function bodySchemas(node: OperationNode): readonly Json[] {
  return bodyContents(node).flatMap(([, media]) => media.schema ?? [])
}

export function parameterNames(node: OperationNode, places: readonly string[]): readonly string[] {
  return objects(node.parameters)
    .filter((parameter) => places.includes(asText(parameter.in)))
    .map((parameter) => asText(parameter.name))
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
