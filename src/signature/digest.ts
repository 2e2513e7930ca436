import { createHmac, sign } from 'node:crypto'
import type { HmacKeyword, KeyPairKeyword } from '../spec/vocabulary.ts'
import { keyBytes, privateKey } from './key.ts'

/** Schemes that sign a text which a template makes. */
export type ContentScheme = HmacKeyword | KeyPairKeyword

/** The signature of `content` by one secret, in bytes. */
export function signBytes(scheme: ContentScheme, secret: string, content: Uint8Array): Buffer {
  if (scheme.scheme === 'hmac')
    return createHmac(scheme.hash, keyBytes(secret, scheme.key)).update(content).digest()
  return sign(scheme.scheme === 'ed25519' ? null : 'sha256', content, privateKey(secret, scheme.key))
}

export function schemeName(scheme: ContentScheme): string {
  return scheme.scheme === 'hmac' ? `hmac-${scheme.hash}` : scheme.scheme
}
