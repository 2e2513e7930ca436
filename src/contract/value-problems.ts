import type { ErrorObject } from 'ajv/dist/2020.js'
import { atPointer, type Json, pointerSteps, toPointer } from '../core/json.ts'
import type { Schema } from '../spec/provider.ts'
import { compileSchema, type Direction } from './compile-schema.ts'

/** One way in which a value breaks its schema, or a request lacks what it must have. */
export interface SchemaProblem {
  /** A JSON pointer into the body (`/webhook/url`, empty for the whole), or `query/size`, `path/id`, `header/X-Name`. */
  readonly place: string
  /** The last step of the place. */
  readonly field: string
  /** The JSON Schema keyword that failed. */
  readonly keyword: string
  /** As ajv gives them: `{ limit }`, `{ allowedValues }`, `{ missingProperty }` … */
  readonly params: Readonly<Record<string, unknown>>
  /** Without its subject: `must be integer`. */
  readonly message: string
  /** What stands at the place; undefined when nothing does. */
  readonly value: Json | undefined
}

/** Keywords whose problem belongs to a child that is missing or too much, and the parameter that names the child. */
const CHILD_PARAMS: Readonly<Record<string, string>> = {
  required: 'missingProperty',
  dependentRequired: 'missingProperty',
  additionalProperties: 'additionalProperty',
  unevaluatedProperties: 'unevaluatedProperty',
  propertyNames: 'propertyName',
}

/** What is wrong with a value, all of it, in the order of the schema. `root` stands before each pointer. */
export function valueProblems(
  schema: Schema,
  value: Json | undefined,
  direction: Direction,
  root = '',
): readonly SchemaProblem[] {
  const validate = compileSchema(schema, direction)
  if (validate(value)) return []
  return (validate.errors ?? [])
    .filter((error) => error.keyword !== 'if')
    .map((error) => toProblem(error, value, root))
}

function toProblem(error: ErrorObject, value: Json | undefined, root: string): SchemaProblem {
  const params = error.params as Readonly<Record<string, unknown>>
  const child = params[CHILD_PARAMS[error.keyword] ?? '']
  const pointer = error.instancePath + (typeof child === 'string' ? toPointer([child]) : '')
  const place = root + pointer
  return {
    place,
    field: pointer === '' ? root.slice(root.indexOf('/') + 1) : (pointerSteps(pointer).at(-1) ?? ''),
    keyword: error.keyword,
    params,
    message: withAllowed(error.message ?? 'is not valid', params),
    value: atPointer(value, pointer),
  }
}

function withAllowed(message: string, params: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(params.allowedValues)) return `${message}: ${params.allowedValues.join(', ')}`
  return 'allowedValue' in params ? `${message}: ${JSON.stringify(params.allowedValue)}` : message
}
