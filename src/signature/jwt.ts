import { createHash } from 'node:crypto'
import type { Instant } from '../core/clock.ts'
import { isObject, parsedJson } from '../core/json.ts'
import type { JwtKeyword } from '../spec/vocabulary.ts'
import { algorithmOf } from './algorithms.ts'

interface SignedToken {
  /** What is signed: the encoded header and claims. */
  readonly content: string
  readonly token: string
}

export function signJwt(
  scheme: JwtKeyword,
  secret: string,
  body: Uint8Array,
  signedAt: Instant,
): SignedToken {
  const claims = { iat: Math.floor(signedAt / 1000), [scheme.claim]: bodyDigest(scheme, body) }
  const content = [{ alg: scheme.algorithm, typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = algorithmOf(scheme).sign(Buffer.from(content), secret, scheme.key)
  return { content, token: `${content}.${signature.toString('base64url')}` }
}

/** What the claim about the body has to say. */
export function bodyDigest(scheme: JwtKeyword, body: Uint8Array): string {
  return createHash('sha256')
    .update(body)
    .digest(scheme.digest ?? 'hex')
}

/** Whether the token was signed by this secret, whatever it claims. */
export function isSignedJwt(scheme: JwtKeyword, secret: string, token: string): boolean {
  const end = token.lastIndexOf('.')
  const content = Buffer.from(token.slice(0, end))
  // Decoded and written again, so that padding makes no difference.
  const signature = Buffer.from(token.slice(end + 1), 'base64url').toString('base64url')
  return algorithmOf(scheme).verify(content, secret, scheme.key, [signature], 'base64url')
}

export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const claims = parsedJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return isObject(claims) ? claims : undefined
}
