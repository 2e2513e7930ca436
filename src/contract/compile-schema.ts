import { createRequire } from 'node:module'
import type { Ajv2020, AnySchema, ValidateFunction } from 'ajv/dist/2020.js'
import type { FormatsPlugin } from 'ajv-formats'
import type { Schema } from '../spec/provider.ts'
import { withoutProperties } from './without-properties.ts'

/** Which way a message goes: a request carries no `readOnly` property, an answer no `writeOnly` one. */
export type Direction = 'request' | 'response'

const compiled = {
  request: new WeakMap<Schema, ValidateFunction>(),
  response: new WeakMap<Schema, ValidateFunction>(),
}
const FLAGS = { request: 'readOnly', response: 'writeOnly' } as const
let ajv: Ajv2020 | undefined

/** The schema as a function, compiled once. A schema that does not compile throws: it must never accept everything. */
export function compileSchema(schema: Schema, direction: Direction): ValidateFunction {
  const known = compiled[direction].get(schema)
  if (known !== undefined) return known
  // A schema's own dialect is dropped: documents state 2020-12 once and for all, and the loader holds them to it.
  const { $schema: _dialect, ...rest } = withoutProperties(schema, FLAGS[direction])
  ajv ??= createAjv()
  const fresh = ajv.compile(rest as AnySchema)
  compiled[direction].set(schema, fresh)
  return fresh
}

/** Loaded when first needed: together these take a third of the time in which a mock should have started. */
function createAjv(): Ajv2020 {
  const require = createRequire(import.meta.url)
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  const formats = (require('ajv-formats') as { default: FormatsPlugin }).default
  const dateTime =
    require('@stoplight/prism-http/dist/validator/validators/dateTime.js') as typeof import('@stoplight/prism-http/dist/validator/validators/dateTime.js')
  const fresh = new Ajv2020({
    allErrors: true,
    strict: false,
    verbose: true,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
  })
  formats(fresh)
  // Prism's date-time, which also takes offsets such as +0200: both engines must say the same.
  fresh.addFormat('date-time', { type: 'string', validate: dateTime.date_time })
  return fresh
}
