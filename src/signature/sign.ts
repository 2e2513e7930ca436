import type { Instant } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import type { Attempt, HeaderLines } from '../core/model.ts'
import type { SignatureKeyword } from '../spec/vocabulary.ts'
import { signJwt } from './jwt.ts'
import { basicCredentials, type ContentScheme, schemeName, signBytes } from './keys.ts'
import {
  printable,
  type SignedMessage,
  spoiltBytes,
  spoiltText,
  spoiltToken,
  tokenText,
  tokenValue,
  writeTimestamp,
} from './message.ts'
import { renderBytes, renderText } from './template.ts'

export interface SignInput {
  /** The bytes that are sent: they are signed as they are. */
  readonly body: Uint8Array
  readonly url: string
  readonly method: string
  readonly event: { readonly id: string; readonly type: string }
  /** The active secret first, then retired ones that are still valid, newest first. */
  readonly secrets: readonly string[]
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields: JsonObject
  /** The wall clock. */
  readonly signedAt: Instant
  /** The delivery's other headers, for schemes that sign some of them. */
  readonly headers?: HeaderLines
  /** Whether signatures come out as they should look, and do not hold. HTTP Basic, which signs nothing, is left alone. */
  readonly spoilt?: boolean
}

export interface Signed {
  readonly headers: HeaderLines
  /** The URL to send to: as it was given, but for a scheme that adds to its query. */
  readonly url: string
  /** What was signed, readable; null where nothing was. */
  readonly signature: Attempt['signature']
}

/** Signs one attempt by every scheme, in order. @throws MockError when a secret is no key of its scheme. */
export function signDelivery(schemes: readonly SignatureKeyword[], input: SignInput): Signed {
  let result: Signed = { headers: [], url: input.url, signature: null }
  for (const scheme of schemes) {
    const signed = signOnce(scheme, { ...input, url: result.url })
    if (signed === null) continue
    result = {
      headers: [...result.headers, ...signed.headers],
      url: signed.url,
      signature: result.signature ?? signed.signature,
    }
  }
  return result
}

/** Which secrets sign, in the order of their signatures. */
function signingSecrets(scheme: ContentScheme, secrets: readonly string[]): readonly string[] {
  if (scheme.key?.secret === 'previous') return secrets.slice(1, 2)
  if (scheme.join === undefined) return secrets.slice(0, 1)
  return scheme.order === 'old-first' ? secrets.toReversed() : secrets
}

function signOnce(scheme: SignatureKeyword, input: SignInput): Signed | null {
  const { url, secrets } = input
  if (scheme.scheme === 'none') return null
  if (scheme.scheme === 'basic') {
    const value = basicCredentials(input.fields[scheme.field])
    return value === null ? null : { headers: [['Authorization', value]], url, signature: null }
  }
  if (scheme.scheme === 'static') {
    const secret = secrets[0] ?? ''
    const headers = renderHeaders(scheme.headers, () => (input.spoilt === true ? spoiltText(secret) : secret))
    return { headers, url, signature: { scheme: 'static', content: '' } }
  }
  if (scheme.scheme === 'jwt') {
    const { token, content } = signJwt(scheme, secrets[0] ?? '', input.body, input.signedAt)
    const headers = renderHeaders(scheme.headers, () => (input.spoilt === true ? spoiltToken(token) : token))
    return { headers, url, signature: { scheme: `jwt-${scheme.algorithm}`, content } }
  }
  return signContent(scheme, input)
}

function signContent(scheme: ContentScheme, input: SignInput): Signed | null {
  const secrets = signingSecrets(scheme, input.secrets)
  if (secrets.length === 0) return null
  const message = signedMessage(scheme, input)
  const content = renderBytes(scheme.content ?? '{body}', (token) => tokenValue(message, token))
  const sign = (secret: string) => {
    const signature = signBytes(scheme, secret, content)
    return (input.spoilt === true ? spoiltBytes(signature) : signature).toString(scheme.digest)
  }
  const digests = secrets.map(sign)
  const text = (token: string, digest: string) => (token === 'digest' ? digest : tokenText(message, token))
  const items = digests.map((digest) => renderText(scheme.item ?? '{digest}', (token) => text(token, digest)))
  const signatures = items.join(scheme.join ?? '')
  const headers = renderHeaders(scheme.headers, (token) =>
    token === 'signatures' ? signatures : text(token, digests[0] ?? ''),
  )
  return { headers, url: message.url, signature: { scheme: schemeName(scheme), content: printable(content) } }
}

function signedMessage(scheme: ContentScheme, input: SignInput): SignedMessage {
  const message: SignedMessage = {
    body: input.body,
    url: input.url,
    method: input.method,
    id: input.event.id,
    event: input.event.type,
    timestamp: writeTimestamp(input.signedAt, scheme.timestamp),
    headers: input.headers ?? [],
    signedHeaders: scheme.signedHeaders ?? [],
  }
  if (scheme.query === undefined) return message
  const url = new URL(input.url)
  for (const [name, template] of Object.entries(scheme.query))
    url.searchParams.set(
      name,
      renderText(template, (token) => tokenText(message, token)),
    )
  return { ...message, url: url.href }
}

function renderHeaders(
  templates: Readonly<Record<string, string>>,
  value: (token: string) => string,
): HeaderLines {
  return Object.entries(templates).map(([name, template]) => [name, renderText(template, value)])
}
