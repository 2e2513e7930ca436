import { createECDH, createHmac, createPrivateKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { Random } from '../core/random.ts'
import type {
  HmacKeyword,
  JwtKeyword,
  KeyPairKeyword,
  SignatureKey,
  SignatureKeyword,
} from '../spec/vocabulary.ts'
import { ed25519PrivateKey, equal, keyBytes, privateKey, publicKeys, secretLike, toPem } from './keys.ts'

/** How content is signed with a secret. A new algorithm is one row of the table below. */
export interface Algorithm {
  /** Whether who verifies has the same secret, or the public half of a pair. */
  readonly keys: 'shared' | 'pair'
  /** @throws MockError BAD_KEY where the secret is no private key of this algorithm */
  sign(content: Uint8Array, secret: string, key?: SignatureKey): Buffer
  /** Whether one of the texts, written as `digest` says, is the signature of the content by this secret. */
  verify(
    content: Uint8Array,
    secret: string,
    key: SignatureKey | undefined,
    signatures: readonly string[],
    digest: BufferEncoding,
  ): boolean
  /** Another secret that can sign; a shared one looks like `secret`. */
  newKey(secret: string, rng: Random): string
}

/** Schemes that sign a text, which a template makes. */
export type ContentScheme = HmacKeyword | KeyPairKeyword

export type Hash = HmacKeyword['hash']

type Rows<Name extends string> = Readonly<Record<Name, Algorithm>>

/** By the names that `x-mock-signature` gives them as `hash`, `scheme` and `algorithm`: one without a row does not compile. */
const ALGORITHMS: {
  readonly hmac: Rows<Hash>
  readonly pair: Rows<KeyPairKeyword['scheme']>
  readonly jwt: Rows<JwtKeyword['algorithm']>
} = {
  /** RFC 2104. */
  hmac: { sha1: shared('sha1'), sha256: shared('sha256'), sha512: shared('sha512') },
  /** ECDSA signatures are in DER. */
  pair: { ed25519: pair(null, newEd25519), 'ecdsa-p256': pair('sha256', newP256) },
  /** RFC 7518, section 3.1, and RFC 8037 for EdDSA. ECDSA signatures are r and s. */
  jwt: {
    HS256: shared('sha256'),
    HS512: shared('sha512'),
    RS256: pair('sha256', newRsa),
    ES256: pair('sha256', newP256, 'ieee-p1363'),
    EdDSA: pair(null, newEd25519),
  },
}

/** @param hash in place of the scheme's own */
export function algorithmOf(scheme: ContentScheme | JwtKeyword, hash?: Hash): Algorithm {
  if (scheme.scheme === 'hmac') return ALGORITHMS.hmac[hash ?? scheme.hash]
  return scheme.scheme === 'jwt' ? ALGORITHMS.jwt[scheme.algorithm] : ALGORITHMS.pair[scheme.scheme]
}

/** As an attempt's log names it: `hmac-sha256`, `jwt-ES256`, `static`. */
export function schemeName(scheme: SignatureKeyword): string {
  if (scheme.scheme === 'hmac') return `hmac-${scheme.hash}`
  return scheme.scheme === 'jwt' ? `jwt-${scheme.algorithm}` : scheme.scheme
}

/** Another secret that can sign by the same schemes, and looks like this one where its form is free. */
export function otherSecret(schemes: readonly SignatureKeyword[], secret: string, rng: Random): string {
  const pair = schemes
    .flatMap((scheme) => ('headers' in scheme && scheme.scheme !== 'static' ? [algorithmOf(scheme)] : []))
    .find(({ keys }) => keys === 'pair')
  return pair === undefined ? secretLike(secret, rng) : pair.newKey(secret, rng)
}

function shared(hash: string): Algorithm {
  const signed: Algorithm['sign'] = (content, secret, key) =>
    createHmac(hash, keyBytes(secret, key)).update(content).digest()
  return {
    keys: 'shared',
    sign: signed,
    verify(content, secret, key, signatures, digest) {
      const expected = signed(content, secret, key).toString(digest)
      return signatures.some((text) => equal(text, expected))
    },
    newKey: secretLike,
  }
}

function pair(
  hash: string | null,
  newKey: (rng: Random) => string,
  dsaEncoding: 'der' | 'ieee-p1363' = 'der',
): Algorithm {
  return {
    keys: 'pair',
    sign: (content, secret, key) => sign(hash, content, { key: privateKey(secret, key), dsaEncoding }),
    verify: (content, secret, key, signatures, digest) =>
      publicKeys(secret, key).some((publicKey) =>
        signatures.some((text) => {
          try {
            return verify(hash, content, { key: publicKey, dsaEncoding }, Buffer.from(text, digest))
          } catch {
            return false
          }
        }),
      ),
    newKey: (_secret, rng) => newKey(rng),
  }
}

function newEd25519(rng: Random): string {
  return toPem(ed25519PrivateKey(rng.bytes(32)))
}

function newP256(rng: Random): string {
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(rng.bytes(32))
  const point = curve.getPublicKey()
  const [x = '', y = '', d = ''] = [point.subarray(1, 33), point.subarray(33), curve.getPrivateKey()].map(
    (part) => part.toString('base64url'),
  )
  return toPem(createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d }, format: 'jwk' }))
}

/** The only key that a seed does not repeat: Node makes no such pair out of given bytes. */
function newRsa(): string {
  return toPem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
}
