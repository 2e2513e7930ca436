import type { Account } from '../core/account.ts'
import type { ProviderId } from '../core/ids.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { compileDeliveries } from './compile-delivery.ts'
import { compileEvents, compileOperations, compileResponse, compileSignature } from './compile-operations.ts'
import { credentialHeaders, documentScopes } from './credentials.ts'
import { httpOperations } from './http-operations.ts'
import type { Provider } from './provider.ts'
import { entries, errorRows, objects } from './provider-document.ts'
import type { DeliveryKeyword, ProviderKeyword, ResourceKeyword } from './vocabulary.ts'

const DEFAULT_BODY_LIMIT = 1024 * 1024

/** A judged document and its accounts, to a provider: everything but the file's name. */
export async function compileProvider(
  resolved: JsonObject,
  resource: ResourceKeyword,
  accounts: readonly Account[],
): Promise<Omit<Provider, 'file'>> {
  const http = await httpOperations(resolved)
  const keyword = resolved['x-mock-provider'] as unknown as ProviderKeyword
  const { components } = resolved
  const responses = isJsonObject(components) ? entries(components.responses) : []
  return {
    id: keyword.id as ProviderId,
    ...documentInfo(resolved),
    sources: keyword.sources ?? [],
    basePath: `/${keyword.id}${serverPath(resolved)}`,
    limits: { bodyBytes: keyword.bodyLimit ?? DEFAULT_BODY_LIMIT },
    credentialHeaders: credentialHeaders(resolved),
    accounts,
    scopes: documentScopes(resolved),
    resource,
    operations: compileOperations(resolved, http),
    events: compileEvents(resolved, http),
    errors: errorRows(resolved),
    responses: new Map(responses.map(([name, response]) => [name, compileResponse(response)])),
    signature: compileSignature(resolved['x-mock-signature']),
    ...compileDeliveries(resolved['x-mock-delivery'] as unknown as DeliveryKeyword),
  }
}

export function documentInfo(resolved: JsonObject): Pick<Provider, 'title' | 'version' | 'description'> {
  const info = isJsonObject(resolved.info) ? resolved.info : {}
  return {
    title: String(info.title ?? ''),
    version: String(info.version ?? ''),
    description: String(info.description ?? ''),
  }
}

/** The path of `https://acme.test/api/v2/` is `/api/v2`; variables stand at their defaults. */
function serverPath(resolved: JsonObject): string {
  const [server] = objects(resolved.servers)
  if (server === undefined) return ''
  const variables = new Map(entries(server.variables))
  const url = String(server.url).replace(/\{([^}]+)\}/g, (_, name) =>
    String(variables.get(name)?.default ?? ''),
  )
  return new URL(url, 'http://localhost').pathname.replace(/\/+$/, '')
}
