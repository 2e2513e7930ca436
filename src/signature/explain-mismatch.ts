import { HASHES } from '../spec/vocabulary.ts'
import { bodyVariants } from './body-variants.ts'
import type { ContentScheme } from './digest.ts'
import { keyBytes } from './key.ts'
import { keyVariants } from './key-variants.ts'
import { type SignedMessage, tokenValue } from './message.ts'
import { renderBytes, usesToken } from './template.ts'
import { urlVariants } from './url-variants.ts'

export interface Mismatch {
  readonly secrets: readonly string[]
  readonly message: SignedMessage
  readonly digests: readonly string[]
}

/** One way in which the signer may have differed from the scheme. */
interface Supposition {
  readonly sentence: string
  readonly body?: Uint8Array
  readonly url?: string
  readonly key?: Buffer
  readonly hash?: string
  readonly template?: string
}

export interface Trial {
  /** Undefined for key pairs. */
  readonly key: Buffer | undefined
  readonly hash: string | undefined
  readonly content: Uint8Array
}
export type Fits = (scheme: ContentScheme, trial: Trial, secrets: readonly string[]) => boolean

const UNKNOWN =
  'None of the usual causes fits: the secret is probably another one, or the body was changed on its way.'
const TEMPLATES = [
  '{body}',
  '{timestamp}.{body}',
  '{timestamp}{body}',
  '{timestamp}:{body}',
  '{id}.{timestamp}.{body}',
]
// Pairs of suppositions hash the body some hundred times; beyond this size that would be felt.
const LARGEST_FOR_PAIRS = 1 << 20

/** The likeliest cause of a wrong digest, found by trying: one cause first, then two at once. */
export function explainMismatch(scheme: ContentScheme, mismatch: Mismatch, fits: Fits): string {
  const { secrets, message } = mismatch
  const holds = (supposed: Supposition) => {
    const seen = { ...message, body: supposed.body ?? message.body, url: supposed.url ?? message.url }
    const template = supposed.template ?? scheme.content ?? '{body}'
    const content = renderBytes(template, (token) => tokenValue(seen, token))
    const keys = supposed.key === undefined ? ownKeys(scheme, secrets) : [supposed.key]
    return keys.some((key) => fits(scheme, { key, hash: supposed.hash, content }, secrets))
  }
  if (scheme.scheme === 'hmac' && holds({ sentence: '' }))
    return wrongWriting(scheme.digest, mismatch.digests)
  const kinds = suppositions(scheme, mismatch)
  const one = kinds.flat().find(holds)
  if (one !== undefined) return one.sentence
  if (message.body.length > LARGEST_FOR_PAIRS) return UNKNOWN
  const two = pairs(kinds).find(([first, second]) => holds({ ...first, ...second }))
  return two === undefined ? UNKNOWN : `Two things at once: ${two.map(({ sentence }) => sentence).join(' ')}`
}

function suppositions(
  scheme: ContentScheme,
  { secrets, message }: Mismatch,
): readonly (readonly Supposition[])[] {
  const own = scheme.content ?? '{body}'
  const templates = TEMPLATES.filter((template) => template !== own).map((template) => ({
    template,
    sentence: `The signature fits the text ${template}; this scheme signs ${own}.`,
  }))
  const urls = usesToken(own, 'url') ? urlVariants(message.url) : []
  const bodies = bodyVariants(message.body)
  if (scheme.scheme !== 'hmac') return [bodies, templates, urls]
  const hashes = HASHES.filter((hash) => hash !== scheme.hash).map((hash) => ({
    hash,
    sentence: `The signature fits ${hash}; this scheme uses ${scheme.hash}.`,
  }))
  return [secrets.flatMap((secret) => keyVariants(secret, scheme.key)), bodies, hashes, templates, urls]
}

function ownKeys(scheme: ContentScheme, secrets: readonly string[]): readonly (Buffer | undefined)[] {
  return scheme.scheme === 'hmac' ? secrets.map((secret) => keyBytes(secret, scheme.key)) : [undefined]
}

function wrongWriting(expected: string, digests: readonly string[]): string {
  const found = digests.some((digest) => /^[0-9a-f]+$/i.test(digest)) ? 'hex' : 'base64'
  if (found === 'hex' && expected === 'hex')
    return 'The digest is right but in upper-case hex; this scheme writes lower case.'
  return `The digest is right but written in ${found}${found === expected ? ' without its padding' : ''}; this scheme writes ${expected}.`
}

function pairs(kinds: readonly (readonly Supposition[])[]): readonly (readonly [Supposition, Supposition])[] {
  return kinds.flatMap((kind, i) =>
    kind.flatMap((first) =>
      kinds.slice(i + 1).flatMap((later) => later.map((second) => [first, second] as const)),
    ),
  )
}
