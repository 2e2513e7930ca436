import { signedBody } from '../../capture/signed-body.ts'
import { createClock } from '../../core/clock.ts'
import { createChance } from '../../core/ids.ts'
import { packageVersion } from '../../core/version.ts'
import { knownProvider } from '../../spec/known-provider.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
import { readInput } from '../read-input.ts'
import { basicFields, providerGiven, urlGiven } from './scheme-flags.ts'
import type { signFlags } from './sign.ts'

/** Prints header lines alone on stdout, so that `curl -H @-` and files can take them. */
export async function runSign(invocation: Invocation<typeof signFlags>, io: Io): Promise<number> {
  const { args, flags, given } = invocation
  const provider = await knownProvider(providerGiven(flags), flags.spec)
  const body = await readInput(args[0] ?? '-', io)
  const { headers, url, signature, event } = signedBody(provider, {
    body,
    event: flags.event,
    id: flags.id,
    secrets: flags.secret,
    url: urlGiven(flags, given),
    at: flags.at ?? createClock().wall(),
    fields: basicFields(provider, flags),
    chance: createChance(),
    version: packageVersion(),
  })
  if (flags.format === 'json') {
    io.out(JSON.stringify({ headers, url, signature, event }))
    return 0
  }
  io.out(...headers.map(([name, value]) => `${name}: ${value}`))
  if (event === null)
    io.err(`The body is of no event type of ${provider.id}; headers that tell of one are left out.`)
  if (url !== null && url !== flags.url) io.err(`Send it to ${url}`)
  return 0
}
