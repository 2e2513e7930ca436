import type { Instant } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import { readInstant } from '../../core/read-instant.ts'
import type { Provider } from '../../spec/provider.ts'
import { BadValue, list, type Reader, type Values, value } from '../flag.ts'
import { receiverUrl, text } from '../readers.ts'
import { formatFlag, specFlag } from '../shared-flags.ts'
import { usageError } from '../usage-error.ts'

const instant: Reader<Instant> = (given) => {
  const at = readInstant(given)
  if (at === undefined)
    throw new BadValue(
      `"${given}" is not a time`,
      'Write it as 2026-06-05T09:00:00Z, or as seconds or milliseconds since 1970.',
    )
  return at
}

const userAndPassword: Reader<{ readonly username: string; readonly password: string }> = (given) => {
  const at = given.indexOf(':')
  if (at < 0) throw new BadValue('it has no colon', 'Write it as USER:PASSWORD.')
  return { username: given.slice(0, at), password: given.slice(at + 1) }
}

/** Whose scheme it is, and what the scheme needs: the same for signing and for verifying. */
export const schemeFlags = {
  provider: value('--provider <id>', 'whose signature scheme and contract', text),
  secret: list('--secret <secret>', 'of the webhook; several while one is rotated, the newest first', text),
  event: value('--event <type>', 'the event type (default: what the body says)', text),
  url: value('--url <url>', 'as it is registered, where the scheme signs it', receiverUrl),
  basic: value('--basic <user:password>', 'where deliveries carry HTTP Basic as well', userAndPassword),
  at: value(
    '--at <time>',
    'the time to sign or to judge at, such as 2026-06-05T09:00:00Z (default: now)',
    instant,
  ),
  spec: specFlag,
  format: formatFlag,
}
type SchemeFlags = Pick<Values<typeof schemeFlags>, 'provider' | 'url' | 'basic'>

export function providerGiven({ provider }: SchemeFlags): string {
  if (provider !== undefined) return provider
  throw usageError(
    'Failed to read the command line: nothing says whose signature it is.',
    'Add --provider ID.',
  )
}

/** HOOKPROOF_URL is the running mock, for other commands: here only the command line counts. */
export function urlGiven({ url }: SchemeFlags, given: { has(name: 'url'): boolean }): string | undefined {
  return given.has('url') ? url : undefined
}

/** The webhook's fields that HTTP Basic is drawn from. */
export function basicFields(provider: Provider, { basic }: SchemeFlags): JsonObject {
  if (basic === undefined) return {}
  const schemes = [...provider.signature, ...[...provider.events.values()].flatMap((one) => one.signature)]
  const fields = schemes.flatMap((one) => (one.scheme === 'basic' ? [[one.field, basic] as const] : []))
  if (fields.length > 0) return Object.fromEntries(fields)
  throw usageError(`Failed to read --basic: ${provider.id} has no HTTP Basic.`, 'Leave it out.')
}
