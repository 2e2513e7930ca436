export const HASHES = ['sha1', 'sha256', 'sha512'] as const
export const DIGESTS = ['hex', 'base64', 'base64url'] as const
export const KEY_ENCODINGS = ['utf8', 'hex', 'base64'] as const
export const JWT_ALGORITHMS = ['HS256', 'HS512', 'RS256', 'ES256', 'EdDSA'] as const

/** Tokens of signature templates. Beside these, `header:NAME` is the value of another header of the delivery. */
export const SIGNATURE_TOKENS = [
  'body',
  'id',
  'event',
  'timestamp',
  'url',
  'path',
  'method',
  'params',
  'body_sha256',
  'header_names',
  'header_values',
  'digest',
  'signatures',
] as const
export type SignatureToken = (typeof SIGNATURE_TOKENS)[number]

/** How the secret becomes key bytes. Default: the whole string in UTF-8. */
export interface SignatureKey {
  /** Taken off before decoding, where the secret has it. */
  readonly prefix?: string
  /** Of a key pair: the prefix of the public half, which can verify but not sign. */
  readonly publicPrefix?: string
  /** Key pairs: raw key bytes in this encoding, or PKCS #8 in it; PEM needs none. Default `utf8`, for key pairs `base64`. */
  readonly encoding?: (typeof KEY_ENCODINGS)[number]
  /** `previous`: the newest of the retired secrets that are still valid; not sent when there is none. Default `newest`. */
  readonly secret?: 'newest' | 'previous'
}

/** What every scheme has that signs a text. */
interface SigningKeyword {
  readonly key?: SignatureKey
  /** Unit of `{timestamp}`. Default `s`. */
  readonly timestamp?: 's' | 'ms' | 'iso'
  /** Headers whose names and values `{header_names}` and `{header_values}` stand for. */
  readonly signedHeaders?: readonly string[]
  /** What is signed, e.g. `{timestamp}.{body}`. Default `{body}`. */
  readonly content?: string
  readonly digest: (typeof DIGESTS)[number]
  /** One signature, e.g. `v1={digest}`. Default `{digest}`. */
  readonly item?: string
  /** Between the signatures of all active secrets, as `{signatures}`. Absent: the newest secret alone signs. */
  readonly join?: string
  /** Of the joined signatures. Default `new-first`. */
  readonly order?: 'new-first' | 'old-first'
  readonly headers: Readonly<Record<string, string>>
  /** Added to the URL before it is signed and sent, e.g. `bodySHA256: "{body_sha256}"`. */
  readonly query?: Readonly<Record<string, string>>
  /** `past`: only a timestamp that is too old is refused. Default `both`. */
  readonly verify?: { readonly tolerance?: string; readonly direction?: 'past' | 'both' }
}

export type HmacKeyword = SigningKeyword & { readonly scheme: 'hmac'; readonly hash: (typeof HASHES)[number] }
/** The secret is a private key, and its public half verifies. `ecdsa-p256` signs with SHA-256, in DER. */
export type KeyPairKeyword = SigningKeyword & { readonly scheme: 'ed25519' | 'ecdsa-p256' }

/** A JSON Web Token, as `{digest}`, with `iat` and the SHA-256 of the body. */
export interface JwtKeyword {
  readonly scheme: 'jwt'
  readonly algorithm: (typeof JWT_ALGORITHMS)[number]
  readonly key?: SignatureKey
  /** The claim that holds the digest of the body. */
  readonly claim: string
  /** How that is written. Default `hex`. */
  readonly digest?: (typeof DIGESTS)[number]
  readonly headers: Readonly<Record<string, string>>
  readonly verify?: { readonly tolerance?: string; readonly direction?: 'past' | 'both' }
}

/** `x-mock-signature`, at the root or on an event: one scheme, or a list when several are sent. */
export type SignatureKeyword =
  | HmacKeyword
  | KeyPairKeyword
  | JwtKeyword
  /** The secret itself, as `{digest}`. */
  | { readonly scheme: 'static'; readonly headers: Readonly<Record<string, string>> }
  /** HTTP Basic with `{username, password}` from the named field of the webhook; not sent where the field is absent. */
  | { readonly scheme: 'basic'; readonly field: string }
  | { readonly scheme: 'none' }
