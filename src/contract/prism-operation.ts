import type { IHttpOperation, IHttpOperationResponse } from '@stoplight/types'

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
