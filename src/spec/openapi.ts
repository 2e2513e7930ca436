import type { ErrorObject } from 'ajv'
import type { OpenAPIV3_1 } from 'openapi-types'
import { atPointer, isObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import type { Issue } from '../schema/issue.ts'
import { decode, followReferences } from '../schema/locate.ts'
import { issuesOf } from '../schema/validate.ts'

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

/** A document as OpenAPI 3.1 has it, with every `$ref` replaced by what it names. */
type Resolved = JsonObject

interface Resolution {
  /** The document as it is written where there are issues. */
  readonly resolved: Resolved
  readonly issues: readonly Issue[]
}

/** Validates a document against OpenAPI 3.1 and resolves its references. Nothing is fetched, no other file is read. */
export async function resolveOpenApi(document: JsonObject): Promise<Resolution> {
  const before = [...versionIssues(document), ...referenceIssues(document)]
  if (before.length > 0) return { resolved: document, issues: before }
  const { default: SwaggerParser } = await import('@apidevtools/swagger-parser')
  // The parser writes into what it is given and into the errors that it throws.
  const copy = structuredClone(document)
  try {
    const resolved = await SwaggerParser.validate(copy as unknown as OpenAPIV3_1.Document, {
      resolve: { external: false, file: false, http: false },
      dereference: { circular: false },
      validate: { schema: true, spec: false },
    })
    return { resolved: resolved as unknown as Resolved, issues: [] }
  } catch (error) {
    return { resolved: document, issues: parserIssues(error, document, copy) }
  }
}

function versionIssues(document: JsonObject): readonly Issue[] {
  const { openapi, jsonSchemaDialect } = document
  const issues: Issue[] = []
  if (typeof openapi !== 'string' || !/^3\.1\.\d+$/.test(openapi))
    issues.push({
      code: 'NOT_OPENAPI_31',
      reason:
        openapi === undefined
          ? 'it has no "openapi" version'
          : `OpenAPI ${JSON.stringify(openapi)} is not 3.1`,
      hint: 'Write openapi: 3.1.0 at the root.',
      pointer: openapi === undefined ? '' : '/openapi',
    })
  if (jsonSchemaDialect !== DIALECT)
    issues.push({
      code: 'NO_DIALECT',
      reason:
        jsonSchemaDialect === undefined
          ? 'it declares no JSON Schema dialect'
          : `the JSON Schema dialect ${JSON.stringify(jsonSchemaDialect)} is not supported`,
      hint: `Write jsonSchemaDialect: ${DIALECT} at the root.`,
      pointer: jsonSchemaDialect === undefined ? '' : '/jsonSchemaDialect',
    })
  return issues
}

/** The parser checks each use of a shared component; what it finds there is reported once, at the component. */
function parserIssues(error: unknown, written: JsonObject, parsed: JsonObject): readonly Issue[] {
  const details = isObject(error) ? error.details : undefined
  if (Array.isArray(details) && details.length > 0) {
    const errors = (details as readonly ErrorObject[]).map((detail) => ({
      ...detail,
      instancePath: followReferences(written, detail.instancePath),
    }))
    return issuesOf(errors, parsed).map((found) => ({ code: 'NOT_OPENAPI', ...found }))
  }
  const reason = String(error instanceof Error ? error.message : error)
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '')
  return [{ code: 'NOT_OPENAPI', reason, pointer: '' }]
}

interface Reference {
  readonly pointer: string
  readonly target: string
}

/** Every `$ref` that leads out of the document, nowhere, or round in a circle. */
function referenceIssues(document: JsonObject): readonly Issue[] {
  const references = [...findReferences(document, [])]
  const broken = references.flatMap((reference) => brokenReference(document, reference))
  return broken.length > 0 ? broken : circles(references)
}

function brokenReference(document: JsonObject, { pointer, target }: Reference): readonly Issue[] {
  if (!target.startsWith('#/') && target !== '#')
    return [
      {
        code: 'EXTERNAL_REFERENCE',
        reason: `"${target}" leads out of the document`,
        hint: 'Only references within the document (#/components/…) are followed; bundle it into one file first.',
        pointer,
      },
    ]
  if (atPointer(document, decode(target)) !== undefined) return []
  return [{ code: 'BROKEN_REFERENCE', reason: `"${target}" names nothing in the document`, pointer }]
}

/** A reference is in a circle when what it leads to contains, through any references, the reference itself. */
function circles(references: readonly Reference[]): readonly Issue[] {
  const below = (pointer: string) => references.filter((other) => within(other.pointer, pointer))
  const issues: Issue[] = []
  for (const reference of references) {
    const path = wayBack(reference, below)
    if (path === undefined) continue
    issues.push({
      code: 'CIRCULAR_REFERENCE',
      reason: `"${reference.target}" is a circular reference (${path.join(' → ')})`,
      hint: 'Bodies are rendered from their schemas, so a schema must not contain itself; write a fixed depth instead.',
      pointer: reference.pointer,
    })
  }
  return issues
}

function wayBack(
  start: Reference,
  below: (pointer: string) => readonly Reference[],
): readonly string[] | undefined {
  const seen = new Set<string>()
  let paths: readonly (readonly Reference[])[] = [[start]]
  while (paths.length > 0) {
    const next: (readonly Reference[])[] = []
    for (const path of paths) {
      const target = decode((path.at(-1) as Reference).target)
      if (within(start.pointer, target)) return path.map((step) => step.target)
      if (seen.has(target)) continue
      seen.add(target)
      next.push(...below(target).map((reference) => [...path, reference]))
    }
    paths = next
  }
  return undefined
}

function* findReferences(value: Json | undefined, steps: readonly string[]): Generator<Reference> {
  if (!isObject(value) && !Array.isArray(value)) return
  const isMapOfNames = NAMED.has(steps.at(-1) ?? '')
  for (const [key, inner] of Object.entries(value)) {
    const below = [...steps, key]
    if (key === '$ref' && typeof inner === 'string' && !isMapOfNames)
      yield { pointer: toPointer(below), target: inner }
    else if (isMapOfNames || !(DATA.has(key) || key.startsWith('x-')))
      yield* findReferences(inner as Json, below)
  }
}

/** Keys whose maps hold names of the author's choice. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'schemas', 'headers', 'responses'])

const DATA = new Set(['example', 'default', 'const', 'enum', 'value'])

function within(pointer: string, parent: string): boolean {
  return pointer === parent || pointer.startsWith(`${parent}/`)
}
