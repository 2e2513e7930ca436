import type { Instant } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import type { Attempt, HeaderLines } from '../core/model.ts'
import { printable } from '../core/text.ts'
import type { SignatureKeyword } from '../spec/vocabulary.ts'
import { algorithmOf, type ContentScheme, schemeName } from './algorithms.ts'
import { signJwt } from './jwt.ts'
import { basicCredentials } from './keys.ts'
import { renderBytes, renderText, type SignedMessage, tokenText, writeTimestamp } from './template.ts'

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
  /** Whether signatures have the right form and are not valid. HTTP Basic, which signs nothing, is left alone. */
  readonly corrupt?: boolean
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

function signOnce(scheme: SignatureKeyword, input: SignInput): Signed | null {
  const { url, secrets, corrupt = false } = input
  const [secret = ''] = secrets
  switch (scheme.scheme) {
    case 'none':
      return null
    case 'basic': {
      const value = basicCredentials(input.fields[scheme.field])
      return value === null ? null : { headers: [['Authorization', value]], url, signature: null }
    }
    case 'static': {
      const headers = secretHeaders(scheme, corrupt ? corruptText(secret) : secret)
      return { headers, url, signature: { scheme: schemeName(scheme), content: '' } }
    }
    case 'jwt': {
      const { token, content } = signJwt(scheme, secret, input.body, input.signedAt)
      const headers = renderHeaders(scheme.headers, () => (corrupt ? corruptToken(token) : token))
      return { headers, url, signature: { scheme: schemeName(scheme), content } }
    }
    default:
      return signContent(scheme, input)
  }
}

/** The headers in which the secret itself is sent. */
export function secretHeaders(scheme: SignatureKeyword, secret: string): HeaderLines {
  return scheme.scheme === 'static' ? renderHeaders(scheme.headers, () => secret) : []
}

function signContent(scheme: ContentScheme, input: SignInput): Signed | null {
  const secrets = signingSecrets(scheme, input.secrets)
  if (secrets.length === 0) return null
  const message = signedMessage(scheme, input)
  const content = renderBytes(scheme.content ?? '{body}', message)
  const digests = secrets.map((secret) => {
    const signature = algorithmOf(scheme).sign(content, secret, scheme.key)
    return (input.corrupt === true ? corruptBytes(signature) : signature).toString(scheme.digest)
  })
  const text = (token: string, digest: string) => (token === 'digest' ? digest : tokenText(message, token))
  const signatures = digests
    .map((digest) => renderText(scheme.item ?? '{digest}', (token) => text(token, digest)))
    .join(scheme.join ?? '')
  const headers = renderHeaders(scheme.headers, (token) =>
    token === 'signatures' ? signatures : text(token, digests[0] ?? ''),
  )
  return { headers, url: message.url, signature: { scheme: schemeName(scheme), content: printable(content) } }
}

/** Which secrets sign, in the order of their signatures. */
function signingSecrets(scheme: ContentScheme, secrets: readonly string[]): readonly string[] {
  if (scheme.key?.secret === 'previous') return secrets.slice(1, 2)
  if (scheme.join === undefined) return secrets.slice(0, 1)
  return scheme.order === 'old-first' ? secrets.toReversed() : secrets
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

/** The last byte is another one: the first ones say, in some forms, what and how long a signature is. */
function corruptBytes(signature: Buffer): Buffer {
  const corrupt = Buffer.from(signature)
  const last = corrupt.length - 1
  if (last >= 0) corrupt.writeUInt8(corrupt.readUInt8(last) ^ 1, last)
  return corrupt
}

/** A JSON Web Token whose header and claims are as they were. */
function corruptToken(token: string): string {
  const end = token.lastIndexOf('.') + 1
  return token.slice(0, end) + corruptBytes(Buffer.from(token.slice(end), 'base64url')).toString('base64url')
}

const RANGES: readonly (readonly [kind: RegExp, first: string, last: string])[] = [
  [/[0-9]/, '0', '9'],
  [/[a-z]/, 'a', 'z'],
  [/[A-Z]/, 'A', 'Z'],
]

/** The same text but for its last character, which stays of its kind. */
function corruptText(text: string): string {
  const last = text.slice(-1)
  const [, first, end] = RANGES.find(([kind]) => kind.test(last)) ?? [undefined, 'x', last]
  const next = last === end ? first : String.fromCharCode(last.charCodeAt(0) + 1)
  return text.slice(0, -1) + next
}
