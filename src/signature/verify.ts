import type { Instant } from '../core/clock.ts'
import { headerOf, sameHeader, toLines } from '../core/headers.ts'
import { asText, type JsonObject } from '../core/json.ts'
import type { HeaderLines } from '../core/model.ts'
import { shorten, suggestion } from '../core/text.ts'
import { formatDuration, parseDuration } from '../core/units.ts'
import type { JwtKeyword, SignatureKeyword } from '../spec/vocabulary.ts'
import { algorithmOf, type ContentScheme } from './algorithms.ts'
import { bodyVariants, explainMismatch, explainWriting } from './explain.ts'
import { bodyDigest, claimsOf, isSignedJwt } from './jwt.ts'
import { basicCredentials, equal } from './keys.ts'
import {
  digestsIn,
  extract,
  readTimestamp,
  renderBytes,
  renderText,
  type SignedMessage,
  shapeOf,
  tokenText,
} from './template.ts'

/** Why a signature is not valid. */
export type VerifyFailure =
  | 'no-secret'
  | 'missing-header'
  | 'malformed-header'
  | 'stale-timestamp'
  | 'mismatch'

/** Whether a signature is valid; `likeliest` is a sentence for the person who has to find the cause. */
export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: VerifyFailure; readonly likeliest: string }

export interface VerifyInput {
  readonly schemes: readonly SignatureKeyword[]
  readonly headers: HeaderLines | Readonly<Record<string, string>>
  /** The bytes as they arrived. */
  readonly body: Uint8Array
  /** As it was registered with the provider. */
  readonly url: string
  readonly method: string
  /** Any of them may have signed. */
  readonly secrets: readonly string[]
  /** The wall clock. */
  readonly now: Instant
  /** For schemes that sign what none of their headers repeats. */
  readonly event?: { readonly id: string; readonly type: string }
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
}

/** A delivery that one scheme is verified of. */
type Signed = Omit<VerifyInput, 'schemes' | 'headers'> & { readonly headers: HeaderLines }

const VALID: Verdict = { ok: true }

function refused(reason: VerifyFailure, likeliest: string): Verdict {
  return { ok: false, reason, likeliest }
}

/** Verifies a delivery as its receiver should: by every scheme. The first that refuses it is explained. */
export function verifySignature({ schemes, headers, ...rest }: VerifyInput): Verdict {
  const input: Signed = { ...rest, headers: toLines(headers) }
  for (const scheme of schemes) {
    const verdict = verifyOnce(scheme, input)
    if (!verdict.ok)
      return verdict.reason === 'missing-header' ? (underOtherName(scheme, input) ?? verdict) : verdict
  }
  return VALID
}

function verifyOnce(scheme: SignatureKeyword, input: Signed): Verdict {
  if (scheme.scheme === 'none') return VALID
  if (scheme.scheme === 'basic') return verifyBasic(scheme.field, input)
  if (input.secrets.length === 0) return refused('no-secret', 'There is no secret to verify with.')
  if (scheme.scheme === 'static') return verifyStatic(scheme.headers, input)
  return scheme.scheme === 'jwt' ? verifyJwt(scheme, input) : verifyContent(scheme, input)
}

/** Says so where all would be valid if one of the headers had the name that is missing. */
function underOtherName(scheme: SignatureKeyword, input: Signed): Verdict | undefined {
  const names = 'headers' in scheme ? Object.keys(scheme.headers) : []
  const absent = names.filter((name) => headerOf(input.headers, name) === undefined)
  const others = input.headers.filter(([other]) => !names.some((name) => sameHeader(name, other)))
  for (const name of absent)
    for (const [other, value] of likeliest(scheme, name, others))
      if (verifyOnce(scheme, { ...input, headers: [...input.headers, [name, value]] }).ok)
        return refused('missing-header', `The header ${name} is missing; what belongs there is in ${other}.`)
  return undefined
}

/** A request has some dozen headers, and each that is tried takes another verification. */
const MOST_TRIED = 20

/** The headers whose values have the form of one that is missing. */
function likeliest(scheme: SignatureKeyword, name: string, headers: HeaderLines): HeaderLines {
  const template = 'headers' in scheme ? scheme.headers[name] : undefined
  if (template === undefined) return []
  const found: HeaderLines[number][] = []
  for (const header of headers) {
    if (found.length === MOST_TRIED) break
    if (extract(template, header[1]) !== undefined) found.push(header)
  }
  return found
}

