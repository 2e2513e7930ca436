import { createRequire } from 'node:module'
import type { Ajv2020, AnySchema, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { FormatsPlugin } from 'ajv-formats'
import { schemaRegExp } from '../core/expression.ts'
import { atPointer, isJsonObject, type Json, pointerSteps, toPointer } from '../core/json.ts'
import { shorten } from '../core/text.ts'
import { boundWork, MAX_ERRORS } from '../schema/bounded-ajv.ts'
import type { Schema } from '../spec/provider.ts'
import { LONGEST_MESSAGE, LONGEST_PLACE } from './messages.ts'

type Flag = 'readOnly' | 'writeOnly'

const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const

const SINGLES = ['items', 'additionalProperties', 'if', 'then', 'else', 'not'] as const

/** The schema without the properties that the flag bars, required or not; the same object when there are none. */
function withoutProperties(schema: Schema, flag: Flag): Schema {
  return new Stripper(flag).strip(schema) as Schema
}

class Stripper {
  readonly #flag: Flag
  readonly #seen = new Map<Schema, Schema>()

  constructor(flag: Flag) {
    this.#flag = flag
  }

  strip(schema: Json | undefined): Json | undefined {
    if (!isJsonObject(schema)) return schema
    const known = this.#seen.get(schema)
    if (known !== undefined) return known
    // Stands for the schema where it contains itself.
    this.#seen.set(schema, schema)
    const changes = this.#changes(schema)
    const fresh = Object.keys(changes).length === 0 ? schema : { ...schema, ...changes }
    this.#seen.set(schema, fresh)
    return fresh
  }

  #changes(schema: Schema): Record<string, Json> {
    const changes: Record<string, Json> = {}
    const keep = (key: string, value: Json | undefined) => {
      if (value !== undefined && value !== schema[key]) changes[key] = value
    }
    for (const key of SINGLES) keep(key, this.strip(schema[key]))
    for (const key of LISTS) keep(key, this.#stripList(schema[key]))
    const { properties, required } = schema
    if (!isJsonObject(properties)) return changes
    const barred = Object.keys(properties).filter((name) => this.#isBarred(properties[name]))
    const entries = Object.entries(properties).filter(([name]) => !barred.includes(name))
    const stripped = entries.map(([name, value]) => [name, this.strip(value) ?? value] as const)
    const same = barred.length === 0 && stripped.every(([name, value]) => value === properties[name])
    if (!same) changes.properties = Object.fromEntries(stripped)
    if (barred.length > 0 && Array.isArray(required))
      changes.required = required.filter((name) => !barred.includes(String(name)))
    return changes
  }

  #isBarred(property: Json | undefined): boolean {
    return isJsonObject(property) && property[this.#flag] === true
  }

  #stripList(list: Json | undefined): Json | undefined {
    if (!Array.isArray(list)) return list
    const stripped = list.map((entry: Json) => this.strip(entry) ?? entry)
    return stripped.every((entry, index) => entry === list[index]) ? list : stripped
  }
}

/** Which way a message goes: a request carries no `readOnly` property, an answer no `writeOnly` one. */
export type Direction = 'request' | 'response'

const compiled = {
  request: new WeakMap<Schema, ValidateFunction>(),
  response: new WeakMap<Schema, ValidateFunction>(),
}

const FLAGS = { request: 'readOnly', response: 'writeOnly' } as const

let ajv: Ajv2020 | undefined

/** The schema as a function, compiled once. A schema that does not compile throws: it must never accept everything. */
function compileSchema(schema: Schema, direction: Direction): ValidateFunction {
  const known = compiled[direction].get(schema)
  if (known !== undefined) return known
  // A schema's own dialect is dropped: documents state 2020-12 once and for all, and the loader checks it.
  const { $schema: _dialect, ...rest } = withoutProperties(schema, FLAGS[direction])
  const fresh = loadEngine().compile(rest as AnySchema)
  compiled[direction].set(schema, fresh)
  return fresh
}

/** For who must be sure that it is there when it is needed. */
export function loadEngine(): Ajv2020 {
  ajv ??= createAjv()
  return ajv
}

/** Loaded when first needed: together these take a third of the time in which a mock should have started. */
function createAjv(): Ajv2020 {
  const require = createRequire(import.meta.url)
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  const formats = (require('ajv-formats') as { default: FormatsPlugin }).default
  const dateTime =
    require('@stoplight/prism-http/dist/validator/validators/dateTime.js') as typeof import('@stoplight/prism-http/dist/validator/validators/dateTime.js')
  const fresh = boundWork(
    new Ajv2020({
      allErrors: true,
      strict: false,
      verbose: true,
      validateSchema: false,
      addUsedSchema: false,
      logger: false,
      code: { regExp: schemaRegExp },
    }),
  )
  formats(fresh)
  // Prism's date-time, which also takes offsets such as +0200: both engines must say the same.
  fresh.addFormat('date-time', { type: 'string', validate: dateTime.date_time })
  // That of ajv-formats takes any integer. The largest int64 is 2^63 once it is a number of JavaScript's.
  fresh.addFormat('int64', {
    type: 'number',
    validate: (value: number) => Number.isInteger(value) && Math.abs(value) <= 2 ** 63,
  })
  // That of ajv-formats backtracks, for seconds where a text is long.
  fresh.addFormat('url', (text: string) => /^(?:https?|ftp):\/\/\S+$/i.test(text) && URL.canParse(text))
  return fresh
}

/** One way in which a value breaks its schema, or a request lacks what it must have. */
export interface SchemaViolation {
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

/** Keywords whose violation belongs to a child that is missing or too much, and the parameter that names the child. */
const CHILD_PARAMS: Readonly<Record<string, string>> = {
  required: 'missingProperty',
  dependentRequired: 'missingProperty',
  additionalProperties: 'additionalProperty',
  unevaluatedProperties: 'unevaluatedProperty',
  propertyNames: 'propertyName',
}

/** Keywords that fail because a property is missing. */
export const MISSING: ReadonlySet<string> = new Set(['required', 'dependentRequired'])

/** Keywords that fail because of a property that the schema does not declare. */
export const UNDECLARED: ReadonlySet<string> = new Set(['additionalProperties', 'unevaluatedProperties'])

/** What is wrong with a place, to be read after its name: `is missing`, `is not declared`, `must be string`. */
export function aboutPlace(keyword: string, message: string): string {
  if (MISSING.has(keyword)) return 'is missing'
  return UNDECLARED.has(keyword) ? 'is not declared' : message
}

/**
 * In which ways a value breaks its schema, in the order of the schema: all of them, or the first {@link MAX_ERRORS}.
 * `root` stands before each pointer.
 */
export function validateValue(
  schema: Schema,
  value: Json | undefined,
  direction: Direction,
  root = '',
): readonly SchemaViolation[] {
  const validate = compileSchema(schema, direction)
  if (validate(value)) return []
  return (validate.errors ?? [])
    .filter((error) => error.keyword !== 'if')
    .slice(0, MAX_ERRORS)
    .map((error) => toViolation(error, value, root))
}

function toViolation(error: ErrorObject, value: Json | undefined, root: string): SchemaViolation {
  const params = error.params as Readonly<Record<string, unknown>>
  const child = params[CHILD_PARAMS[error.keyword] ?? '']
  const pointer = error.instancePath + (typeof child === 'string' ? toPointer([child]) : '')
  const place = shorten(root + pointer, LONGEST_PLACE)
  return {
    place,
    field: pointer === '' ? root.slice(root.indexOf('/') + 1) : (pointerSteps(place).at(-1) ?? ''),
    keyword: error.keyword,
    params,
    message: shorten(withAllowed(error.message ?? 'is not valid', params), LONGEST_MESSAGE),
    value: atPointer(value, pointer),
  }
}

function withAllowed(message: string, params: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(params.allowedValues)) return `${message}: ${params.allowedValues.join(', ')}`
  return 'allowedValue' in params ? `${message}: ${JSON.stringify(params.allowedValue)}` : message
}
