import { isJsonObject, type Json } from '../../src/core/json.ts'
import { readDocument } from '../../src/schema/locate.ts'
import { bundle } from '../../src/spec/bundle.ts'

/** The document as it is, less its examples: the judge would take them for tests of its own, and they name no request. */
export async function documentForJudge(file: string): Promise<Json> {
  const document = await readDocument(file, { action: 'read the document', code: 'BAD_DOCUMENT' })
  return withoutExamples((await bundle(document)).value)
}

function withoutExamples(value: Json, isProperties = false): Json {
  if (Array.isArray(value)) return value.map((item) => withoutExamples(item))
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(([key]) => isProperties || !/^examples?$/.test(key))
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutExamples(inner, key === 'properties')]))
}
