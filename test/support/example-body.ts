import type { Json } from '../../src/core/json.ts'
import type { Operation } from '../../src/spec/provider.ts'

/** The first example of an operation's request body. */
export function exampleBody(operation: Operation): Json | undefined {
  const [example] = operation.http.request?.body?.contents?.[0]?.examples ?? []
  return example !== undefined && 'value' in example ? (example.value as Json) : undefined
}
