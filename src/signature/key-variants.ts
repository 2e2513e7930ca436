import type { SignatureKey } from '../spec/vocabulary.ts'
import { keyBytes } from './key.ts'

export interface KeyVariant {
  readonly key: Buffer
  readonly sentence: string
}

/** Other readings of a shared secret than the scheme's own. */
export function keyVariants(secret: string, own: SignatureKey = {}): readonly KeyVariant[] {
  const prefix = own.prefix ?? /^[a-z]+_/i.exec(secret)?.[0] ?? ''
  const bare = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret
  const right = `this scheme takes ${describe(own)}`
  const readings: readonly (readonly [text: string, encoding: 'utf8' | 'hex' | 'base64', how: string])[] = [
    [secret, 'utf8', 'the whole secret as text'],
    [bare, 'utf8', `the secret as text without its prefix ${prefix}`],
    [
      bare,
      'base64',
      prefix === ''
        ? 'the secret decoded from base64'
        : `the secret decoded from base64 after its prefix ${prefix}`,
    ],
    [
      bare,
      'hex',
      prefix === ''
        ? 'the secret decoded from hex'
        : `the secret decoded from hex after its prefix ${prefix}`,
    ],
    [secret.trim(), 'utf8', 'the secret without the white space around it'],
    [`${secret}\n`, 'utf8', 'the secret with a line end after it'],
    [secret.replace(/^(["'])(.*)\1$/, '$2'), 'utf8', 'the secret without the quotes around it'],
  ]
  const expected = keyBytes(secret, own)
  return readings
    .map(([text, encoding, how]) => ({
      key: Buffer.from(text, encoding),
      sentence: `The signature fits ${how} as the key; ${right}.`,
    }))
    .filter(({ key }) => !key.equals(expected))
}

function describe({ prefix, encoding = 'utf8' }: SignatureKey): string {
  const how = encoding === 'utf8' ? 'as text' : `decoded from ${encoding}`
  return prefix === undefined ? `the whole secret ${how}` : `what follows ${prefix}, ${how}`
}
