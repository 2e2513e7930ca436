import type { ServerResponse } from 'node:http'
import { type Request, type Response, Router } from 'express'
import type { MockParts } from '../api/context.ts'
import { MockError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { yamlText } from '../core/yaml-text.ts'
import type { Provider } from '../spec/provider.ts'
import { type Publication, publishedDocument } from '../spec/published.ts'
import { badParameter, ControlProblem, sendProblem } from './problems.ts'

/** How a document is written, by the ending of its address. */
export const OPENAPI_FORMATS = {
  json: {
    type: 'application/json',
    write: (document: JsonObject) => `${JSON.stringify(document, null, 2)}\n`,
  },
  // RFC 9512.
  yaml: { type: 'application/yaml', write: yamlText },
} as const

export type OpenApiFormat = keyof typeof OPENAPI_FORMATS

/**
 * A provider's document for other programs, to be mounted at the provider's name: `openapi.json` and `openapi.yaml`. A path that the
 * document has itself is the provider's.
 */
export function openApiRouter(parts: Pick<MockParts, 'feed'>, provider: Provider): Router {
  const router = Router({ caseSensitive: true, strict: true })
  const own = new Set(provider.operations.map(({ serverPath, path }) => `${serverPath}${path}`))
  for (const format of Object.keys(OPENAPI_FORMATS) as readonly OpenApiFormat[]) {
    const path = `/openapi.${format}`
    if (!own.has(path)) router.get(path, (request, response) => answer(request, response, format))
  }
  return router

  async function answer(request: Request, response: Response, format: OpenApiFormat): Promise<void> {
    try {
      const mount = `${originOf(request)}/${provider.id}`
      const publication = { mount, keywords: keywordsWanted(request) }
      await sendDocument(response, { file: provider.file, format, ...publication })
    } catch (error) {
      if (!(error instanceof MockError) && !(error instanceof ControlProblem)) throw error
      sendProblem(response, error instanceof ControlProblem ? error : unreadable(error))
    }
  }

  function unreadable(error: MockError): ControlProblem {
    parts.feed.publish({ type: 'notice', text: error.message })
    return new ControlProblem(500, 'internal-error', error.message)
  }
}

/** The mock's address as the caller has it. The guard has let only names of this mock through. */
export function originOf({ headers }: Pick<Request, 'headers'>): string {
  return `http://${headers.host}`
}

function keywordsWanted({ query }: Request): boolean {
  const wanted = query['x-mock'] ?? 'true'
  if (wanted === 'true' || wanted === 'false') return wanted === 'true'
  throw badParameter(
    'x-mock',
    'x-mock is neither true nor false; with false, the x-mock-* keywords are left out.',
  )
}

/** Answers with a document. Pages of every site may read it, such as a Swagger UI: it has no secrets. */
export async function sendDocument(
  response: ServerResponse,
  { file, format, ...publication }: Publication & { readonly file: string; readonly format: OpenApiFormat },
): Promise<void> {
  const { type } = OPENAPI_FORMATS[format]
  const bytes = bytesOf(await publishedDocument(file, publication), format)
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
  })
  response.end(bytes)
}

/** Writing one takes some milliseconds, in which nobody else is answered. */
const WRITTEN: Readonly<Record<OpenApiFormat, WeakMap<JsonObject, Buffer>>> = {
  json: new WeakMap(),
  yaml: new WeakMap(),
}

function bytesOf(document: JsonObject, format: OpenApiFormat): Buffer {
  const bytes = WRITTEN[format].get(document) ?? Buffer.from(OPENAPI_FORMATS[format].write(document))
  WRITTEN[format].set(document, bytes)
  return bytes
}
