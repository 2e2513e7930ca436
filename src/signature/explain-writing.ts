import { type ContentScheme, signBytes } from './digest.ts'
import { shapeOf } from './extract.ts'
import { headerValue, type SignedMessage, tokenValue } from './message.ts'
import { renderBytes, usesToken } from './template.ts'
import type { VerifyOne } from './verdict.ts'

/** A header of the wrong form that has the right digest in it all the same; undefined when that is not so. */
export function explainWriting(scheme: ContentScheme, input: VerifyOne): string | undefined {
  const template = scheme.content ?? '{body}'
  if (scheme.scheme !== 'hmac' || usesToken(template, 'timestamp') || usesToken(template, 'id'))
    return undefined
  const { body, url, method, headers, event } = input
  const message: SignedMessage = {
    body,
    url,
    method,
    headers,
    id: '',
    event: event?.type ?? '',
    timestamp: '',
    signedHeaders: scheme.signedHeaders ?? [],
  }
  const content = renderBytes(template, (token) => tokenValue(message, token))
  const digests = input.secrets.map((secret) => signBytes(scheme, secret, content).toString(scheme.digest))
  for (const [name, shape] of Object.entries(scheme.headers)) {
    const value = headerValue(headers, name)
    if (value !== undefined && digests.some((digest) => value.includes(digest)))
      return `The digest in ${name} is right, but the header should look like ${shapeOf(scheme, shape)}.`
  }
  return undefined
}
