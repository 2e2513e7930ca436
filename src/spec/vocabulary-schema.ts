import { readFile } from 'node:fs/promises'
import type { ErrorObject } from 'ajv/dist/2020.js'
import { atPointer, isObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import { shorten, suggestion } from '../core/text.ts'
import { loadCompiler, type Validator } from '../schema/validate.ts'
import { KEYWORDS, type Keyword } from './vocabulary.ts'

/** What one failed JSON Schema keyword says about the value it judged. */
interface Complaint {
  /** Below the judged value; at the child itself for one that should not be there. */
  readonly pointer: string
  readonly reason: string
  readonly hint?: string
}

/** Only echo that other errors explain. */
const ECHOES = new Set(['if', '$ref', 'anyOf', 'oneOf', 'allOf', 'not', 'dependentSchemas', 'propertyNames'])

/**
 * Plain words for ajv's errors. An error that only echoes another one is left out.
 * @param judged the whole value, for errors that were made without ajv's `verbose`
 */
export function complaints(errors: readonly ErrorObject[], judged?: Json): readonly Complaint[] {
  const real = errors.filter((error) => !ECHOES.has(error.keyword))
  const told = real.length > 0 ? real : errors
  return told
    .filter((error) => error.keyword !== 'unevaluatedProperties' || !explainedBelow(error, told))
    .filter((error) => error.keyword !== 'type' || !told.some((other) => isSharper(other, error)))
    .map((error) => complaint({ ...error, data: error.data ?? atPointer(judged, error.instancePath) }))
}

/** An alternative that only asks for another type is not what the author meant. */
function isSharper(other: ErrorObject, error: ErrorObject): boolean {
  return other.keyword !== 'type' && other.instancePath === error.instancePath
}

function explainedBelow(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  const child = `${error.instancePath}${toPointer([String(error.params.unevaluatedProperty)])}`
  return all.some((other) => {
    if (other === error) return false
    if (other.keyword !== 'unevaluatedProperties' && other.instancePath === error.instancePath) return true
    return other.instancePath === child || other.instancePath.startsWith(`${child}/`)
  })
}

function complaint(error: ErrorObject): Complaint {
  return (WORDS[error.keyword] ?? otherwise)(error)
}

const WORDS: Readonly<Record<string, (error: ErrorObject) => Complaint>> = {
  additionalProperties: (error) => extra(error, String(error.params.additionalProperty)),
  unevaluatedProperties: (error) => extra(error, String(error.params.unevaluatedProperty)),
  'false schema': (error) => ({
    pointer: error.instancePath,
    reason: `"${lastStep(error.instancePath)}" does not belong here`,
  }),
  required: (error) => ({
    pointer: error.instancePath,
    reason: `${place(error.instancePath)}lacks the field "${error.params.missingProperty}"`,
  }),
  enum: (error) => ({
    pointer: error.instancePath,
    reason: `${show(error.data)} is not one of the allowed values`,
    hint: suggestion(String(error.data), (error.params.allowedValues as unknown[]).map(String)),
  }),
  const: (error) => ({
    pointer: error.instancePath,
    reason: `${show(error.data)} must be ${show(error.params.allowedValue)}`,
  }),
  type: (error) => titled(error) ?? otherwise(error),
  pattern: (error) => titled(error) ?? otherwise(error),
}

function extra(error: ErrorObject, name: string): Complaint {
  const known = isObject(error.parentSchema?.properties) ? Object.keys(error.parentSchema.properties) : []
  return {
    pointer: `${error.instancePath}${toPointer([name])}`,
    reason: `"${name}" is no known field here`,
    ...(known.length === 0 ? {} : { hint: suggestion(name, known) }),
  }
}

/** A schema's `title` names what is wanted: `a duration such as 250ms`. */
function titled(error: ErrorObject): Complaint | undefined {
  const title: unknown = error.parentSchema?.title
  if (typeof title !== 'string') return undefined
  return { pointer: error.instancePath, reason: `${show(error.data)} is not ${title}` }
}

function otherwise(error: ErrorObject): Complaint {
  return { pointer: error.instancePath, reason: `${show(error.data)} ${error.message ?? 'is wrong'}` }
}

function place(pointer: string): string {
  const step = lastStep(pointer)
  return /^\d{0,2}$/.test(step) ? 'it ' : `"${step}" `
}

function lastStep(pointer: string): string {
  return pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')
}

function show(value: unknown): string {
  return shorten(JSON.stringify(value) ?? 'undefined')
}

/** openapi/vocabulary.schema.json, beside src/ and beside dist/ alike. */
export const VOCABULARY_SCHEMA = new URL('../../openapi/vocabulary.schema.json', import.meta.url)

export type KeywordValidators = Readonly<Record<Keyword, Validator>>

let loaded: Promise<KeywordValidators> | undefined

/** Compiled once: they depend on nothing but a file of the package. */
export function loadKeywordValidators(): Promise<KeywordValidators> {
  loaded ??= compileKeywords()
  return loaded
}

async function compileKeywords(): Promise<KeywordValidators> {
  const vocabulary = JSON.parse(await readFile(VOCABULARY_SCHEMA, 'utf8')) as JsonObject
  const compile = await loadCompiler({ shared: [vocabulary] })
  return Object.fromEntries(
    KEYWORDS.map((keyword) => [keyword, compile({ $ref: `vocabulary.schema.json#/$defs/${keyword}` })]),
  ) as Record<Keyword, Validator>
}
