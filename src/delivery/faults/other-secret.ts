import { createECDH, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import type { Chance } from '../../core/ids.ts'
import type { SignatureKeyword } from '../../spec/vocabulary.ts'

/** Another secret that could sign by the same scheme, and looks like this one. */
export function otherSecret(schemes: readonly SignatureKeyword[], secret: string, chance: Chance): string {
  const pair = schemes.map(pairOf).find((one) => one !== null)
  if (pair === undefined || pair === null) return lookalike(secret, chance)
  return PAIRS[pair](chance)
}

type Pair = 'ed25519' | 'p256' | 'rsa'

function pairOf(scheme: SignatureKeyword): Pair | null {
  if (scheme.scheme === 'ed25519') return 'ed25519'
  if (scheme.scheme === 'ecdsa-p256') return 'p256'
  if (scheme.scheme !== 'jwt') return null
  return ({ EdDSA: 'ed25519', ES256: 'p256', RS256: 'rsa' } as const)[scheme.algorithm as 'RS256'] ?? null
}

// RFC 8410, section 7: what PKCS #8 puts before the 32 raw bytes of an Ed25519 key.
const ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

const PAIRS: Readonly<Record<Pair, (chance: Chance) => string>> = {
  ed25519: (chance) =>
    pem(createPrivateKey({ key: Buffer.concat([ED25519, chance.bytes(32)]), format: 'der', type: 'pkcs8' })),
  p256(chance) {
    const pair = createECDH('prime256v1')
    pair.setPrivateKey(chance.bytes(32))
    const point = pair.getPublicKey()
    const [x = '', y = '', d = ''] = [point.subarray(1, 33), point.subarray(33), pair.getPrivateKey()].map(
      (part) => part.toString('base64url'),
    )
    return pem(createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d }, format: 'jwk' }))
  },
  // Nobody makes such a pair out of given bytes, so this one alone does not follow the seed.
  rsa: () => pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
}

function pem(key: ReturnType<typeof createPrivateKey>): string {
  return key.export({ format: 'pem', type: 'pkcs8' }) as string
}

const CLASSES = ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'] as const
const HEX = ['0123456789', 'abcdef', 'ABCDEF'] as const

/** Of the same length, each character of the same kind as before; a prefix such as `whsec_` stays. */
export function lookalike(secret: string, chance: Chance): string {
  const start = secret.lastIndexOf('_', secret.length - 2) + 1
  const rest = secret.slice(start)
  const classes = /^[0-9a-f]+$/i.test(rest) ? HEX : CLASSES
  const drawn = [...rest]
    .map((character) => {
      const kind = classes.find((one) => one.includes(character)) ?? character
      return kind[Math.floor(chance.fraction() * kind.length)] ?? character
    })
    .join('')
  return drawn === rest ? `${secret}x` : secret.slice(0, start) + drawn
}
