import type { HeaderLines } from '../core/attempt.ts'
import type { SignatureKeyword } from '../spec/vocabulary.ts'
import { basicCredentials } from './basic.ts'
import { equal } from './equal.ts'
import { extract, shapeOf } from './extract.ts'
import { headerValue } from './message.ts'
import { missing, shorten } from './received.ts'
import { refused, VERIFIED, type Verdict, type VerifyInput, type VerifyOne } from './verdict.ts'
import { verifyContent } from './verify-content.ts'
import { verifyJwt } from './verify-jwt.ts'

/** Judges a delivery as its receiver should: every scheme must hold, and the first that does not is explained. */
export function verifySignature({ schemes, headers, ...rest }: VerifyInput): Verdict {
  const input: VerifyOne = { ...rest, headers: isLines(headers) ? headers : Object.entries(headers) }
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
  const absent = names.filter((name) => headerValue(input.headers, name) === undefined)
  const others = input.headers.filter(([other]) => !names.some((name) => sameName(name, other)))
  for (const name of absent)
    for (const [other, value] of others)
      if (verifyOnce(scheme, { ...input, headers: [...input.headers, [name, value]] }).ok)
        return refused('missing-header', `The header ${name} is missing; what belongs there is in ${other}.`)
  return undefined
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function verifyStatic(templates: Readonly<Record<string, string>>, input: VerifyOne): Verdict {
  for (const [name, template] of Object.entries(templates)) {
    const value = headerValue(input.headers, name)
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
  const value = headerValue(input.headers, 'Authorization')
  if (value === undefined) return missing('Authorization', input)
  if (!/^Basic /i.test(value))
    return refused(
      'malformed-header',
      `The header Authorization is "${shorten(value)}" and should begin with Basic.`,
    )
  if (equal(value.slice(6).trim(), expected.slice(6))) return VERIFIED
  return refused('mismatch', `The header Authorization has another user name or password than ${field}.`)
}

function isLines(headers: VerifyInput['headers']): headers is HeaderLines {
  return Array.isArray(headers)
}
