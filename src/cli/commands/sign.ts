import { signAs } from '../../capture/sign.ts'
import type { Instant } from '../../core/clock.ts'
import { EXIT_CODES } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { readInstant } from '../../core/units.ts'
import { knownProvider } from '../../spec/load.ts'
import type { Provider } from '../../spec/provider.ts'
import { command } from '../command.ts'
import {
  badValue,
  formatFlag,
  list,
  type Reader,
  receiverUrl,
  specFlag,
  text,
  usageError,
  type Values,
  value,
} from '../flags.ts'
import { readInput } from '../io.ts'

const instant: Reader<Instant> = (given) => {
  const at = readInstant(given)
  if (at === undefined)
    throw badValue(
      `"${given}" is not a time`,
      'Write it as 2026-06-05T09:00:00Z, or as seconds or milliseconds since 1970.',
    )
  return at
}

const userAndPassword: Reader<{ readonly username: string; readonly password: string }> = (given) => {
  const at = given.indexOf(':')
  if (at < 0) throw badValue('it has no colon', 'Write it as USER:PASSWORD.')
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
    'the time to sign or to verify at, such as 2026-06-05T09:00:00Z (default: now)',
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

const flags = {
  ...schemeFlags,
  id: value('--id <id>', "the event's id (default: what the body says, else a fresh one)", text),
}

/** Prints header lines alone on stdout, so that `curl -H @-` and files can take them. */
export const sign = command({
  flags,
  examples: [
    ['hookproof sign --provider ID --secret s3cr3t body.json', 'the headers, one a line'],
    [
      'hookproof sign --provider ID --secret s3cr3t --at 2026-06-05T09:00:00Z - <body.json',
      'from stdin, as of a given time',
    ],
  ],
  async run({ args: [file = '-'], flags, given }, io) {
    const provider = await knownProvider(providerGiven(flags), flags.spec)
    const body = await readInput(file, io)
    const { headers, url, signature, event } = await signAs(provider, {
      body,
      event: flags.event,
      id: flags.id,
      secret: flags.secret,
      url: urlGiven(flags, given),
      at: flags.at,
      fields: basicFields(provider, flags),
    })
    if (flags.format === 'json') {
      io.out(JSON.stringify({ headers, url, signature, event }))
      return EXIT_CODES.passed
    }
    io.out(...headers.map(([name, value]) => `${name}: ${value}`))
    if (event === null)
      io.err(`The body is of no event type of ${provider.id}; headers that name one are left out.`)
    if (url !== null && url !== flags.url) io.err(`Send it to ${url}`)
    return EXIT_CODES.passed
  },
})
