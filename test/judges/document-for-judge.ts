import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { isJsonObject, type Json } from '../../src/core/json.ts'

/** The document as it is, less its examples: the judge would take them for tests of its own, and they name no request. */
export async function documentForJudge(file: string): Promise<Json> {
  return withoutExamples(parse(await readFile(file, 'utf8')) as Json)
}

function withoutExamples(value: Json, isProperties = false): Json {
  if (Array.isArray(value)) return value.map((item) => withoutExamples(item))
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(([key]) => isProperties || !/^examples?$/.test(key))
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutExamples(inner, key === 'properties')]))
}
