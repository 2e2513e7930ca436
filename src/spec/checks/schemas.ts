import type { ErrorObject } from 'ajv'
import type { Ajv2020 } from 'ajv/dist/2020.js'
import { schemaRegExp } from '../../core/expression.ts'
import { atPointer, isObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { below, type Issue } from '../../schema/issue.ts'
import { issuesOf } from '../../schema/validate.ts'
import {
  bodyContents,
  entries,
  firstExamples,
  isJsonMedia,
  type OperationNode,
  operationNodes,
  walkDocument,
} from '../document.ts'
/** Every schema that does not compile, and every webhook whose examples do not fit its body. */
export async function schemaIssues(document: JsonObject, resolved: JsonObject): Promise<readonly Issue[]> {
  const ajv = await createAjv()
  const broken = [...schemaPointers(document)].flatMap((pointer) => compileIssues(ajv, resolved, pointer))
  if (broken.length > 0) return broken
  const nodes = operationNodes(resolved, 'webhooks')
  return entries(resolved.webhooks).flatMap(([name]) =>
    eventIssues(
      ajv,
      name,
      nodes.filter((node) => node.name === name),
    ),
  )
}

async function createAjv(): Promise<Ajv2020> {
  const [{ Ajv2020: Ajv }, { default: formats }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('ajv-formats'),
  ])
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    logger: false,
    code: { regExp: schemaRegExp },
  })
  formats.default(ajv)
  return ajv
}

/** The outermost schemas: those of the components, of parameters, headers and media types. */
function* schemaPointers(document: JsonObject): Generator<string> {
  for (const { kind, value, pointer, steps } of walkDocument(document)) {
    if (kind === 'schema' && steps.length === 3 && steps[1] === 'schemas') yield pointer
    if ((kind === 'parameter' || kind === 'header' || kind === 'media') && value.schema !== undefined)
      yield `${pointer}/schema`
  }
}

function compileIssues(ajv: Ajv2020, resolved: JsonObject, pointer: string): readonly Issue[] {
  const schema = atPointer(resolved, pointer)
  if (!isObject(schema)) return []
  try {
    if (ajv.validateSchema(schema) !== true)
      return below(pointer, issuesOf(ajv.errors as ErrorObject[])).map((one) => ({
        ...one,
        code: 'BAD_SCHEMA',
      }))
    ajv.compile(schema)
    return []
  } catch (error) {
    const reason = `the schema does not compile (${(error as Error).message})`
    return [{ code: 'BAD_SCHEMA', reason, pointer }]
  }
}

function eventIssues(ajv: Ajv2020, name: string, nodes: readonly OperationNode[]): readonly Issue[] {
  const post = nodes.find((node) => node.method === 'post')
  const path = toPointer(['webhooks', name])
  if (post === undefined || nodes.length > 1)
    return [
      { code: 'BAD_EVENT', reason: `the webhook "${name}" must have one operation, a POST`, pointer: path },
    ]
  const [mediaType, media] = bodyContents(post).find(([type]) => isJsonMedia(type)) ?? []
  if (mediaType === undefined || !isObject(media?.schema))
    return [
      {
        code: 'BAD_EVENT',
        reason: `the webhook "${name}" has no JSON body with a schema`,
        pointer: post.pointer,
      },
    ]
  const content = `${post.pointer}/requestBody/content${toPointer([mediaType])}`
  const examples = firstExamples(media as JsonObject)
  if (examples.length === 0)
    return [
      {
        code: 'NO_EXAMPLE',
        reason: `the webhook "${name}" has no example`,
        hint: 'Triggers start from the first of its examples.',
        pointer: content,
      },
    ]
  const validate = ajv.compile(media?.schema as JsonObject)
  return examples.flatMap(([at, example]) =>
    exampleIssues(name, validate, example as Json, `${content}${at}`),
  )
}

function exampleIssues(
  name: string,
  validate: ReturnType<Ajv2020['compile']>,
  example: Json,
  pointer: string,
): readonly Issue[] {
  if (validate(example)) return []
  return below(pointer, issuesOf(validate.errors as ErrorObject[])).map((one) => ({
    ...one,
    code: 'BAD_EXAMPLE',
    reason: `an example of the webhook "${name}" breaks its schema: ${one.reason}`,
  }))
}
