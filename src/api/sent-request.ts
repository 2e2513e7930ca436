import { toBody } from '../core/body.ts'
import { firstBytes } from '../core/first-bytes.ts'
import type { SentRequest } from '../core/violation.ts'
import type { CredentialHeader } from '../spec/provider.ts'

/** Most bytes of a request's body that are kept beside what it broke. */
const MOST_BYTES = 64 * 1024

/** Headers that carry credentials whatever the provider (RFC 9110, section 11; RFC 6265). */
const SECRET_HEADERS = ['authorization', 'proxy-authorization', 'cookie']

/** A client's request, without credentials and with no more of its body than is kept. */
export function sentRequest(
  { method, path, headers, bytes }: RawRequest,
  carriers: readonly CredentialHeader[],
): SentRequest {
  const secret = new Set([...SECRET_HEADERS, ...carriers.map(({ header }) => header.toLowerCase())])
  return {
    method,
    path,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.has(name))),
    body: toBody(firstBytes(bytes, MOST_BYTES)),
    truncated: bytes.length > MOST_BYTES,
  }
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}
