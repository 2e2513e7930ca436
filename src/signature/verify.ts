import { createHmac, verify } from 'node:crypto'
import type { Instant } from '../core/clock.ts'
import { headerOf, sameHeader, toLines } from '../core/headers.ts'
import { isObject } from '../core/json.ts'
import { shorten, suggestion } from '../core/text.ts'
import type { JwtKeyword, SignatureKeyword } from '../spec/vocabulary.ts'
import { bodyVariants, explainMismatch, explainWriting, type Fits } from './explain.ts'
import { bodyDigest, isSignedJwt } from './jwt.ts'
import { basicCredentials, type ContentScheme, equal, publicKeys, signBytes } from './keys.ts'
import { readTimestamp, type SignedMessage, tokenText, tokenValue } from './message.ts'
import { digestsIn, extract, renderBytes, renderText, shapeOf } from './template.ts'
import { judgeAge, refused, VERIFIED, type Verdict, type VerifyInput, type VerifyOne } from './verdict.ts'

/** What the headers of a scheme say: the digests, and the message that they claim to sign. */
interface Received {
  readonly digests: readonly string[]
  readonly message: SignedMessage
  readonly at: Instant | undefined
}

/** Reads a scheme's headers, or says what is wrong with them. */
function readReceived(scheme: ContentScheme, input: VerifyOne): Received | Verdict {
  let tokens: Readonly<Record<string, string>> = {}
  for (const [name, template] of Object.entries(scheme.headers)) {
    const value = headerOf(input.headers, name)
    if (value === undefined) return missing(name, input)
    const found = extract(template, value)
    const digests = found?.signatures === undefined ? undefined : digestsIn(scheme, found.signatures)
    if (found === undefined || digests?.length === 0)
      return refused(
        'malformed-header',
        `The header ${name} is "${shorten(value)}" and should look like ${shapeOf(scheme, template)}.`,
      )
    tokens = { ...tokens, ...found }
  }
  const timestamp = tokens.timestamp ?? ''
  const at = readTimestamp(timestamp, scheme.timestamp)
  if (tokens.timestamp !== undefined && at === undefined)
    return refused(
      'malformed-header',
      `The timestamp "${shorten(timestamp)}" is none: it should be ${UNITS[scheme.timestamp ?? 's']}.`,
    )
  const digests = tokens.digest === undefined ? digestsIn(scheme, tokens.signatures ?? '') : [tokens.digest]
  return { digests, at, message: claimedMessage(scheme, input, tokens) }
}

const UNITS = { s: 'a count of seconds', ms: 'a count of milliseconds', iso: 'a time in ISO 8601' } as const

function claimedMessage(
  scheme: ContentScheme,
  { body, url, method, headers, event }: VerifyOne,
  tokens: Readonly<Record<string, string>>,
): SignedMessage {
  return {
    body,
    url,
    method,
    headers,
    id: tokens.id ?? event?.id ?? '',
    event: tokens.event ?? event?.type ?? '',
    timestamp: tokens.timestamp ?? '',
    signedHeaders: tokens.header_names?.split(' ') ?? scheme.signedHeaders ?? [],
  }
}

function missing(name: string, { headers }: Pick<VerifyOne, 'headers'>): Verdict {
  const arrived = headers.map(([key]) => key)
  const hint =
    arrived.length === 0
      ? 'No header arrived at all.'
      : suggestion(name, arrived).replace('Known are', 'There are')
  return refused('missing-header', `The header ${name} is missing. ${hint}`)
}

