import { readFile } from 'node:fs/promises'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { Json } from '../core/json.ts'
import { type Complaint, complaints } from './ajv-reason.ts'
import { KEYWORDS, type Keyword } from './vocabulary.ts'

/** openapi/vocabulary.schema.json, beside src/ and beside dist/ alike. */
export const VOCABULARY_SCHEMA = new URL('../../openapi/vocabulary.schema.json', import.meta.url)

/** What the vocabulary's schema has against a keyword's value. */
export type KeywordJudge = (keyword: Keyword, value: Json | undefined) => readonly Complaint[]

let loaded: Promise<KeywordJudge> | undefined

/** Compiled once: it depends on nothing but a file of the package. */
export function loadKeywordJudge(): Promise<KeywordJudge> {
  loaded ??= compileKeywordJudge()
  return loaded
}

async function compileKeywordJudge(): Promise<KeywordJudge> {
  const [{ Ajv2020 }, text] = await Promise.all([
    import('ajv/dist/2020.js'),
    readFile(VOCABULARY_SCHEMA, 'utf8'),
  ])
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false })
  ajv.addSchema(JSON.parse(text))
  const validators = new Map<Keyword, ValidateFunction>(
    KEYWORDS.map((keyword) => [keyword, ajv.compile({ $ref: `vocabulary.schema.json#/$defs/${keyword}` })]),
  )
  return (keyword, value) => {
    const validate = validators.get(keyword) as ValidateFunction
    return validate(value) ? [] : complaints(validate.errors as ErrorObject[])
  }
}
