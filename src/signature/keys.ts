import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
} from 'node:crypto'
import { MockError } from '../core/errors.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import type { HmacKeyword, KeyPairKeyword, SignatureKey } from '../spec/vocabulary.ts'
/** RFC 7617: the value of `Authorization`, or null where the webhook has no credentials. */
export function basicCredentials(field: Json | undefined): string | null {
  if (!isJsonObject(field)) return null
  const { username, password } = field
  if (typeof username !== 'string' || typeof password !== 'string') return null
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** The bytes that a shared secret stands for. */
export function keyBytes(secret: string, { prefix = '', encoding = 'utf8' }: SignatureKey = {}): Buffer {
  return Buffer.from(withoutPrefix(secret, prefix), encoding)
}

// RFC 8410, section 7: what PKCS #8 and SPKI put before the 32 raw bytes of an Ed25519 key.
const PRIVATE_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

const PUBLIC_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')

export function privateKey(secret: string, key: SignatureKey = {}): KeyObject {
  if (secret.includes('-----BEGIN')) return readKey(() => createPrivateKey(secret))
  const bytes = pairBytes(secret, key)
  // Standard Webhooks writes the seed followed by the public key: 64 bytes.
  const der =
    bytes.length === 32 || bytes.length === 64
      ? Buffer.concat([PRIVATE_ED25519, bytes.subarray(0, 32)])
      : bytes
  return readKey(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
}

/** Keys that a secret may stand for when it is to verify: the public half of a private key, or a public key. */
export function publicKeys(secret: string, key: SignatureKey = {}): readonly KeyObject[] {
  const bytes = pairBytes(secret, key)
  const candidates: readonly (() => KeyObject)[] = secret.includes('-----BEGIN')
    ? [() => createPublicKey(secret)]
    : [
        () => createPublicKey(privateKey(secret, key)),
        () => createPublicKey({ key: Buffer.concat([PUBLIC_ED25519, bytes]), format: 'der', type: 'spki' }),
        () => createPublicKey({ key: bytes, format: 'der', type: 'spki' }),
      ]
  return candidates.flatMap((make) => {
    try {
      return [make()]
    } catch {
      return []
    }
  })
}

function pairBytes(
  secret: string,
  { prefix = '', publicPrefix = '', encoding = 'base64' }: SignatureKey,
): Buffer {
  return Buffer.from(withoutPrefix(withoutPrefix(secret, prefix), publicPrefix), encoding)
}

function withoutPrefix(secret: string, prefix: string): string {
  return secret.startsWith(prefix) ? secret.slice(prefix.length) : secret
}

function readKey(make: () => KeyObject): KeyObject {
  try {
    return make()
  } catch (cause) {
    throw new MockError(
      'input',
      'BAD_KEY',
      'Failed to sign: the secret is not a private key of this scheme.',
      {
        hint: 'Give a PEM file’s text, PKCS #8, or for Ed25519 the 32 bytes of its seed.',
        cause,
      },
    )
  }
}

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

/** Compares in a time that does not depend on where the two differ, whatever their lengths. */
export function equal(left: string | Uint8Array, right: string | Uint8Array): boolean {
  const digest = (value: string | Uint8Array) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(left), digest(right))
}
