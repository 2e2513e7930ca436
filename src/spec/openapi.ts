import type { ErrorObject } from 'ajv'
import type { OpenAPIV3_1 } from 'openapi-types'
import { isObject, type JsonObject } from '../core/json.ts'
import type { Issue } from '../schema/issue.ts'
import { followReferences } from '../schema/locate.ts'
import { issuesOf } from '../schema/validate.ts'
import { referenceIssues } from './references.ts'

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
