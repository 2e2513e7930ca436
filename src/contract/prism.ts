import type { IHttpOperation } from '@stoplight/types'
import type { Json } from '../core/json.ts'
import { isJson } from './media-types.ts'

/** What Prism says of a message; its own declaration drags in fp-ts, of which this is all that is needed. */
export interface PrismDiagnostic {
  readonly path?: readonly (string | number)[]
  readonly code?: string | number
  readonly message: string
}

type Verdict =
  | { readonly _tag: 'Left'; readonly left: readonly PrismDiagnostic[] }
  | { readonly _tag: 'Right' }

export interface PrismRequest {
  readonly method: string
  readonly url: {
    readonly path: string
    readonly query: Readonly<Record<string, string | readonly string[]>>
  }
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | undefined
}

export interface PrismResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | undefined
}

type Judge<Specs> = (target: unknown, specs: Specs, context: Context, ...more: readonly unknown[]) => Verdict

interface PrismValidators {
  validateInput(message: { resource: IHttpOperation; element: PrismRequest }): Verdict
  validateOutput(message: { resource: IHttpOperation; element: PrismResponse }): Verdict
}

/** What the two above are made of. */
interface PrismParts {
  readonly validateBody: Judge<readonly unknown[]>
  readonly validateHeaders: Judge<readonly unknown[]>
  readonly validateQuery: Judge<readonly unknown[]>
}

/** What its body validator does to a schema first, and what it then hands it to. */
interface PrismInnards {
  readonly stripReadOnlyProperties: (schema: object) => Some<object>
  readonly stripWriteOnlyProperties: (schema: object) => Some<object>
  readonly validateAgainstSchema: (
    value: unknown,
    schema: object,
    coerce: boolean,
    context: Context,
    prefix: string,
  ) => Some<readonly PrismDiagnostic[]>
}

type Some<T> = { readonly _tag: 'Some'; readonly value: T } | { readonly _tag: 'None' }

/** Prism's enum, by which it drops readOnly or writeOnly properties. */
type Context = 0 | 1
const INPUT: Context = 0
const OUTPUT: Context = 1

const JSON_TYPE = 'application/json'

export interface Prism {
  request(resource: IHttpOperation, element: PrismRequest): readonly PrismDiagnostic[]
  response(resource: IHttpOperation, element: PrismResponse): readonly PrismDiagnostic[]
}

/**
 * Its validators alone: the package's root would load a data faker and take half a second.
 *
 * A message of JSON goes straight to the validators of its parts. The ones of a whole message do no more than to choose
 * among media types and statuses, which the operation that they are given leaves nothing of, and take twice as long.
 */
export async function loadPrism(): Promise<Prism> {
  const [whole, parts, innards] = (await Promise.all([
    import('@stoplight/prism-http/dist/validator/index.js'),
    import('@stoplight/prism-http/dist/validator/validators/index.js').then((module) => module.default),
    loadInnards(),
  ])) as unknown as [PrismValidators, PrismParts, PrismInnards]
  const judgeJson = jsonJudge(innards)
  const body = (value: Json | undefined, contents: readonly Content[] | undefined, context: Context) => {
    const [content] = contents ?? []
    if (value === undefined || content === undefined) return []
    return (
      judgeJson(value, content, context) ?? found(parts.validateBody(value, [content], context, JSON_TYPE))
    )
  }
  const headers = (
    values: PrismRequest['headers'],
    specs: readonly unknown[] | undefined,
    context: Context,
  ) => (specs === undefined || specs.length === 0 ? [] : found(parts.validateHeaders(values, specs, context)))
  return {
    request(resource, element) {
      if (element.headers['content-type'] !== undefined)
        return found(whole.validateInput({ resource, element }))
      const { request } = resource
      const query = request?.query
      return [
        ...body(element.body, request?.body?.contents, INPUT),
        ...headers(element.headers, request?.headers, INPUT),
        ...(query === undefined ? [] : found(parts.validateQuery(element.url.query, query, INPUT))),
      ]
    },
    response(resource, element) {
      const { 'content-type': mediaType, ...declared } = element.headers
      const [response] = resource.responses
      if (mediaType !== undefined && !isJson(mediaType))
        return found(whole.validateOutput({ resource, element }))
      return [
        ...body(element.body, response?.contents, OUTPUT),
        ...headers(declared, response?.headers, OUTPUT),
      ]
    },
  }
}

interface Content {
  readonly schema?: object | undefined
}

async function loadInnards(): Promise<PrismInnards> {
  const [schemas, utils] = await Promise.all([
    import('@stoplight/prism-http/dist/utils/filterRequiredProperties.js'),
    import('@stoplight/prism-http/dist/validator/validators/utils.js'),
  ])
  return { ...schemas.default, ...utils.default } as unknown as PrismInnards
}

/**
 * The last two steps of Prism's body validator: what comes before them, on each message anew, finds out that a body of
 * JSON has the one content there is. Undefined where a schema is one that it first merges (`allOf`).
 */
function jsonJudge({
  stripReadOnlyProperties,
  stripWriteOnlyProperties,
  validateAgainstSchema,
}: PrismInnards) {
  const strip = [stripReadOnlyProperties, stripWriteOnlyProperties]
  const ready = strip.map(() => new WeakMap<object, object | null>())
  const prepare = (schema: object, context: Context) => {
    const stripped = /"allOf"/.test(JSON.stringify(schema)) ? undefined : strip[context]?.(schema)
    const prepared = stripped?._tag === 'Some' ? stripped.value : null
    ready[context]?.set(schema, prepared)
    return prepared
  }
  return (value: Json, { schema }: Content, context: Context): readonly PrismDiagnostic[] | undefined => {
    if (schema === undefined) return undefined
    const known = ready[context]?.get(schema)
    const prepared = known === undefined ? prepare(schema, context) : known
    if (prepared === null) return undefined
    const said = validateAgainstSchema(value, prepared, false, context, 'body')
    return said._tag === 'Some' ? said.value : []
  }
}

/** To use what is deprecated is no breach: providers go on sending their old signature headers for years. */
function found(verdict: Verdict): readonly PrismDiagnostic[] {
  return verdict._tag === 'Left' ? verdict.left.filter(({ code }) => code !== 'deprecated') : []
}
