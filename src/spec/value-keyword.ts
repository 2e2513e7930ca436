import { isObject } from '../core/json.ts'
import type { Schema } from './provider.ts'
import type { ValueDetails } from './vocabulary.ts'

/** What `x-mock-value` says on a schema, with the short form written out; undefined where it says nothing. */
export function valueKeyword(schema: Schema): ValueDetails | undefined {
  const keyword = schema['x-mock-value']
  if (typeof keyword === 'string') return { from: keyword as ValueDetails['from'] }
  return isObject(keyword) ? (keyword as unknown as ValueDetails) : undefined
}
