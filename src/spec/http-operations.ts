import type { IHttpOperation } from '@stoplight/types'
import type { JsonObject } from '../core/json.ts'

/** The contract engine's own form of the operations, by method and name: `GET /webhooks`, `POST note.created`. */
export interface HttpOperations {
  readonly paths: ReadonlyMap<string, IHttpOperation>
  /** A webhook operation has no path; the validators ask for one, so it is `/`. */
  readonly webhooks: ReadonlyMap<string, IHttpOperation>
}

/** @param resolved a document without `$ref`s, its `jsonSchemaDialect` being the full URI of 2020-12 */
export async function httpOperations(resolved: JsonObject): Promise<HttpOperations> {
  const { transformOas3Operations, transformOas3WebhookOperations } = await import(
    '@stoplight/http-spec/oas3/operation'
  )
  const paths = transformOas3Operations(resolved) as unknown as readonly IHttpOperation[]
  const webhooks = transformOas3WebhookOperations(resolved)
  return {
    paths: new Map(paths.map((operation) => [operationKey(operation.method, operation.path), operation])),
    webhooks: new Map(
      webhooks.map(({ name, ...operation }) => [
        operationKey(operation.method, name),
        { ...operation, path: '/' } as unknown as IHttpOperation,
      ]),
    ),
  }
}

export function operationKey(method: string, name: string): string {
  return `${method.toUpperCase()} ${name}`
}
