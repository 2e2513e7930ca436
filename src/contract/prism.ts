import type { IHttpOperation } from '@stoplight/types'
import type { Json } from '../core/json.ts'

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

interface PrismValidators {
  validateInput(message: { resource: IHttpOperation; element: PrismRequest }): Verdict
  validateOutput(message: { resource: IHttpOperation; element: PrismResponse }): Verdict
}

export interface Prism {
  request(resource: IHttpOperation, element: PrismRequest): readonly PrismDiagnostic[]
  response(resource: IHttpOperation, element: PrismResponse): readonly PrismDiagnostic[]
}

/** Its validators alone: the package's root would load a data faker and take half a second. */
export async function loadPrism(): Promise<Prism> {
  const module: unknown = await import('@stoplight/prism-http/dist/validator/index.js')
  const validators = module as PrismValidators
  // To use what is deprecated is no breach: providers go on sending their old signature headers for years.
  const found = (verdict: Verdict) =>
    verdict._tag === 'Left' ? verdict.left.filter(({ code }) => code !== 'deprecated') : []
  return {
    request: (resource, element) => found(validators.validateInput({ resource, element })),
    response: (resource, element) => found(validators.validateOutput({ resource, element })),
  }
}
