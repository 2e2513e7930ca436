import { createHash, createHmac, sign, verify } from 'node:crypto'
import type { Instant } from '../core/clock.ts'
import type { JwtKeyword } from '../spec/vocabulary.ts'
import { equal, keyBytes, privateKey, publicKeys } from './keys.ts'

/** RFC 7518 (JWA), section 3.1, and RFC 8037 for EdDSA; ECDSA signatures are r and s, not DER. */
const ALGORITHMS = {
  HS256: { hash: 'sha256', pair: false },
  HS512: { hash: 'sha512', pair: false },
  RS256: { hash: 'sha256', pair: true },
  ES256: { hash: 'sha256', pair: true },
  EdDSA: { hash: null, pair: true },
} as const

interface JwtText {
  /** What is signed: the encoded header and claims. */
  readonly content: string
  readonly token: string
}

export function signJwt(scheme: JwtKeyword, secret: string, body: Uint8Array, signedAt: Instant): JwtText {
  const claims = { iat: Math.floor(signedAt / 1000), [scheme.claim]: bodyDigest(scheme, body) }
  const content = [{ alg: scheme.algorithm, typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return { content, token: `${content}.${signature(scheme, secret, content).toString('base64url')}` }
}

export function bodyDigest(scheme: JwtKeyword, body: Uint8Array): string {
  return createHash('sha256')
    .update(body)
    .digest(scheme.digest ?? 'hex')
}

/** Whether the token's own signature holds; its claims are judged apart. */
export function isSignedJwt(scheme: JwtKeyword, secret: string, token: string): boolean {
  const end = token.lastIndexOf('.')
  const content = token.slice(0, end)
  const given = Buffer.from(token.slice(end + 1), 'base64url')
  const { hash, pair } = ALGORITHMS[scheme.algorithm]
  if (!pair) return equal(given, signature(scheme, secret, content))
  return publicKeys(secret, scheme.key).some((key) => {
    try {
      return verify(hash, Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' }, given)
    } catch {
      return false
    }
  })
}

function signature(scheme: JwtKeyword, secret: string, content: string): Buffer {
  const { hash, pair } = ALGORITHMS[scheme.algorithm]
  if (!pair) return createHmac(hash, keyBytes(secret, scheme.key)).update(content).digest()
  return sign(hash, Buffer.from(content), { key: privateKey(secret, scheme.key), dsaEncoding: 'ieee-p1363' })
}
