import type { MockOptions } from '../../mock.ts'
import { usageError } from '../usage-error.ts'
import { registrations } from './registrations.ts'
import { DEFAULT_DB, type StartFlags } from './start-flags.ts'

/** What the flags of `start` ask of the mock. `shipped` are the providers that come with hookproof. */
export function mockOptions(
  flags: StartFlags,
  shipped: readonly string[],
  given: ReadonlySet<keyof StartFlags> = new Set(),
): MockOptions {
  if (given.has('memory') && given.has('db'))
    throw usageError('Failed to read --db: --memory keeps nothing in a file.', 'Leave one of the two out.')
  // Of the two, the one on the command line counts; in the environment, --memory.
  const inMemory = flags.memory && !given.has('db')
  const { host, attemptTimeout, ca, seed } = flags
  if (given.has('secret') && flags.forwardTo.length === 0)
    throw usageError(
      'Failed to read --secret: there is no --forward-to that it could belong to.',
      'Add --forward-to URL.',
    )
  const hasSpecs = flags.spec.length > 0
  const register = registrations({
    forwardTo: flags.forwardTo,
    secret: flags.secret,
    // As the mock has it: documents of one's own are served alone unless more is asked for.
    providers: flags.provider.length > 0 || hasSpecs ? flags.provider : shipped,
    shipped,
    hasSpecs,
  })
  return {
    ...(flags.provider.length === 0 ? {} : { providers: flags.provider }),
    specs: flags.spec,
    port: flags.port,
    ...(host === undefined ? {} : { host }),
    ...(inMemory ? {} : { db: flags.db ?? DEFAULT_DB }),
    reset: flags.reset,
    clock: flags.clock,
    variant: flags.variant,
    ...(seed === undefined ? {} : { seed }),
    register,
    forward: flags.forward,
    allowHosts: flags.allowHost,
    serverNames: flags.serverName,
    strictUrls: flags.strictUrls,
    strict: flags.strict,
    ...(attemptTimeout === undefined ? {} : { attemptTimeoutMs: attemptTimeout }),
    ...(ca === undefined ? {} : { ca }),
    insecure: flags.insecure,
  }
}
