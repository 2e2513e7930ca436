import { createRequire } from 'node:module'
import type { IHttpHeaderParam, IMediaTypeContent } from '@stoplight/types'
import type { Json } from '../core/json.ts'
import { lazily } from '../core/lazy.ts'
import type { Operation } from '../spec/provider.ts'
import { acceptedContent } from './errors.ts'
import type { Answer } from './render.ts'

type Declared = Pick<IHttpHeaderParam | IMediaTypeContent, 'schema' | 'examples'>

/**
 * What the document has as an example for a status of an operation: its first example, else a value made from the schema.
 * As Prism's mocker answers, whose module would hold up all requests for half a second while it is loaded, for the data
 * that it makes up.
 *
 * @param accept of the request: what cannot be met is answered as the provider can
 */
export async function exampleAnswer(
  { http, responses, success }: Pick<Operation, 'http' | 'responses' | 'success'>,
  accept: string,
  status = success,
): Promise<Answer> {
  const response = responseOf(http, status)
  const content = acceptedContent(responses.get(status)?.contents ?? [], undefined, accept)
  const declared = response?.contents?.find(({ mediaType }) => mediaType === content?.mediaType)
  const headers: [string, string][] = declared === undefined ? [] : [['Content-Type', declared.mediaType]]
  for (const header of response?.headers ?? []) {
    const value = await sampleOf(header, http)
    if (typeof value === 'string' || typeof value === 'number') headers.push([header.name, String(value)])
  }
  const body = declared === undefined ? undefined : await sampleOf(declared, http)
  return {
    status,
    headers: Object.fromEntries(headers),
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  }
}

/** The body of a declared answer alone, in one of its media types. */
export async function exampleBody(
  { http }: Pick<Operation, 'http'>,
  status: number,
  mediaType: string,
): Promise<Json | undefined> {
  const content = responseOf(http, status)?.contents?.find((one) => one.mediaType === mediaType)
  return content && sampleOf(content, http)
}

/** A header of a declared answer; one that has no example has a value only where it is required. */
export async function exampleHeader(
  { http }: Pick<Operation, 'http'>,
  status: number,
  name: string,
): Promise<Json | undefined> {
  const header = responseOf(http, status)?.headers?.find((one) => one.name === name)
  if (header === undefined) return undefined
  return header.required === true || (header.examples ?? []).length > 0 ? sampleOf(header, http) : undefined
}

function responseOf({ responses }: Operation['http'], status: number) {
  return (
    responses.find(({ code }) => code === String(status)) ?? responses.find(({ code }) => code === 'default')
  )
}

/** Values that are made from a schema have no more members than this. */
const MOST = { ticks: 2_500 }

async function sampleOf(
  { schema, examples = [] }: Declared,
  http: Operation['http'],
): Promise<Json | undefined> {
  const [first] = examples
  if (first !== undefined && 'value' in first && first.value !== undefined) return first.value as Json
  if (schema === undefined) return undefined
  const { sample } = await loadSampler()
  return sample(schema as object, MOST, http) as Json | undefined
}

/** By `require`, which Node tries again after a failure. */
const loadSampler = lazily(
  async () =>
    createRequire(import.meta.url)(
      '@stoplight/json-schema-sampler',
    ) as typeof import('@stoplight/json-schema-sampler'),
)
