import { createHash, createPrivateKey, createPublicKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { MockError } from '../core/errors.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import type { Random } from '../core/random.ts'
import type { SignatureKey } from '../spec/vocabulary.ts'

/** The bytes that a shared secret stands for. */
export function keyBytes(secret: string, { prefix = '', encoding = 'utf8' }: SignatureKey = {}): Buffer {
  return Buffer.from(withoutPrefix(secret, prefix), encoding)
}

// RFC 8410, section 7: what PKCS #8 and SPKI put before the 32 raw bytes of an Ed25519 key.
const PRIVATE_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

const PUBLIC_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')

/** @param seed 32 bytes */
export function ed25519PrivateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_ED25519, seed]), format: 'der', type: 'pkcs8' })
}

/** @throws MockError BAD_KEY */
export function privateKey(secret: string, key: SignatureKey = {}): KeyObject {
  try {
    if (secret.includes('-----BEGIN')) return createPrivateKey(secret)
    const bytes = pairBytes(secret, key)
    // Standard Webhooks writes the seed followed by the public key: 64 bytes.
    return bytes.length === 32 || bytes.length === 64
      ? ed25519PrivateKey(bytes.subarray(0, 32))
      : createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw new MockError(
      'input',
      'BAD_KEY',
      'Failed to sign: the secret is not a private key of this scheme.',
      { hint: 'Give a PEM file’s text, PKCS #8, or for Ed25519 the 32 bytes of its seed.', cause },
    )
  }
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

export function toPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
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

const CLASSES = ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'] as const

const HEX = ['0123456789', 'abcdef', 'ABCDEF'] as const

/** A random secret of the same length, each character of the same kind as before; a prefix such as `whsec_` stays. */
export function secretLike(secret: string, rng: Random): string {
  const start = secret.lastIndexOf('_', secret.length - 2) + 1
  const rest = secret.slice(start)
  const classes = /^[0-9a-f]+$/i.test(rest) ? HEX : CLASSES
  const drawn = [...rest]
    .map((character) => {
      const kind = classes.find((one) => one.includes(character)) ?? character
      return kind[Math.floor(rng.fraction() * kind.length)] ?? character
    })
    .join('')
  return drawn === rest ? `${secret}x` : secret.slice(0, start) + drawn
}

/** RFC 7617: the value of `Authorization`, or null where the webhook has no credentials. */
export function basicCredentials(field: Json | undefined): string | null {
  if (!isJsonObject(field)) return null
  const { username, password } = field
  if (typeof username !== 'string' || typeof password !== 'string') return null
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** Compares in a time that does not depend on where the two differ, whatever their lengths. */
export function equal(left: string | Uint8Array, right: string | Uint8Array): boolean {
  const digest = (value: string | Uint8Array) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(left), digest(right))
}
