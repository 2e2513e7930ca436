import type { ErrorObject } from 'ajv/dist/2020.js'
import {
  asText,
  atPointer,
  isJsonObject,
  isObject,
  type Json,
  type JsonObject,
  pointerSteps,
  toPointer,
} from '../core/json.ts'
import { nearest, suggestion } from '../core/text.ts'
import { boundWork } from './bounded-ajv.ts'
import { type Issue, issue, show } from './issue.ts'

/** What a JSON Schema has against a value; nothing where it fits. */
export type Validator = (value: Json | undefined) => readonly Issue[]

interface CompilerOptions {
  /** Schemas that others refer to by their `$id`. */
  readonly shared?: readonly JsonObject[]
  /** Keywords whose errors are left out, because the caller reports the same in better words. */
  readonly ignored?: readonly string[]
}

/**
 * Loads the JSON Schema compiler (draft 2020-12) and hands it out, so that many schemas can be compiled when each is
 * needed, without waiting.
 */
export async function loadCompiler({
  shared = [],
  ignored = [],
}: CompilerOptions = {}): Promise<(schema: JsonObject) => Validator> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = boundWork(new Ajv2020({ allErrors: true, verbose: true, strict: false }))
  for (const schema of shared) ajv.addSchema(schema)
  return (schema) => {
    const validate = ajv.compile(schema)
    return (value) =>
      validate(value)
        ? []
        : issuesOf((validate.errors ?? []).filter(({ keyword }) => !ignored.includes(keyword)))
  }
}

/** As {@link loadCompiler}, for a single schema. */
export async function compileSchema(schema: JsonObject): Promise<Validator> {
  return (await loadCompiler())(schema)
}

/** Errors that only repeat what other errors explain. */
const ECHOES = new Set(['if', '$ref', 'anyOf', 'oneOf', 'allOf', 'not', 'dependentSchemas', 'propertyNames'])

/**
 * ajv's errors in plain words: of alternatives only the likeliest one is explained, and an error that repeats another
 * one is left out.
 * @param value the whole value, for errors that were made without ajv's `verbose`
 */
export function issuesOf(errors: readonly ErrorObject[], value?: Json): readonly Issue[] {
  const specific = mostSpecificErrors(errors.map(atMember))
  const real = specific.filter(({ keyword }) => !ECHOES.has(keyword))
  const explained = real.length > 0 ? real : specific
  return explained
    .filter((error) => error.keyword !== 'unevaluatedProperties' || !isExplainedBelow(error, explained))
    .filter((error) => error.keyword !== 'type' || !explained.some((other) => isMoreSpecific(other, error)))
    .map((error) =>
      toIssue({
        ...error,
        data: error.data === undefined ? atPointer(value, error.instancePath) : error.data,
      }),
    )
}

/** An error about a member's name belongs to that member. */
function atMember(error: ErrorObject): ErrorObject {
  const { propertyName, instancePath, keyword } = error
  if (propertyName === undefined || keyword === 'propertyNames') return error
  return { ...error, instancePath: `${instancePath}${toPointer([propertyName])}` }
}

/** A schema that only asks for another type is not the alternative that the author had in mind. */
function isMoreSpecific(other: ErrorObject, error: ErrorObject): boolean {
  return other.keyword !== 'type' && other.instancePath === error.instancePath
}

function isExplainedBelow(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  const child = `${error.instancePath}${toPointer([String(error.params.unevaluatedProperty)])}`
  return all.some((other) => {
    if (other === error) return false
    if (other.keyword !== 'unevaluatedProperties' && other.instancePath === error.instancePath) return true
    return isAtOrBelow(other, child)
  })
}

function isAtOrBelow({ instancePath }: ErrorObject, pointer: string): boolean {
  return instancePath === pointer || instancePath.startsWith(`${pointer}/`)
}

/**
 * Of the errors about alternatives (`anyOf`, `oneOf`), those about the likeliest one. Without it, a mistake within one
 * alternative is reported together with why none of the others fits either.
 */
function mostSpecificErrors(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  // ajv reports a choice after its alternatives, and an outer choice after an inner one.
  const [choice, ...outer] = errors.filter((error) => alternativesOf(error).length > 0)
  if (choice === undefined) return errors
  const alternatives = alternativesOf(choice).map((schema, i) => ({
    schema,
    errors: errors.filter(
      (error) => isAtOrBelow(error, choice.instancePath) && isOf(error, schema, `${choice.schemaPath}/${i}`),
    ),
  }))
  const inner = new Set(alternatives.flatMap((alternative) => alternative.errors))
  const chosen = likeliest(choice, alternatives)
  const left = errors.flatMap((error) => (error === choice ? chosen : inner.has(error) ? [] : [error]))
  return outer.length === 0 ? left : mostSpecificErrors(left)
}

