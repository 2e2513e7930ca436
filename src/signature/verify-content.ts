import { createHmac, verify } from 'node:crypto'
import { type ContentScheme, signBytes } from './digest.ts'
import { equal } from './equal.ts'
import { explainMismatch, type Fits } from './explain-mismatch.ts'
import { explainWriting } from './explain-writing.ts'
import { publicKeys } from './key.ts'
import { type SignedMessage, tokenText, tokenValue } from './message.ts'
import { readReceived } from './received.ts'
import { renderBytes, renderText } from './template.ts'
import { judgeAge } from './tolerance.ts'
import { refused, VERIFIED, type Verdict, type VerifyOne } from './verdict.ts'

export function verifyContent(scheme: ContentScheme, input: VerifyOne): Verdict {
  const received = readReceived(scheme, input)
  if ('ok' in received) {
    const writing = explainWriting(scheme, input)
    return writing === undefined || received.ok ? received : { ...received, likeliest: writing }
  }
  const { digests, message, at } = received
  const content = renderBytes(scheme.content ?? '{body}', (token) => tokenValue(message, token))
  const isRight = scheme.scheme === 'hmac' ? hmacFits : pairFits
  if (!isRight(scheme, input.secrets, content, digests))
    return refused(
      'mismatch',
      explainMismatch(scheme, { secrets: input.secrets, message, digests }, fitsAnyWriting(digests)),
    )
  const query = judgeQuery(scheme, message)
  if (!query.ok) return query
  return at === undefined ? VERIFIED : judgeAge(at, input.now, scheme.verify)
}

type IsRight = (
  scheme: ContentScheme,
  secrets: readonly string[],
  content: Uint8Array,
  digests: readonly string[],
) => boolean

const hmacFits: IsRight = (scheme, secrets, content, digests) =>
  secrets.some((secret) => {
    const expected = signBytes(scheme, secret, content).toString(scheme.digest)
    return digests.some((digest) => equal(digest, expected))
  })

const pairFits: IsRight = (scheme, secrets, content, digests) => {
  const hash = scheme.scheme === 'ed25519' ? null : 'sha256'
  const keys = secrets.flatMap((secret) => publicKeys(secret, scheme.key))
  return digests.some((digest) =>
    keys.some((key) => {
      try {
        return verify(hash, content, key, Buffer.from(digest, scheme.digest))
      } catch {
        return false
      }
    }),
  )
}

/** Tries what an explanation supposes; the digest may be written in any way, which is explained first. */
function fitsAnyWriting(digests: readonly string[]): Fits {
  const hex = digests.flatMap((digest) => [
    digest.toLowerCase(),
    Buffer.from(digest, 'base64').toString('hex'),
  ])
  return (scheme, { key, hash, content }, secrets) =>
    scheme.scheme === 'hmac' && key !== undefined
      ? hex.includes(
          createHmac(hash ?? scheme.hash, key)
            .update(content)
            .digest('hex'),
        )
      : pairFits(scheme, secrets, content, digests)
}

function judgeQuery(scheme: ContentScheme, message: SignedMessage): Verdict {
  for (const [name, template] of Object.entries(scheme.query ?? {})) {
    const value = new URL(message.url).searchParams.get(name)
    if (value === null)
      return refused(
        'mismatch',
        `The URL has no parameter ${name}, which this scheme adds: verify the URL as it was requested.`,
      )
    if (
      !equal(
        value,
        renderText(template, (token) => tokenText(message, token)),
      )
    )
      return refused(
        'mismatch',
        `The parameter ${name} of the URL does not fit the body: the body was changed, or written again.`,
      )
  }
  return VERIFIED
}
