import type { Mock } from '../../src/mock/start-mock.ts'
import type { Provider } from '../../src/spec/provider.ts'
import { required } from './tools.ts'

interface Variable {
  readonly key: string
  readonly value: string
}

interface Item {
  readonly item?: readonly Item[]
  readonly request?: object
}

interface Converted {
  readonly result: boolean
  readonly reason?: string
  readonly output?: readonly {
    readonly data: { readonly item: readonly Item[]; readonly variable: readonly Variable[] }
  }[]
}

type Convert = (
  input: { readonly type: 'string'; readonly data: string },
  options: object,
  done: (error: Error | null, converted: Converted) => void,
) => void

/** Has Postman's converter make a collection of a served document. Says what is wrong with it; null: nothing. */
export async function readWithPostman(
  folder: string,
  mock: Mock,
  provider: Provider,
): Promise<string | null> {
  const { convert } = required(folder, 'openapi-to-postmanv2') as { convert: Convert }
  const answer = await fetch(`${mock.origin}/${provider.id}/openapi.yaml`)
  const data = await answer.text()
  const converted = await new Promise<Converted>((resolve, reject) =>
    convert({ type: 'string', data }, {}, (error, one) => (error === null ? resolve(one) : reject(error))),
  )
  const [collection] = converted.output ?? []
  if (collection === undefined) return converted.reason ?? 'there is no collection'
  const base = collection.data.variable.find(({ key }) => key === 'baseUrl')?.value
  if (base !== mock.url(provider.id)) return `its requests go to ${base}`
  const count = requestCount(collection.data.item)
  return count < provider.operations.length ? `it has ${count} requests` : null
}

function requestCount(items: readonly Item[]): number {
  return items.reduce(
    (sum, { item = [], request }) => sum + requestCount(item) + (request === undefined ? 0 : 1),
    0,
  )
}

interface SwaggerRequest {
  headers: Record<string, string>
}

interface SwaggerClient {
  readonly errors: readonly unknown[]
  execute(call: {
    readonly operationId: string
    readonly parameters: Readonly<Record<string, string>>
    readonly requestInterceptor: (request: SwaggerRequest) => SwaggerRequest
  }): Promise<{ readonly status: number; readonly url: string }>
}

/** Has Swagger UI's client read a served document and list webhooks with it. Says what is wrong; null: nothing. */
export async function readWithSwagger(
  folder: string,
  mock: Mock,
  provider: Provider,
): Promise<string | null> {
  const open = required(folder, 'swagger-client') as (url: string) => Promise<SwaggerClient>
  const client = await open(`${mock.origin}/${provider.id}/openapi.json`)
  if (client.errors.length > 0) return JSON.stringify(client.errors)
  const operation = provider.operations.find(({ mock }) => mock?.action === 'list')
  if (operation === undefined) return 'there is no list'
  const account = await mock.account(provider.id)
  const { status, url } = await client.execute({
    operationId: operation.id,
    parameters:
      operation.mock?.account === undefined
        ? {}
        : { [operation.mock.account]: account.providerId ?? account.name },
    requestInterceptor: (request) => {
      Object.assign(request.headers, account.credentials)
      return request
    },
  })
  return status === 200 && url.startsWith(mock.url(provider.id)) ? null : `${url} answers ${status}`
}