interface Alternative {
  readonly schema: JsonObject
  readonly errors: readonly ErrorObject[]
}

function alternativesOf({ keyword, schema, params }: ErrorObject): readonly JsonObject[] {
  const isChoice = keyword === 'anyOf' || (keyword === 'oneOf' && params.passingSchemas === null)
  return isChoice && Array.isArray(schema) ? schema : []
}

function isOf({ schemaPath }: ErrorObject, { $ref }: JsonObject, path: string): boolean {
  return schemaPath.startsWith(`${path}/`) || (typeof $ref === 'string' && schemaPath.startsWith(`${$ref}/`))
}

/** Keywords about the value itself: where one of them fails, the alternative is for something else. */
const OTHER_KIND = new Set(['type', 'enum', 'const', 'pattern'])

function likeliest(choice: ErrorObject, alternatives: readonly Alternative[]): readonly ErrorObject[] {
  const isHere = ({ instancePath }: ErrorObject) => instancePath === choice.instancePath
  // A member that an alternative does not know speaks against it more than a wrong value of one that it knows.
  const distance = ({ errors }: Alternative) => errors.length + 100 * errors.filter(isHere).length
  const [best] = alternatives
    // One whose errors lie behind a reference that it shares with another one has none here.
    .filter(({ errors }) => errors.length > 0)
    .filter(({ errors }) => !errors.some((error) => isHere(error) && OTHER_KIND.has(error.keyword)))
    .sort((a, b) => distance(a) - distance(b))
  if (best !== undefined) return best.errors
  const here = alternatives.flatMap(({ errors }) => errors.filter(isHere))
  const misspelt = here.find(isMisspelt)
  if (misspelt !== undefined) return [misspelt]
  const wanted = alternatives.map(({ schema }) => wordsFor(schema))
  // A reference has no words of its own.
  if (wanted.some((words) => words.length === 0)) return here
  const title = listed([...new Set(wanted.flat())])
  return [{ ...choice, keyword: 'type', parentSchema: { ...choice.parentSchema, title } }]
}

function isMisspelt({ keyword, params, data }: ErrorObject): boolean {
  if (keyword !== 'enum' || typeof data !== 'string') return false
  return nearest(data, (params.allowedValues as readonly unknown[]).map(asText)) !== undefined
}

function toIssue(error: ErrorObject): Issue {
  return (EXPLAINED[error.keyword] ?? notWanted)(error)
}

const EXPLAINED: Readonly<Record<string, (error: ErrorObject) => Issue>> = {
  additionalProperties: (error) => unknownField(error, String(error.params.additionalProperty)),
  unevaluatedProperties: (error) => unknownField(error, String(error.params.unevaluatedProperty)),
  'false schema': ({ instancePath }) =>
    issue(instancePath, `"${lastStep(instancePath)}" does not belong here`),
  required: ({ instancePath, params }) =>
    issue(instancePath, `${nameOf(instancePath)} lacks the field "${params.missingProperty}"`),
  enum: ({ instancePath, data, params }) =>
    issue(
      instancePath,
      `${show(data)} is not one of the allowed values`,
      suggestion(asText(data), (params.allowedValues as readonly unknown[]).map(asText)),
    ),
}

function unknownField({ instancePath, parentSchema }: ErrorObject, name: string): Issue {
  const known = isObject(parentSchema?.properties) ? Object.keys(parentSchema.properties) : []
  return issue(
    `${instancePath}${toPointer([name])}`,
    `"${name}" is no known field here`,
    known.length === 0 ? undefined : suggestion(name, known),
  )
}

/** `5 is not a string`; in ajv's words where the schema has none. */
function notWanted({ keyword, instancePath, parentSchema, data, message = 'is wrong' }: ErrorObject): Issue {
  const wanted = parentSchema === undefined ? undefined : wantedBy(keyword, parentSchema as JsonObject)
  return issue(instancePath, `${show(data)} ${wanted === undefined ? message : `is not ${wanted}`}`)
}

/** A title describes these keywords; the others are described by their limits. */
const TITLED: ReadonlySet<string> = new Set(['type', 'const', 'pattern'])

