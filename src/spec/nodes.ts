import { isObject, toPointer } from '../core/json.ts'
import type { Keyword } from './vocabulary.ts'
/** Where each keyword may stand. */
export const KEYWORD_PLACES: Readonly<Record<Keyword, readonly NodeKind[]>> = {
  'x-mock-provider': ['root'],
  'x-mock-resource': ['schema'],
  'x-mock-operation': ['operation'],
  'x-mock-value': ['schema', 'header', 'parameter'],
  'x-mock-errors': ['root', 'operation'],
  'x-mock-signature': ['root', 'event', 'event-operation'],
  'x-mock-delivery': ['root'],
}

/** What stands at a place of an OpenAPI 3.1 document, as far as it matters here. */
export const NODE_KINDS = {
  root: 'the root',
  components: 'components',
  path: 'a path',
  operation: 'an operation',
  event: 'a webhook',
  'event-operation': 'an operation of a webhook',
  parameter: 'a parameter',
  header: 'a header',
  'request-body': 'a request body',
  response: 'a response',
  media: 'a media type',
  schema: 'a schema',
  other: 'anything else',
} as const

type NodeKind = keyof typeof NODE_KINDS

export interface DocumentNode {
  readonly kind: NodeKind
  readonly value: Readonly<Record<string, unknown>>
  readonly steps: readonly string[]
  readonly pointer: string
}

/** What a key leads to: a node, a map of nodes, a list of nodes, or data that is nobody's grammar. */
type Child = NodeKind | readonly ['map' | 'list', NodeKind] | 'data'

type Children = Readonly<Record<string, Child>>

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

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
  path: { ...each(METHODS, 'operation'), parameters: ['list', 'parameter'] },
  operation: called,
  event: { ...each(METHODS, 'event-operation'), parameters: ['list', 'parameter'] },
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