function verifyContent(scheme: ContentScheme, input: Signed): Verdict {
  const claims = readClaims(scheme, input)
  if ('ok' in claims) {
    const writing = explainWriting(scheme, input.secrets, claimedMessage(scheme, input, {}))
    return writing === undefined || claims.ok ? claims : { ...claims, likeliest: writing }
  }
  const { digests, message, at } = claims
  const content = renderBytes(scheme.content ?? '{body}', message)
  const isSigned = input.secrets.some((secret) =>
    algorithmOf(scheme).verify(content, secret, scheme.key, digests, scheme.digest),
  )
  if (!isSigned)
    return refused('mismatch', explainMismatch(scheme, { secrets: input.secrets, message, digests }))
  const query = verifyQuery(scheme, message)
  if (!query.ok) return query
  return at === undefined ? VALID : verifyAge(at, input.now, scheme.verify)
}

/** What the headers of a scheme say: the digests, and the message that they claim to sign. */
interface Claims {
  readonly digests: readonly string[]
  readonly message: SignedMessage
  readonly at: Instant | undefined
}

/** Reads a scheme's headers, or says what is wrong with them. */
function readClaims(scheme: ContentScheme, input: Signed): Claims | Verdict {
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
  { body, url, method, headers, event }: Signed,
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
    signedHeaders: tokens.header_names?.split(' ', MOST_SIGNED) ?? scheme.signedHeaders ?? [],
  }
}

/** More headers are signed by nobody, and each is looked for among all. */
const MOST_SIGNED = 100

function missing(name: string, { headers }: Pick<Signed, 'headers'>): Verdict {
  const arrived = headers.map(([key]) => key)
  const hint =
    arrived.length === 0
      ? 'No header arrived at all.'
      : suggestion(name, arrived).replace('Known are', 'There are')
  return refused('missing-header', `The header ${name} is missing. ${hint}`)
}

function verifyQuery(scheme: ContentScheme, message: SignedMessage): Verdict {
  for (const [name, template] of Object.entries(scheme.query ?? {})) {
    const value = new URL(message.url).searchParams.get(name)
    if (value === null)
      return refused(
        'mismatch',
        `The URL has no parameter ${name}, which this scheme adds: verify the URL as it was requested.`,
      )
    const expected = renderText(template, (token) => tokenText(message, token))
    if (!equal(value, expected))
      return refused(
        'mismatch',
        `The parameter ${name} of the URL does not fit the body: the body was changed, or written again.`,
      )
  }
  return VALID
}

function verifyJwt(scheme: JwtKeyword, input: Signed): Verdict {
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
  const claim = asText(claims[scheme.claim])
  if (!equal(claim, bodyDigest(scheme, input.body))) {
    const variant = bodyVariants(input.body).find(({ body }) => equal(claim, bodyDigest(scheme, body)))
    return refused(
      'mismatch',
      variant?.sentence ?? `The claim ${scheme.claim} is not the SHA-256 of this body.`,
    )
  }
  return verifyAge(Number(claims.iat) * 1000, input.now, scheme.verify)
}

function verifyStatic(templates: Readonly<Record<string, string>>, input: Signed): Verdict {
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
  return VALID
}

function verifyBasic(field: string, input: Signed): Verdict {
  const expected = basicCredentials(input.fields?.[field])
  if (expected === null) return VALID
  const value = headerOf(input.headers, 'Authorization')
  if (value === undefined) return missing('Authorization', input)
  if (!/^Basic /i.test(value))
    return refused(
      'malformed-header',
      `The header Authorization is "${shorten(value)}" and should begin with Basic.`,
    )
  if (equal(value.slice(6).trim(), expected.slice(6))) return VALID
  return refused('mismatch', `The header Authorization has another user name or password than ${field}.`)
}

/** Whether a timestamp is near enough to now. */
function verifyAge(
  at: Instant,
  now: Instant,
  { tolerance, direction = 'both' }: ContentScheme['verify'] = {},
): Verdict {
  if (tolerance === undefined) return VALID
  const limit = parseDuration(tolerance, 'the tolerance of a signature')
  const age = now - at
  if (age > limit) return stale(age, 'old', limit, 'or it was sent again later')
  if (direction === 'both' && -age > limit)
    return stale(-age, 'ahead', limit, 'or its timestamp has another unit')
  return VALID
}

function stale(ms: number, word: string, limit: number, other: string): Verdict {
  const distance = formatDuration(Math.floor(ms / 1000) * 1000)
  return refused(
    'stale-timestamp',
    `The signature is right, but its timestamp is ${distance} ${word} and only ${formatDuration(limit)} are allowed: a clock is wrong, ${other}.`,
  )
}