/** The type that a keyword limits, for schemas that name none. */
const LIMITED: Readonly<Record<string, string>> = {
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
  minLength: 'string',
  maxLength: 'string',
  minItems: 'array',
  maxItems: 'array',
  uniqueItems: 'array',
}

function wantedBy(keyword: string, schema: JsonObject): string | undefined {
  if (TITLED.has(keyword))
    return keyword === 'pattern' && schema.title === undefined ? undefined : describeSchema(schema)
  const type = LIMITED[keyword]
  if (type === undefined) return undefined
  if (keyword === 'uniqueItems') return 'an array without duplicates'
  return typeWords(type === 'number' && schema.type === 'integer' ? 'integer' : type, schema)
}

/** What a schema asks for: its `title`, or else `an array of strings`, `an integer ≥ 0`, `a, b or c`. */
export function describeSchema(schema: JsonObject): string | undefined {
  const words = wordsFor(schema)
  return words.length === 0 ? undefined : listed(words)
}

function wordsFor(schema: JsonObject): readonly string[] {
  const { title, enum: values, type, anyOf, oneOf } = schema
  if (typeof title === 'string') return [title]
  if (schema.const !== undefined) return [show(schema.const)]
  if (Array.isArray(values)) return values.map(asText)
  if (type !== undefined) return [type].flat().flatMap((one) => typeWords(asText(one), schema) ?? [])
  return [anyOf, oneOf].flatMap((choice) => (Array.isArray(choice) ? choice : [])).flatMap(wordsFor)
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

const PLURALS: Readonly<Record<string, string>> = {
  string: 'strings',
  integer: 'integers',
  number: 'numbers',
  boolean: 'booleans',
  object: 'objects',
  array: 'arrays',
}

function typeWords(type: string, schema: JsonObject): string | undefined {
  switch (type) {
    case 'string': {
      const { minLength, maxLength } = schema
      return `${minLength === 1 ? 'a non-empty string' : 'a string'}${atMost(maxLength, 'characters')}`
    }
    case 'integer':
      return `an integer${range(schema)}`
    case 'number':
      return `a number${range(schema)}`
    case 'array': {
      const { items, minItems, maxItems } = schema
      const plural = isJsonObject(items) ? PLURALS[asText(items.type)] : undefined
      const article = minItems === 1 ? 'a non-empty array' : 'an array'
      return `${article}${plural === undefined ? '' : ` of ${plural}`}${atMost(maxItems, 'items')}`
    }
    case 'object':
      return 'an object'
    case 'boolean':
      return 'a boolean'
    case 'null':
      return 'null'
    default:
      return undefined
  }
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonObject): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  if (minimum !== undefined) return ` ≥ ${minimum}`
  if (maximum !== undefined) return ` ≤ ${maximum}`
  if (exclusiveMinimum !== undefined) return ` > ${exclusiveMinimum}`
  return exclusiveMaximum === undefined ? '' : ` < ${exclusiveMaximum}`
}

function atMost(most: Json | undefined, unit: string): string {
  return most === undefined ? '' : ` of at most ${most} ${unit}`
}

/** `"url"`, or `it` for the whole value and for an entry of a list. */
function nameOf(pointer: string): string {
  const step = lastStep(pointer)
  return /^\d{0,2}$/.test(step) ? 'it' : `"${step}"`
}

function lastStep(pointer: string): string {
  return pointerSteps(pointer).at(-1) ?? ''
}

interface PartOptions {
  /** Members whose entries are independent: a wrong entry is left out alone. */
  readonly collections: ReadonlySet<string>
  /** Members that are lists whose entries stay, since their index must not change; the caller leaves wrong ones out. */
  readonly lists: ReadonlySet<string>
}

/** What of an object can be checked further where issues were found in it, and the names of the entries that cannot. */
export function validPart(
  value: JsonObject,
  issues: readonly Issue[],
  { collections, lists }: PartOptions,
): { readonly value: JsonObject; readonly removed: readonly string[] } {
  const valid: Record<string, Json> = { ...value }
  const removed: string[] = []
  for (const { pointer } of issues) {
    const [member, entry] = pointerSteps(pointer)
    if (member === undefined || (lists.has(member) && entry !== undefined)) continue
    const part = valid[member]
    if (entry !== undefined && collections.has(member) && isJsonObject(part)) {
      const { [entry]: _wrong, ...others } = part
      valid[member] = others
      removed.push(entry)
    } else {
      if (isJsonObject(part)) removed.push(...Object.keys(part))
      delete valid[member]
    }
  }
  return { value: valid, removed }
}
