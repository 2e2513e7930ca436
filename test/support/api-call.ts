import { atPointer, type Json } from '../../src/core/json.ts'
import type { Mock } from '../../src/mock/start-mock.ts'

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed; undefined where there was none. */
  readonly body: Json | undefined
}

export interface ApiOptions {
  /** Default: the first one. */
  readonly account?: string
  /** In the place of the account's. */
  readonly credentials?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is, in the place of a body. */
  readonly raw?: string | Buffer
}

/** Calls a provider's API as an account of it does: JSON both ways unless told otherwise. */
export async function callApi(
  mock: Pick<Mock, 'url' | 'credentials'>,
  provider: string,
  route: string,
  body?: unknown,
  { account, credentials, headers, raw }: ApiOptions = {},
): Promise<ApiAnswer> {
  const [method = 'GET', path = ''] = route.split(' ')
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await fetch(`${mock.url(provider)}${path}`, {
    method,
    headers: {
      ...(credentials ?? (await mock.credentials(provider, account))),
      ...(content !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(content !== undefined && { body: content }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

/** The text or number that a JSON pointer names in an answer. */
export function textAt({ body }: Pick<ApiAnswer, 'body'>, pointer: string): string {
  const value = atPointer(body, pointer)
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw new Error(`no text at ${pointer} of ${JSON.stringify(body)}`)
}
