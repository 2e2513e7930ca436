import type { RequestMessage } from '../contract/messages.ts'
import type { Operation } from '../spec/provider.ts'
import type { Answer } from './render.ts'

interface MockedResponse {
  readonly statusCode: number
  readonly headers?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

type Either =
  | { readonly _tag: 'Right'; readonly right: MockedResponse }
  | { readonly _tag: 'Left'; readonly left: Error }

type Mocker = (request: unknown) => (logger: unknown) => Either

const silent = () => undefined

const SILENT_LOGGER = {
  trace: silent,
  debug: silent,
  info: silent,
  success: silent,
  warn: silent,
  error: silent,
}

/**
 * What Prism's mocker makes of an operation's examples, or of those of one status. Loaded only for operations that
 * nothing else answers, and for faults.
 */
export async function exampleAnswer(
  operation: Operation,
  message: RequestMessage,
  status?: number,
): Promise<Answer> {
  const mock = await loadMocker()
  // Prism would call an operation's callbacks by itself, past every rule of where deliveries may go.
  const { callbacks: _, ...resource } = operation.http
  const { method, path, query, headers, body } = message
  const data = { method: method.toLowerCase(), url: { path, query }, headers, body }
  const config = {
    dynamic: false,
    mediaTypes: mediaTypes(headers.accept),
    ...(status !== undefined && { code: status }),
  }
  const result = mock({ resource, input: { data, validations: [] }, config })(SILENT_LOGGER)
  if (result._tag === 'Left') throw result.left
  return toAnswer(result.right)
}

/** Loads it ahead, so that the first answer made of examples does not wait half a second. */
export function preloadExamples(): void {
  // A request that needs it fails with the reason.
  loadMocker().catch(() => {})
}

let loaded: Promise<Mocker> | undefined

function loadMocker(): Promise<Mocker> {
  loaded ??= import('@stoplight/prism-http/dist/mocker/index.js').then((module) => {
    const exported = module.default as unknown
    return (typeof exported === 'function' ? exported : (exported as { default: unknown }).default) as Mocker
  })
  return loaded
}

function mediaTypes(accept: string | undefined): readonly string[] | undefined {
  return accept === undefined ? undefined : accept.split(',').map((range) => range.trim())
}

function toAnswer({ statusCode, headers = {}, body }: MockedResponse): Answer {
  const text = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  const written = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  return { status: statusCode, headers: Object.fromEntries(text), body: written }
}