function verifyContent(scheme: ContentScheme, input: VerifyOne): Verdict {
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

function verifyJwt(scheme: JwtKeyword, input: VerifyOne): Verdict {
  const [name = '', template = '{digest}'] = Object.entries(scheme.headers)[0] ?? []
  const value = headerOf(input.headers, name)
  if (value === undefined) return missing(name, input)
  const token = extract(template, value)?.digest
  const claims = token === undefined ? undefined : claimsOf(token)
  if (token === undefined || claims === undefined)
    return refused(
      'malformed-header',
      `The header ${name} is not of the form ${shapeOf({}, template)} with a JSON Web Token.`,
    )
  if (!input.secrets.some((secret) => isSignedJwt(scheme, secret, token)))
    return refused(
      'mismatch',
      `The token in ${name} was signed with another key, or not by ${scheme.algorithm}.`,
    )
  const claim = String(claims[scheme.claim])
  if (!equal(claim, bodyDigest(scheme, input.body))) {
    const variant = bodyVariants(input.body).find(({ body }) => equal(claim, bodyDigest(scheme, body)))
    return refused(
      'mismatch',
      variant?.sentence ?? `The claim ${scheme.claim} is not the SHA-256 of this body.`,
    )
  }
  return judgeAge(Number(claims.iat) * 1000, input.now, scheme.verify)
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return isObject(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

/** Judges a delivery as its receiver should: every scheme must hold, and the first that does not is explained. */
export function verifySignature({ schemes, headers, ...rest }: VerifyInput): Verdict {
  const input: VerifyOne = { ...rest, headers: toLines(headers) }
  for (const scheme of schemes) {
    const verdict = verifyOnce(scheme, input)
    if (!verdict.ok)
      return verdict.reason === 'missing-header' ? (underOtherName(scheme, input) ?? verdict) : verdict
  }
  return VERIFIED
}

function verifyOnce(scheme: SignatureKeyword, input: VerifyOne): Verdict {
  if (scheme.scheme === 'none') return VERIFIED
  if (scheme.scheme === 'basic') return verifyBasic(scheme.field, input)
  if (input.secrets.length === 0) return refused('no-secret', 'There is no secret to verify with.')
  if (scheme.scheme === 'static') return verifyStatic(scheme.headers, input)
  return scheme.scheme === 'jwt' ? verifyJwt(scheme, input) : verifyContent(scheme, input)
}

/** Whether all would hold if one of the headers had the name that is missing. */
function underOtherName(scheme: SignatureKeyword, input: VerifyOne): Verdict | undefined {
  const names = 'headers' in scheme ? Object.keys(scheme.headers) : []
  const absent = names.filter((name) => headerOf(input.headers, name) === undefined)
  const others = input.headers.filter(([other]) => !names.some((name) => sameHeader(name, other)))
  for (const name of absent)
    for (const [other, value] of others)
      if (verifyOnce(scheme, { ...input, headers: [...input.headers, [name, value]] }).ok)
        return refused('missing-header', `The header ${name} is missing; what belongs there is in ${other}.`)
  return undefined
}

function verifyStatic(templates: Readonly<Record<string, string>>, input: VerifyOne): Verdict {
  for (const [name, template] of Object.entries(templates)) {
    const value = headerOf(input.headers, name)
    if (value === undefined) return missing(name, input)
    const token = extract(template, value)?.digest
    if (token === undefined)
      return refused('malformed-header', `The header ${name} is not of the form ${shapeOf({}, template)}.`)
    if (input.secrets.some((secret) => equal(token, secret))) continue
    const trimmed = input.secrets.some((secret) => equal(token.trim(), secret.trim()))
    return refused(
      'mismatch',
      trimmed
        ? `The header ${name} has the secret but for white space around it.`
        : `The header ${name} has another token than the secret.`,
    )
  }
  return VERIFIED
}

function verifyBasic(field: string, input: VerifyOne): Verdict {
  const expected = basicCredentials(input.fields?.[field])
  if (expected === null) return VERIFIED
  const value = headerOf(input.headers, 'Authorization')
  if (value === undefined) return missing('Authorization', input)
  if (!/^Basic /i.test(value))
    return refused(
      'malformed-header',
      `The header Authorization is "${shorten(value)}" and should begin with Basic.`,
    )
  if (equal(value.slice(6).trim(), expected.slice(6))) return VERIFIED
  return refused('mismatch', `The header Authorization has another user name or password than ${field}.`)
}
