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
  const [whole, parts] = (await Promise.all([
    import('@stoplight/prism-http/dist/validator/index.js'),
    import('@stoplight/prism-http/dist/validator/validators/index.js').then((module) => module.default),
  ])) as unknown as [PrismValidators, PrismParts]
  const body = (value: Json | undefined, contents: readonly unknown[] | undefined, context: Context) =>
    value === undefined || contents === undefined || contents.length === 0
      ? []
      : found(parts.validateBody(value, contents, context, JSON_TYPE))
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

/** To use what is deprecated is no breach: providers go on sending their old signature headers for years. */
function found(verdict: Verdict): readonly PrismDiagnostic[] {
  return verdict._tag === 'Left' ? verdict.left.filter(({ code }) => code !== 'deprecated') : []
}
