import { isObject } from '../core/json.ts'
import type { JwtKeyword } from '../spec/vocabulary.ts'
import { bodyVariants } from './body-variants.ts'
import { equal } from './equal.ts'
import { extract, shapeOf } from './extract.ts'
import { bodyDigest, isSignedJwt } from './jwt.ts'
import { headerValue } from './message.ts'
import { missing } from './received.ts'
import { judgeAge } from './tolerance.ts'
import { refused, type Verdict, type VerifyOne } from './verdict.ts'

export function verifyJwt(scheme: JwtKeyword, input: VerifyOne): Verdict {
  const [name = '', template = '{digest}'] = Object.entries(scheme.headers)[0] ?? []
  const value = headerValue(input.headers, name)
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
