import type { Instant } from '../core/clock.ts'
import { suggestion } from '../core/nearest.ts'
import type { ContentScheme } from './digest.ts'
import { digestsIn, extract, shapeOf } from './extract.ts'
import { headerValue, readTimestamp, type SignedMessage } from './message.ts'
import { refused, type Verdict, type VerifyOne } from './verdict.ts'

/** What the headers of a scheme say: the digests, and the message that they claim to sign. */
export interface Received {
  readonly digests: readonly string[]
  readonly message: SignedMessage
  readonly at: Instant | undefined
}

/** Reads a scheme's headers, or says what is wrong with them. */
export function readReceived(scheme: ContentScheme, input: VerifyOne): Received | Verdict {
  let tokens: Readonly<Record<string, string>> = {}
  for (const [name, template] of Object.entries(scheme.headers)) {
    const value = headerValue(input.headers, name)
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

export function missing(name: string, { headers }: Pick<VerifyOne, 'headers'>): Verdict {
  const arrived = headers.map(([key]) => key)
  const hint =
    arrived.length === 0
      ? 'No header arrived at all.'
      : suggestion(name, arrived).replace('Known are', 'There are')
  return refused('missing-header', `The header ${name} is missing. ${hint}`)
}

export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
