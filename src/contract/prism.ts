import type { IHttpOperation, IHttpOperationResponse } from '@stoplight/types'
import type { Json } from '../core/json.ts'
import { isJson } from './media-types.ts'
import type { Finding } from './messages.ts'

/** Prism gives the name of a missing or undeclared child in its text alone. */
const CHILD_TEXTS: Readonly<Record<string, RegExp>> = {
  required: /must have required property '(.+)'$/,
  dependentRequired: /must have propert(?:y|ies) (\S+) when property/,
  additionalProperties: /; found '(.+)'$/,
  unevaluatedProperties: /: '(.+)'$/,
}

/** Texts of diagnostics that carry neither path nor code, and what they are about. */
const TEXTS: readonly (readonly [RegExp, location: string, rule: string])[] = [
  [/^Unable to match the returned status code/, 'status', 'status'],
  [/media type/, 'header/content-type', 'media-type'],
  [/^Body parameter is required/, 'body', 'required'],
]

/** A diagnostic of Prism as a finding. `names` are the declared parameter names; Prism knows them in lower case only. */
export function prismFinding(diagnostic: PrismDiagnostic, names: readonly string[] = []): Finding {
  const { message } = diagnostic
  if (Number(diagnostic.code) === 415) return { location: 'header/content-type', rule: 'media-type', message }
  const known = TEXTS.find(([text]) => text.test(message))
  if (diagnostic.path === undefined || diagnostic.path.length === 0)
    return {
      location: known?.[1] ?? 'message',
      rule: known?.[2] ?? String(diagnostic.code ?? 'contract'),
      message,
    }
  const rule = String(diagnostic.code ?? 'contract')
  const [place, ...steps] = diagnostic.path.map(String)
  const child = CHILD_TEXTS[rule]?.exec(message)?.[1]
  const path = [...steps.map(unescaped), ...(child === undefined ? [] : [child])]
  return { location: locationOf(place ?? 'message', path, names), rule, message }
}

function locationOf(place: string, path: readonly string[], names: readonly string[]): string {
  const [first, ...rest] = path
  if (first === undefined) return place
  const declared = place === 'body' ? first : (names.find((name) => name.toLowerCase() === first) ?? first)
  return [place, place === 'header' ? declared.toLowerCase() : declared, ...rest].join('/')
}

/** Prism splits ajv's JSON pointers without undoing their escapes. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** What is handed to Prism instead of an operation: made once each, because Prism caches by identity. */
const requests = new WeakMap<IHttpOperation, Map<string, IHttpOperation>>()

const responses = new WeakMap<IHttpOperation, Map<string, IHttpOperation>>()

const declared = new WeakMap<IHttpOperation, Map<number, IHttpOperationResponse | undefined>>()

/**
 * The operation as a request with a body of this declared media type sees it; undefined: there is no body to judge.
 *
 * Left out, and judged by our own validator alone: path parameters (Prism matches them unanchored, reads a comma as a
 * list and throws at a broken encoding), list and object headers (it throws where they are absent), whether there is a
 * body (it takes `0`, `false` and `""` for none), and every other media type (it takes `application/problem+json` for
 * `application/json`).
 */
export function requestOperation(http: IHttpOperation, mediaType: string | undefined): IHttpOperation {
  return cached(requests, http, mediaType ?? '', () => {
    const { path: _path, body, headers, query, ...rest } = http.request ?? {}
    const plain = headers?.filter(isPlain) ?? []
    const contents = body?.contents?.filter((content) => content.mediaType === mediaType) ?? []
    return {
      ...http,
      request: {
        ...rest,
        // Nothing at all costs Prism less than an empty list.
        ...(plain.length === 0 ? {} : { headers: plain }),
        ...(query === undefined || query.length === 0 ? {} : { query }),
        ...(body === undefined || contents.length === 0
          ? {}
          : { body: { ...body, required: false, contents } }),
      },
    }
  })
}

/** The operation with one response alone, as an answer with a body of this declared media type sees it. */
export function responseOperation(
  http: IHttpOperation,
  response: IHttpOperationResponse,
  mediaType: string | undefined,
): IHttpOperation {
  return cached(responses, http, `${response.code} ${mediaType ?? ''}`, () => ({
    ...http,
    responses: [
      {
        ...response,
        contents: response.contents?.filter((content) => content.mediaType === mediaType) ?? [],
        headers: response.headers?.filter(isPlain) ?? [],
      },
    ],
  }))
}

/** The response that is declared for a status: by itself, by its range (`4XX`), or as the default. */
export function responseFor(http: IHttpOperation, status: number): IHttpOperationResponse | undefined {
  const known = declared.get(http) ?? new Map<number, IHttpOperationResponse | undefined>()
  declared.set(http, known)
  if (!known.has(status)) known.set(status, findResponse(http, status))
  return known.get(status)
}

function findResponse(http: IHttpOperation, status: number): IHttpOperationResponse | undefined {
  const codes = [String(status), `${String(status).charAt(0)}XX`, 'default']
  return codes
    .map((code) => http.responses.find((response) => response.code.toUpperCase() === code.toUpperCase()))
    .find((response) => response !== undefined)
}

function isPlain({ schema }: { readonly schema?: { readonly type?: unknown } }): boolean {
  return schema?.type !== 'array' && schema?.type !== 'object'
}

function cached(
  cache: WeakMap<IHttpOperation, Map<string, IHttpOperation>>,
  http: IHttpOperation,
  key: string,
  make: () => IHttpOperation,
): IHttpOperation {
  const known = cache.get(http) ?? new Map<string, IHttpOperation>()
  cache.set(http, known)
  const hit = known.get(key) ?? make()
  known.set(key, hit)
  return hit
}

/** What Prism says of a message; its own declaration drags in fp-ts, of which this is all that is needed. */
export interface PrismDiagnostic {
  readonly path?: readonly (string | number)[]
  readonly code?: string | number
  readonly message: string
}

type Verdict =
  | { readonly _tag: 'Left'; readonly left: readonly PrismDiagnostic[] }
  | { readonly _tag: 'Right' }

interface PrismRequest {
  readonly method: string
  readonly url: {
    readonly path: string
    readonly query: Readonly<Record<string, string | readonly string[]>>
  }
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | undefined
}

interface PrismResponse {
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
